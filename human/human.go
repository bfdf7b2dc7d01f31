// Package human has figures and times in words for people.
package human

import (
	"fmt"
	"time"
)

// Took is a duration to three figures or so: 0.12s, 4.2s, 75s, 12m05s, 3h07m.
func Took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	default:
		return Span(d)
	}
}

// Span is a duration in whole units: 9s, 12m05s, 3h07m, 4d03h.
func Span(d time.Duration) string {
	d = max(0, d).Round(time.Second)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%dd%02dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	}
}

// Ago is how long ago t was, in one unit.
func Ago(now, t time.Time) string { return oneUnit(now.Sub(t)) + " ago" }

// In is how long it is until t, in one unit.
func In(now, t time.Time) string {
	if t.Sub(now) < time.Second {
		return "now"
	}
	return "in " + oneUnit(t.Sub(now))
}

func oneUnit(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	default:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
}

// Count is a number to two figures or more, for where there is little room: 9999,
// 12k, 1.2M.
func Count(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprint(n)
	case n < 1_000_000:
		return fmt.Sprintf("%dk", n/1000)
	default:
		return fmt.Sprintf("%.1fM", float64(n)/1_000_000)
	}
}

// Signed is a count with its sign. It leaves the eye nothing to look at where
// nothing changed.
func Signed(sign string, n int64) string {
	if n == 0 {
		return "·"
	}
	return sign + Count(n)
}
