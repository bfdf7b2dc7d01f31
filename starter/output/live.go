package output

import (
	"fmt"

	"cloudsync/untrusted"
)

// Live is a text that changes: one line that rewrites itself on a terminal, and
// elsewhere a line for each change.
type Live struct {
	printer *Printer
	shown   string
}

// Live returns a text that is not shown yet.
func (p *Printer) Live() *Live { return &Live{printer: p} }

// Show replaces the text. What changes all the time, such as a clock, belongs to
// ticking, which only a terminal shows.
func (l *Live) Show(text, ticking string) {
	if l.printer.Terminal() {
		line := Clip(untrusted.Terminal(text+ticking), l.printer.paper().width-1)
		fmt.Fprintf(l.printer.out, "\r%s\x1b[K", line)
		l.shown = line
		return
	}
	if text != l.shown {
		l.printer.Line("%s", text)
		l.shown = text
	}
}

// Clear takes the text off a terminal, so that other lines can be written.
func (l *Live) Clear() {
	if l.printer.Terminal() && l.shown != "" {
		fmt.Fprint(l.printer.out, "\r\x1b[K")
		l.shown = ""
	}
}
