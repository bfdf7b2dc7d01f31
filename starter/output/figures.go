package output

import (
	"strings"

	"cloudsync/untrusted"
)

// Figures are names with values, one a line.
type Figures struct {
	rows []figure
}

type figure struct {
	name  string
	value Cell
}

// Add adds a figure.
func (f *Figures) Add(name, value string) { f.AddStyled(name, value, Plain) }

// AddStyled adds a figure that stands out.
func (f *Figures) AddStyled(name, value string, style Style) {
	f.rows = append(f.rows, figure{name: name, value: Cell{Text: untrusted.Terminal(value), Style: style}})
}

// Figures writes the figures. A long value goes on under itself.
func (p *Printer) Figures(figures *Figures) {
	paper := p.paper()
	names := 0
	for _, row := range figures.rows {
		names = max(names, TextWidth(row.name))
	}
	indent := strings.Repeat(" ", names+len(columnGap))
	for _, row := range figures.rows {
		lead := row.name + strings.Repeat(" ", names-TextWidth(row.name)) + columnGap
		for _, part := range wrap(row.value.Text, max(20, paper.width-len(indent))) {
			p.write(lead + paper.paint(row.value.Style, part))
			lead = indent
		}
	}
}
