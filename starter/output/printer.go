package output

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"cloudsync/untrusted"
)

// DefaultWidth is the width at which text is wrapped where there is no terminal.
const DefaultWidth = 80

// paper is what text is laid out for.
type paper struct {
	width  int
	narrow bool // nothing fits beyond the width: tables shorten their cells
	colour bool
}

// Printer writes to a terminal, a file or a pipe.
type Printer struct {
	out      io.Writer
	file     *os.File // where out is a terminal
	noColour bool
	width    int // where out is no terminal and tables are laid out for one; 0: they are not
}

// NewNarrowPrinter returns a printer on out that lays tables out for DefaultWidth,
// though out is no terminal.
func NewNarrowPrinter(out io.Writer) *Printer { return NewPrinterOfWidth(out, DefaultWidth) }

// NewPrinterOfWidth is NewNarrowPrinter for another width.
func NewPrinterOfWidth(out io.Writer, width int) *Printer { return &Printer{out: out, width: width} }

// NewPrinter returns a printer on out. Colours are for terminals, and only
// without noColour (https://no-color.org).
func NewPrinter(out io.Writer, noColour bool) *Printer {
	p := &Printer{out: out, noColour: noColour}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.file = file
	}
	return p
}

// Writer is where the printer writes to.
func (p *Printer) Writer() io.Writer { return p.out }

// Terminal says whether somebody sees the output as it comes.
func (p *Printer) Terminal() bool { return p.file != nil }

// paper is asked for each time: a terminal's window changes its size.
func (p *Printer) paper() paper {
	if p.file == nil {
		return paper{width: cmp.Or(p.width, DefaultWidth), narrow: p.width > 0}
	}
	columns, _, err := term.GetSize(int(p.file.Fd()))
	if err != nil || columns <= 0 {
		columns = DefaultWidth
	}
	return paper{width: columns, narrow: true, colour: !p.noColour}
}

// TableWidth is how wide a table may become, for whoever chooses its columns by that.
func (p *Printer) TableWidth() int { return p.paper().tableWidth() }

// write writes a line as it is. Whatever others chose in it has been made harmless.
func (p *Printer) write(line string) { fmt.Fprintln(p.out, line) }

// Line writes a line, however wide it is.
func (p *Printer) Line(format string, args ...any) {
	p.write(fmt.Sprintf(format, harmless(args, untrusted.Terminal)...))
}

// Command writes a line to copy into a shell, in which the arguments are words.
func (p *Printer) Command(format string, args ...any) {
	p.write(fmt.Sprintf(format, harmless(args, untrusted.Shell)...))
}

// Lines writes a text that may have several lines, such as an error.
func (p *Printer) Lines(text string) { p.write(untrusted.Lines(text)) }

// Prompt writes a question; the answer is typed behind it.
func (p *Printer) Prompt(question string) { fmt.Fprint(p.out, untrusted.Terminal(question)+" ") }

// harmless are the arguments of a format, with the texts as they may stand there.
func harmless(args []any, text func(string) string) []any {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case int, int64, float64:
			safe[i] = arg
		default:
			safe[i] = text(fmt.Sprintf("%s", arg))
		}
	}
	return safe
}

// Note writes a text, wrapped, in a style.
func (p *Printer) Note(style Style, text string) {
	paper := p.paper()
	for _, line := range wrap(untrusted.Terminal(text), paper.width) {
		p.write(paper.paint(style, line))
	}
}

// Table writes a table.
func (p *Printer) Table(table *Table) { p.write(strings.Join(table.lay(p.paper()), "\n")) }

// JSON writes a value as one document.
func (p *Printer) JSON(value any) error {
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	if _, err := p.out.Write(untrusted.JSON(document.Bytes())); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// Styled writes a line, however wide it is, in a style.
func (p *Printer) Styled(style Style, line string) {
	p.write(p.paper().paint(style, untrusted.Terminal(line)))
}
