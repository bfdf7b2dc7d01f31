package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// visible is a function of JavaScript: the first element of a selector that can be seen.
const visible = `(selector => [...document.querySelectorAll(selector)].find(e =>
	e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0))`

// Wait waits until an element of the selector can be seen.
func (b *Tab) Wait(selector string) {
	b.t.Helper()
	b.until("see "+selector, visible+"("+quoted(selector)+")")
}

// WaitGone waits until no element of the selector can be seen.
func (b *Tab) WaitGone(selector string) {
	b.t.Helper()
	b.until("see no "+selector, "!"+visible+"("+quoted(selector)+")")
}

// WaitText waits until the page shows a text.
func (b *Tab) WaitText(text string) {
	b.t.Helper()
	b.until("read "+text, fmt.Sprintf("document.body?.innerText.includes(%s)", quoted(text)))
}

// Text waits for an element of the selector, and is what the first one shows.
func (b *Tab) Text(selector string) (text string) {
	b.t.Helper()
	b.Wait(selector)
	b.Eval(visible+"("+quoted(selector)+").innerText", &text)
	return text
}

// Texts are what all elements of the selector show that can be seen now, of which there may
// be none.
func (b *Tab) Texts(selector string) (texts []string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`[...document.querySelectorAll(%s)].filter(e => e.checkVisibility({ visibilityProperty: true })).map(e => e.innerText)`,
		quoted(selector)), &texts)
	return texts
}

// Click waits until an element of the selector can be seen and lies under nothing else, and
// clicks on it with the mouse.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.until("see "+selector+" under nothing else", middle(selector))
	var at struct{ X, Y float64 }
	b.Eval(middle(selector), &at)
	b.do("click on "+selector, chromedp.MouseClickXY(at.X, at.Y))
}

// middle is an expression for where a click has to go; it is null while that meets another
// element.
func middle(selector string) string {
	return `(e => {
		if (!e || e.disabled) return null;
		e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
		const box = e.getClientRects()[0];
		const at = { X: box.left + box.width / 2, Y: box.top + box.height / 2 };
		const met = document.elementFromPoint(at.X, at.Y);
		return met && (e.contains(met) || met.contains(e) && met.tagName === "LABEL") ? at : null;
	})(` + visible + "(" + quoted(selector) + "))"
}

// Type clicks on a field and writes a text in place of what it has.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	b.Click(selector)
	b.Eval("document.activeElement.select?.()", nil)
	if text == "" {
		b.Press("Delete")
	}
	b.Write(text)
}

// Write types a text with the keyboard, to where the focus is.
func (b *Tab) Write(text string) {
	b.t.Helper()
	b.do("type", chromedp.KeyEvent(text))
}

// keys are those that have a name and no letter.
var keys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape, "Space": " ", "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": kb.ModifierShift, "Control": kb.ModifierCtrl, "Alt": kb.ModifierAlt, "Meta": kb.ModifierMeta,
}

// Press presses keys one after the other: Tab, Enter, Escape, Space, ArrowDown, or a letter,
// also with Shift+ or Control+ before it.
func (b *Tab) Press(names ...string) {
	b.t.Helper()
	for _, name := range names {
		parts := strings.Split(name, "+")
		var with chromedp.Modifier
		for _, part := range parts[:len(parts)-1] {
			modifier, known := modifiers[part]
			require.True(b.t, known, "no such key: %s", name)
			with |= modifier
		}
		key := parts[len(parts)-1]
		if named, known := keys[key]; known {
			key = named
		}
		require.Len(b.t, []rune(key), 1, "no such key: %s", name)
		b.do("press "+name, chromedp.KeyEvent(key, chromedp.KeyModifiers(with)))
	}
}

// Focus is the element that has it.
type Focus struct {
	// Selector tells the element from others as far as it has an id, a name or an address.
	Selector string
	// Text is what the element shows, or what it is called where it shows nothing.
	Text string
	// Outlined tells whether a person sees that it has the focus, by its outline or shadow.
	Outlined bool
}

// Focused is the element that has the focus; body if none has it.
func (b *Tab) Focused() (focus Focus) {
	b.t.Helper()
	b.Eval(`(e => {
		const attribute = ["name", "href", "aria-label", "type"].find(a => e.hasAttribute(a));
		const style = getComputedStyle(e);
		return {
			Selector: e.tagName.toLowerCase() + (e.id ? "#" + CSS.escape(e.id) :
				attribute ? "[" + attribute + "=" + JSON.stringify(e.getAttribute(attribute)) + "]" : ""),
			Text: e === document.body ? "" : e.innerText?.trim() || e.getAttribute("aria-label") || e.labels?.[0]?.innerText || "",
			Outlined: style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none",
		};
	})(document.activeElement ?? document.body)`, &focus)
	return focus
}

// mostTabs is how often Tab is pressed to come to an element.
const mostTabs = 300

// TabTo presses Tab until an element of the selector has the focus, as a person without a
// mouse has to, and fails if that does not come to pass or cannot be seen.
func (b *Tab) TabTo(selector string) {
	b.t.Helper()
	b.Wait(selector)
	var passed []string
	for range mostTabs {
		b.Press("Tab")
		var is bool
		b.Eval("document.activeElement?.matches("+quoted(selector)+") ?? false", &is)
		focus := b.Focused()
		if is {
			require.True(b.t, focus.Outlined, "%s does not show that it has the focus", focus.Selector)
			return
		}
		passed = append(passed, focus.Selector)
	}
	b.t.Fatalf("Tab does not come to %s, but to: %s", selector, strings.Join(passed, " "))
}
