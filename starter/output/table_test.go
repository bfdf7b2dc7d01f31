package output

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sample() *Table {
	table := NewTable(Column{Title: "KIND", Min: 8}, Column{Title: "OUTCOME"}, Column{Title: "ADD", Right: true})
	table.Row(Text("resource_host"), Cell{Text: "ok", Style: Good}, Text("+12"))
	table.Row(Text("disk"), Cell{Text: "HELD", Style: Warn}, Text("·"))
	table.Remark(Warn, "40 of 100 rows would be deleted")
	table.Remark(Plain, "")
	return table
}

func layout(table *Table, p paper) string { return strings.Join(table.lay(p), "\n") }

func TestTableIsAsWideAsItsCells(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.TrimSpace(`
KIND           OUTCOME  ADD
resource_host  ok       +12
disk           HELD       ·
    40 of 100 rows would be deleted
`), layout(sample(), paper{width: 80}))
}

func TestTableShortensColumnsAndWrapsRemarks(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.TrimSpace(`
KIND       OUTCOME  ADD
resource…  ok       +12
disk       HELD       ·
    40 of 100 rows
    would be deleted
`), layout(sample(), paper{width: 23, narrow: true}))
}

func TestTableShortensNothingWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table := NewTable(Column{Title: "SCOPE", Min: 8, Tail: true}, Column{Title: "ID", Min: 8})
	scope, id := "alibaba/"+strings.Repeat("x", 60)+"/cn-beijing", strings.Repeat("i", 50)
	table.Row(Text(scope), Text(id))
	NewPrinter(&out, false).Table(table)
	require.Contains(t, out.String(), scope+"  "+id+"\n")
	require.NotContains(t, out.String(), ellipsis)
}

func TestTablePadsNothingToAVeryLongName(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table := NewTable(Column{Title: "ID", Min: 12, Tail: true}, Column{Title: "NAME", Min: 12}, Column{Title: "OUTCOME"})
	long := strings.Repeat("n", 250)
	table.Row(Text("i-1"), Text(long), Text("ok"))
	table.Row(Text("i-2"), Text("web"), Text("ok"))
	table.Row(Text(long), Text("web"), Text("ok"))
	NewPrinter(&out, false).Table(table)
	lines := strings.Split(out.String(), "\n")
	require.Equal(t, strings.Index(lines[0], "OUTCOME"), strings.Index(lines[2], "ok"), "short rows stand under their titles")
	require.Equal(t, "i-2  web   ok", lines[2])
	require.Contains(t, lines[1], "  "+long+"  ok")
	require.Contains(t, lines[3], long+"  web")
}

// Columns that together are wider than a terminal stand under their titles in a pipe.
func TestWideTableStandsUnderItsTitles(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table := NewTable(Column{Title: "ID", Min: 12, Tail: true}, Column{Title: "NAME", Min: 12}, Column{Title: "PLACE", Min: 12}, Column{Title: "OUTCOME"})
	for _, width := range []int{20, 45, 60} {
		table.Row(Text(strings.Repeat("i", width)), Text(strings.Repeat("n", width)), Text(strings.Repeat("p", width)), Text("ok"))
	}
	NewPrinter(&out, false).Table(table)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines[1:] {
		require.Equal(t, strings.Index(lines[0], "OUTCOME"), strings.LastIndex(line, "ok"))
	}
}

func TestTableKeepsWhatMayNotBeShortened(t *testing.T) {
	t.Parallel()
	require.Equal(t, "resourc…  ok       +12", sample().lay(paper{width: 10, narrow: true})[1])
}

func TestColoursDoNotMoveColumns(t *testing.T) {
	t.Parallel()
	lines := sample().lay(paper{width: 80, colour: true})
	require.Equal(t, "resource_host  \x1b[32mok\x1b[0m       +12", lines[1])
	require.Equal(t, "    \x1b[1;33m40 of 100 rows would be deleted\x1b[0m", lines[3])
}

func TestFiguresAlignAndWrap(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var figures Figures
	figures.Add("toAddNum", "3")
	figures.Add("error", strings.Repeat("word ", 20))
	NewPrinter(&out, false).Figures(&figures)
	require.Equal(t, strings.TrimLeft(`
toAddNum  3
error     word word word word word word word word word word word word word word
          word word word word word word
`, "\n"), out.String())
}

func TestJSONIsForPeopleToo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, NewPrinter(&out, false).JSON(map[string]string{"a": "<b>"}))
	require.Contains(t, out.String(), "\n  \"a\": \"<b>\"\n")
}

func TestLiveTextInALogHasALineForEachChange(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	live := NewPrinter(&out, false).Live()
	live.Show("1 of 3", " · 1s")
	live.Show("1 of 3", " · 2s")
	live.Show("2 of 3", " · 3s")
	live.Clear()
	require.Equal(t, "1 of 3\n2 of 3\n", out.String())
}

func TestLogSaysAMessageOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := NewLog(&out)
	log.Warn("no answer yet", "addr", "a")
	log.Warn("no answer yet", "addr", "a")
	log.Warn("another", "addr", "a")
	require.Equal(t, "level=WARN msg=\"no answer yet\" addr=a\nlevel=WARN msg=another addr=a\n", out.String())
}
