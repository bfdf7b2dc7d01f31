package browser

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience bounds each wait; it is never reached when all is well.
const patience = 30 * time.Second

// Tab is a page that a test looks at and acts on, as a person with a browser would. What
// does not come to pass within 30 s fails the test, and shows the page's text. A tab is for
// one goroutine.
type Tab struct {
	t       testing.TB
	ctx     context.Context
	watcher *watcher
}

// New opens a tab with cookies of its own, 1280 x 800, light. It is closed at the end of the
// test, which fails if there are Problems that it has not asked for.
func New(t testing.TB) *Tab {
	t.Helper()
	ctx, err := started()
	require.NoError(t, err)
	tab := &Tab{t: t, watcher: newWatcher()}
	var closeTab func()
	tab.ctx, closeTab = chromedp.NewContext(ctx,
		chromedp.WithNewBrowserContext(), chromedp.WithListener(tab.watcher.see))
	t.Cleanup(closeTab)
	require.NoError(t, chromedp.Do(tab.ctx), "open a tab")
	go tab.watcher.answerDialogs(tab.ctx)
	t.Cleanup(func() {
		if problems := tab.Problems(); len(problems) > 0 && !t.Failed() {
			t.Errorf("the browser complains:\n  %s", strings.Join(problems, "\n  "))
		}
	})
	// Several tabs at once: each believes that it is the one in front.
	tab.do("take the focus", command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	tab.Size(1280, 800)
	tab.Light()
	return tab
}

// Size sets how large the page is shown, in pixels of CSS.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.do("set the size", chromedp.EmulateViewport(width, height))
}

// Light shows pages as for a person who prefers light ones.
func (b *Tab) Light() { b.t.Helper(); b.prefer("light") }

// Dark shows pages as for a person who prefers dark ones.
func (b *Tab) Dark() { b.t.Helper(); b.prefer("dark") }

// prefer also asks for no motion: pictures are to be the same each time.
func (b *Tab) prefer(scheme string) {
	b.t.Helper()
	b.do("set the colors", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		},
	}))
}

// Open goes to an address, and waits until the page is loaded.
func (b *Tab) Open(address string) {
	b.t.Helper()
	b.watcher.visit(address)
	b.do("open "+address, chromedp.Navigate(address))
}

// Back goes back, as with the browser's button, and waits until the page before is there.
// Where that is the same document, wait for what it has to show.
func (b *Tab) Back() {
	b.t.Helper()
	before := b.Location()
	b.Eval("history.back()", nil)
	b.until("go back from "+before, fmt.Sprintf("location.href !== %s && document.readyState === 'complete'", quoted(before)))
}

// Leave does what leads to another document, such as a click on a link, and waits until that
// is loaded, also if it has the same address.
func (b *Tab) Leave(do func()) {
	b.t.Helper()
	b.Eval("void (window.isLeft = true)", nil)
	do()
	b.until("leave the page", "!window.isLeft && document.readyState === 'complete'")
}

// Location is the address of the page.
func (b *Tab) Location() (address string) {
	b.t.Helper()
	b.Eval("location.href", &address)
	return address
}

// WaitLocation waits until the address of the page contains a text.
func (b *Tab) WaitLocation(part string) {
	b.t.Helper()
	b.until("come to an address with "+part, fmt.Sprintf("location.href.includes(%s)", quoted(part)))
}

// HTML is what the document is now.
func (b *Tab) HTML() (text string) {
	b.t.Helper()
	b.Eval("document.documentElement.outerHTML", &text)
	return text
}

// Screenshot writes a picture of the whole page, as PNG.
func (b *Tab) Screenshot(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.Eval("document.fonts.ready.then(() => null)", nil)
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	require.NoError(b.t, err, "take a picture")
	require.NoError(b.t, os.WriteFile(path, picture, 0o644))
}

// Eval evaluates an expression of JavaScript in the page, whatever the page's policy for
// scripts is, and waits for the value if that is a promise. The value goes into what into
// points at, unless that is nil.
func (b *Tab) Eval(expression string, into any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b.t, evaluate(ctx, expression, into), "evaluate %s", shortened(expression))
}

// do does something that takes a moment.
func (b *Tab) do(what string, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, action), "%s", what)
}

// again is how often a page is asked whether it is as it is waited for.
const again = 20 * time.Millisecond

// until waits for an expression to be true. While the page changes to another, it has no
// answer.
func (b *Tab) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	ticker := time.NewTicker(again)
	defer ticker.Stop()
	for {
		var is bool
		err := evaluate(ctx, "Boolean("+expression+")", &is)
		if err == nil && is {
			return
		}
		select {
		case <-ctx.Done():
			b.t.Fatalf("%s: not within %v (%v)\n%s", what, patience, err, b.shown())
		case <-ticker.C:
		}
	}
}

// shown is what a failure tells of the page.
func (b *Tab) shown() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	var text string
	if err := evaluate(ctx, "location.href + '\\n' + (document.body?.innerText ?? '')", &text); err != nil {
		return "the page does not answer: " + err.Error()
	}
	return text + "\n" + strings.Join(b.watcher.all(), "\n")
}
