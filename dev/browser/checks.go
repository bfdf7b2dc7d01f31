package browser

import (
	"os"
	"sync"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/layout"
)

// Overflows are the elements that stick out of the page at its right side, and the page
// itself if it can be scrolled sideways. What can be scrolled within an element of its own
// does not stick out.
func (b *Tab) Overflows() (elements []string) {
	b.t.Helper()
	b.Eval(`(() => {
		const width = document.documentElement.clientWidth;
		const holds = e => { // what sticks out of it
			for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
				if (getComputedStyle(p).overflowX !== "visible" && p.getBoundingClientRect().right <= width + 1) return true;
			}
			return false;
		};
		const page = document.scrollingElement;
		const out = page.scrollWidth > innerWidth ? ["the page: " + page.scrollWidth + " of " + innerWidth + " pixels"] : [];
		for (const e of document.body.querySelectorAll("*")) {
			const right = e.getBoundingClientRect().right;
			if (right <= width + 1 || !e.checkVisibility() || holds(e)) continue;
			const name = e.tagName.toLowerCase() + (e.id && "#" + e.id) + [...e.classList].map(c => "." + c).join("");
			out.push(name + ": to " + Math.round(right) + " of " + width + " pixels: " + e.textContent.trim().slice(0, 40));
		}
		return out;
	})()`, &elements)
	return elements
}

// axe is the script's text.
var axe = sync.OnceValues(func() (string, error) {
	l, err := layout.Find(".")
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(l.Axe())
	return string(script), err
})

// Axe are the violations that axe-core finds in the page as it is now: each with its rule,
// where it is, and what to do.
func (b *Tab) Axe() (violations []string) {
	b.t.Helper()
	script, err := axe()
	require.NoError(b.t, err, "axe-core is missing: run `make setup`")
	b.Eval("void (window.axe ?? (() => {"+script+"\n})())", nil)
	b.Eval(`axe.run(document, { resultTypes: ["violations"] }).then(found => found.violations.flatMap(violation =>
		violation.nodes.map(node => violation.id + " (" + violation.impact + "): " + node.target.flat().join(" ") + ": " +
			node.html.slice(0, 120) + ": " + (node.failureSummary ?? violation.help).replace(/\s+/g, " "))))`, &violations)
	return violations
}
