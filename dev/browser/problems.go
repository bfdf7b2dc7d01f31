package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Problems are what the browser complained about since the last call: errors and warnings
// in the console, exceptions that nothing caught, violations of the page's policy,
// requests that failed or went to a server that was not opened, dialogs, and crashes.
func (b *Tab) Problems() []string {
	b.t.Helper()
	// What the browser has told before it answers is seen when it has answered.
	if b.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		_ = evaluate(ctx, "0", nil) // a page that does not answer has told why
	}
	return b.watcher.take()
}

// Expect says that answers with a status of 400 or more are no problem from now on, if they
// have this status and the path of their address is this one.
func (b *Tab) Expect(status int64, path string) { b.watcher.expect(answer{status, path}) }

// answer is how a server answered.
type answer struct {
	status int64
	path   string
}

// watcher collects problems while the browser tells of them.
type watcher struct {
	mu       sync.Mutex
	problems []string
	expected map[answer]bool
	hosts    map[string]bool
	requests map[network.RequestID]string // where each goes
	dialogs  chan struct{}
}

func newWatcher() *watcher {
	return &watcher{
		// Browsers ask for it by themselves, also beside what is no page.
		expected: map[answer]bool{{404, "/favicon.ico"}: true},
		hosts:    map[string]bool{},
		requests: map[network.RequestID]string{}, dialogs: make(chan struct{}, 100),
	}
}

func (w *watcher) visit(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if parsed, err := url.Parse(address); err == nil {
		w.hosts[parsed.Host] = true
	}
}

func (w *watcher) expect(a answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected[a] = true
}

func (w *watcher) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.problems)
}

func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	problems := w.problems
	w.problems = nil
	return problems
}

func (w *watcher) addf(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// see is told each event of the tab.
func (w *watcher) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.seeConsole(e)
	case *runtime.EventExceptionThrown:
		w.addf("exception: %s", exceptionText(e.ExceptionDetails))
	case *log.EventEntryAdded:
		w.seeEntry(e.Entry)
	case *network.EventRequestWillBeSent:
		w.seeRequest(e)
	case *network.EventResponseReceived:
		w.seeResponse(e.Response)
	case *network.EventLoadingFailed:
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" { // the page was left
			w.addf("request: %s: %s %s", w.requests[e.RequestID], e.ErrorText, e.BlockedReason)
		}
	case *page.EventJavascriptDialogOpening:
		w.addf("dialog: %s: %s", e.Type, e.Message)
		select {
		case w.dialogs <- struct{}{}:
		default: // a hundred wait
		}
	case *inspector.EventTargetCrashed:
		w.addf("the page crashed")
	}
}

func (w *watcher) seeConsole(e *runtime.EventConsoleAPICalled) {
	if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning && e.Type != runtime.ConsoleAPICalledTypeAssert {
		return
	}
	var said []string
	for _, arg := range e.Args {
		said = append(said, strings.TrimSpace(string(arg.Value)+" "+arg.Description))
	}
	w.addf("console: %s: %s", e.Type, strings.Join(said, " "))
}

// seeEntry leaves out what failed requests have told.
func (w *watcher) seeEntry(e *log.Entry) {
	if e.Source == log.EntrySourceNetwork || (e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning) {
		return
	}
	w.addf("%s: %s (%s:%d)", e.Source, e.Text, e.URL, e.LineNumber)
}

func (w *watcher) seeRequest(e *network.EventRequestWillBeSent) {
	w.requests[e.RequestID] = e.Request.Method + " " + e.Request.URL
	to, err := url.Parse(e.Request.URL)
	if err == nil && to.Host != "" && !w.hosts[to.Host] {
		w.addf("request: to another server: %s", e.Request.URL)
	}
}

func (w *watcher) seeResponse(r *network.Response) {
	at, err := url.Parse(r.URL)
	if err != nil || r.Status < 400 || w.expected[answer{r.Status, at.Path}] {
		return
	}
	w.addf("request: %s: status %d", r.URL, r.Status)
}

func exceptionText(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Text + " " + e.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", e.Text, e.URL, e.LineNumber)
}

// answerDialogs closes each dialog: until then the page stands still.
func (w *watcher) answerDialogs(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.dialogs:
			// The page may have gone with its dialog.
			_ = chromedp.Do(ctx, command(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}
	}
}
