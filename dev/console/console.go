// Package console writes what a person sees while the local stack starts: lines,
// and the progress of steps that take long.
package console

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Width is what every line fits in.
const Width = 80

// Console writes to a terminal, or to a log that nobody looks at until later.
type Console struct {
	out      io.Writer
	terminal bool
	columns  func() int // of the terminal, now
	every    time.Duration
	mu       sync.Mutex
}

// New returns a console. On a terminal, progress is one line that changes every
// second; elsewhere it is a line every 15 seconds.
func New(out io.Writer) *Console {
	file, ok := out.(*os.File)
	if ok && term.IsTerminal(int(file.Fd())) {
		return &Console{out: out, terminal: true, columns: columnsOf(file), every: time.Second}
	}
	return &Console{out: out, columns: func() int { return Width }, every: 15 * time.Second}
}

// columnsOf is Width where the terminal does not say.
func columnsOf(file *os.File) func() int {
	return func() int {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
		return Width
	}
}

// Rule is a line across the console, no wider than Width.
func (c *Console) Rule() string { return strings.Repeat("─", min(Width, c.columns())) }

// Printf writes one or more whole lines.
func (c *Console) Printf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(fmt.Sprintf(format, args...) + "\n")
}

// write has nobody to tell that the terminal is gone.
func (c *Console) write(text string) { _, _ = io.WriteString(c.out, text) }
