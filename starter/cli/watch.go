package cli

import (
	"fmt"
	"time"

	"cloudsync/human"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

// watch shows the progress of a run: on one line of a terminal, else on a line
// for each change.
type watch struct {
	kind    string
	now     func() time.Time
	since   time.Time
	printer *output.Printer
	live    *output.Live
}

// newWatch watches on the output, or beside it where that is one JSON document.
func (p *Program) newWatch(kind string) *watch {
	printer := p.out
	if p.json() {
		printer = p.err
	}
	return &watch{kind: kind, now: p.now, since: p.now(), printer: printer, live: printer.Live()}
}

// every is how often to ask for the progress: nobody reads a log that fast.
func (w *watch) every() time.Duration {
	if w.printer.Terminal() {
		return 500 * time.Millisecond
	}
	return 2 * time.Second
}

func (w *watch) queued(behind execution.Run) {
	w.live.Show(fmt.Sprintf("%s: waiting for run %s to end", w.kind, behind.RunID), "")
}

func (w *watch) begun(run execution.Run) {
	w.since = w.now()
	w.live.Show(fmt.Sprintf("%s: run %s began", w.kind, run.RunID), "")
}

// Progress shows how far the run is.
func (w *watch) Progress(progress workflows.Progress) {
	w.live.Show(w.kind+": "+progressText(progress), " · "+human.Span(w.now().Sub(w.since)))
}

// Warn shows a line that stays.
func (w *watch) Warn(text string) {
	w.live.Clear()
	w.printer.Note(output.Warn, "warning: "+text)
}

func progressText(progress workflows.Progress) string {
	if progress.Scopes == 0 {
		return "finding its scopes"
	}
	stats := progress.Stats
	text := fmt.Sprintf("%d of %s done, +%d ~%d -%d", progress.Done, plural(progress.Scopes, "scope"), stats.SuAdd, stats.SuMod, stats.SuDel)
	if stats.Held > 0 {
		text += fmt.Sprintf(", %d held", stats.Held)
	}
	if stats.FailedRows > 0 {
		text += fmt.Sprintf(", %d refused", stats.FailedRows)
	}
	return text
}
