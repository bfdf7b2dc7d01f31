package cli

import (
	"fmt"
	"strings"
	"time"

	"cloudsync/activities"
	"cloudsync/human"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// outcomeCell shows an outcome so that whatever needs attention stands out, in
// black and white, too.
func outcomeCell(outcome string) output.Cell {
	style := outcomeStyle(outcome)
	if style == output.Warn || style == output.Bad {
		outcome = strings.ToUpper(outcome)
	}
	return output.Cell{Text: outcome, Style: style}
}

func outcomeStyle(outcome string) output.Style {
	switch outcome {
	case string(activities.OK), string(activities.Unchanged), string(activities.Pruned), store.OutcomeRestored:
		return output.Good
	case string(activities.Partial), string(activities.Held):
		return output.Warn
	case string(activities.Failed), execution.Cancelled, execution.Terminated, execution.TimedOut:
		return output.Bad
	default:
		return output.Plain
	}
}

// needsAttention says that somebody should look at what ended so.
func needsAttention(outcome string) bool {
	style := outcomeStyle(outcome)
	return style == output.Warn || style == output.Bad
}

func countCell(n int64) output.Cell { return output.Text(human.Count(n)) }

func changeCells(stats activities.Stats) []output.Cell {
	return []output.Cell{
		output.Text(human.Signed("+", stats.SuAdd)), output.Text(human.Signed("~", stats.SuMod)),
		output.Text(human.Signed("-", stats.SuDel)),
	}
}

// alarmCell shows a number that should be zero.
func alarmCell(n int64, style output.Style) output.Cell {
	if n == 0 {
		return output.Text("·")
	}
	return output.Cell{Text: human.Count(n), Style: style}
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// plural is the number with the noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
