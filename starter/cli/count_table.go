package cli

import (
	"fmt"
	"strings"

	"cloudsync/inventory"
	"cloudsync/starter/output"
)

// showCounts shows the groups, with what share each is of all rows.
func (p *Program) showCounts(count inventory.Count, counts inventory.Counts) {
	if len(counts.Groups) > 0 {
		p.out.Table(countsTable(count, counts, p.out.TableWidth() >= output.DefaultWidth))
		p.tellOthers(p.out, counts)
		p.out.Line("")
	}
	total := plural(counts.Total, "row")
	for i, column := range count.Sum {
		total += ", " + column + " " + sumText(column, counts.Sums[i])
	}
	p.out.Line("%s", total)
}

func countsTable(count inventory.Count, counts inventory.Counts, bars bool) *output.Table {
	var columns []output.Column
	for _, label := range count.By {
		columns = append(columns, output.Column{Title: label, Min: 6})
	}
	columns = append(columns, output.Column{Title: "ROWS", Right: true}, output.Column{Title: "SHARE", Right: true})
	for _, column := range count.Sum {
		columns = append(columns, output.Column{Title: column, Right: true})
	}
	if bars {
		columns = append(columns, output.Column{})
	}
	table := output.NewTable(columns...)
	for _, group := range counts.Groups {
		var cells []output.Cell
		for _, value := range group.Values {
			cells = append(cells, output.Text(orDash(value)))
		}
		cells = append(cells, output.Text(fmt.Sprint(group.Rows)), output.Text(shareText(group.Rows, counts.Total)))
		for i, column := range count.Sum {
			cells = append(cells, output.Text(sumText(column, group.Sums[i])))
		}
		if bars {
			cells = append(cells, output.Cell{Text: bar(group.Rows, counts.Total), Style: output.Faint})
		}
		table.Row(cells...)
	}
	return table
}

func shareText(part, total int64) string {
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(total))
}

// barWidth is the length of the bar of all rows.
const barWidth = 20

// bar shows a share; whatever there is, is seen.
func bar(part, total int64) string {
	return strings.Repeat("#", max(1, int(float64(barWidth)*float64(part)/float64(total)+0.5)))
}

// sumText is a sum for people, in the unit that its column has in its name.
func sumText(column string, sum int64) string {
	switch {
	case strings.HasSuffix(column, "_mib"):
		return memoryText(sum)
	case strings.HasSuffix(column, "_gib"):
		return storageText(sum)
	default:
		return fmt.Sprint(sum)
	}
}
