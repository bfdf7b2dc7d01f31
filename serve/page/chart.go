package page

import "fmt"

// Bars is what happened in periods, as small stacked columns.
type Bars struct {
	Width, Height int    // in pixels
	Label         string // in words, for those who do not see it
	Columns       []Column
}

// Column is a period.
type Column struct {
	X, Width float64
	Label    string
	Parts    []Part
}

// Part is one sort of what happened in a period.
type Part struct {
	Class               string // of the style sheet: add, mod, del, rest
	X, Y, Width, Height float64
}

// Period is what happened in a period, by sort.
type Period struct {
	Label  string
	Values []int64 // one for each class
}

// barsOf draws periods from left to right. The highest column has the whole height; whatever
// happened can be seen.
func barsOf(label string, periods []Period, classes []string, width, height int) Bars {
	bars := Bars{Width: width, Height: height, Label: label}
	most := int64(1)
	for _, period := range periods {
		most = max(most, sum(period.Values))
	}
	step := float64(width) / float64(max(1, len(periods)))
	for i, period := range periods {
		column := Column{X: float64(i) * step, Width: step - 1, Label: period.Label}
		y := float64(height)
		for sort, value := range period.Values {
			if value == 0 {
				continue
			}
			high := max(1.5, float64(value)/float64(most)*float64(height))
			y -= high
			column.Parts = append(column.Parts, Part{Class: classes[sort], X: column.X, Y: max(0, y), Width: column.Width, Height: high})
		}
		bars.Columns = append(bars.Columns, column)
	}
	return bars
}

func sum(values []int64) (total int64) {
	for _, value := range values {
		total += value
	}
	return total
}

// Share is a part of a whole.
type Share struct {
	Class   string
	Percent float64
	Label   string
}

// shareOf is how much of a whole a part is.
func shareOf(part, whole int64, class, of string) Share {
	percent := 0.0
	if whole > 0 {
		percent = min(100, 100*float64(part)/float64(whole))
	}
	return Share{Class: class, Percent: percent, Label: fmt.Sprintf("%s of %s %s, %.0f%%", grouped(part), grouped(whole), of, percent)}
}
