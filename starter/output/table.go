package output

import (
	"strings"

	"cloudsync/untrusted"
)

// Column is a column of a table.
type Column struct {
	Title string
	Right bool // figures
	// Min is how narrow the column may become where the table is too wide; 0: it is
	// never shortened.
	Min int
	// Tail keeps the ends of texts that are shortened: names with the same beginning.
	Tail bool
}

// Cell is a field of a table.
type Cell struct {
	Text  string
	Style Style
}

// Text is a cell without a style.
func Text(text string) Cell { return Cell{Text: text} }

// Table is rows under titles, and remarks beneath rows.
type Table struct {
	columns []Column
	lines   []tableLine
}

// tableLine is a row or a remark.
type tableLine struct {
	cells  []Cell
	remark Cell
}

// columnGap is between columns, and remarkIndent before a remark.
const (
	columnGap    = "  "
	remarkIndent = "    "
)

// NewTable returns a table without rows.
func NewTable(columns ...Column) *Table { return &Table{columns: columns} }

// Row adds a row: a cell for each column.
func (t *Table) Row(cells ...Cell) {
	row := make([]Cell, len(t.columns))
	copy(row, cells)
	for i := range row {
		row[i].Text = untrusted.Terminal(row[i].Text)
	}
	t.lines = append(t.lines, tableLine{cells: row})
}

// Remark adds a text beneath the last row; an empty one adds nothing.
func (t *Table) Remark(style Style, text string) {
	if text != "" {
		t.lines = append(t.lines, tableLine{remark: Cell{Text: untrusted.Terminal(text), Style: style}})
	}
}

// lay returns the lines of the table in a width.
func (t *Table) lay(paper paper) []string {
	widths := t.widths(paper)
	titles := make([]Cell, len(t.columns))
	for i, column := range t.columns {
		titles[i] = Cell{Text: column.Title, Style: Faint}
	}
	lines := []string{t.layRow(titles, widths, paper)}
	for _, line := range t.lines {
		if line.cells != nil {
			lines = append(lines, t.layRow(line.cells, widths, paper))
			continue
		}
		for _, part := range wrap(line.remark.Text, paper.width-len(remarkIndent)) {
			lines = append(lines, remarkIndent+paper.paint(line.remark.Style, part))
		}
	}
	return lines
}

// fileWidth is how wide a table is meant to be in a file or a pipe. Long names make it wider.
const fileWidth = 120

func (p paper) tableWidth() int {
	if p.narrow {
		return p.width
	}
	return fileWidth
}

// longName is from which width on a text is padded for no more in a file or a pipe. Names stay
// whole for whatever reads them; the others are not padded to the longest.
const longName = 64

// widths are those of the widest cells, narrowed on a terminal until the table fits.
func (t *Table) widths(paper paper) []int {
	widths := make([]int, len(t.columns))
	total := len(columnGap) * (len(t.columns) - 1)
	for i, column := range t.columns {
		widths[i] = TextWidth(column.Title)
		for _, line := range t.lines {
			if line.cells == nil {
				continue
			}
			width := TextWidth(line.cells[i].Text)
			if paper.narrow || column.Min == 0 || width <= longName {
				widths[i] = max(widths[i], width)
			}
		}
		total += widths[i]
	}
	for ; paper.narrow && total > paper.width; total-- {
		widest := t.widestShrinkable(widths)
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// widestShrinkable is the index of the column to narrow next, -1 for none.
func (t *Table) widestShrinkable(widths []int) int {
	widest := -1
	for i, column := range t.columns {
		if column.Min > 0 && widths[i] > column.Min && (widest < 0 || widths[i] > widths[widest]) {
			widest = i
		}
	}
	return widest
}

func (c Column) shorten(text string, columns int) string {
	if c.Tail {
		return clipStart(text, columns)
	}
	return Clip(text, columns)
}

func (t *Table) layRow(cells []Cell, widths []int, paper paper) string {
	var line strings.Builder
	for i, cell := range cells {
		text := cell.Text
		if paper.narrow {
			text = t.columns[i].shorten(text, widths[i])
		}
		padding := strings.Repeat(" ", max(0, widths[i]-TextWidth(text)))
		text = paper.paint(cell.Style, text)
		if i > 0 {
			line.WriteString(columnGap)
		}
		if t.columns[i].Right {
			line.WriteString(padding + text)
		} else {
			line.WriteString(text + padding)
		}
	}
	return strings.TrimRight(line.String(), " ")
}
