package measure

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrNotMet says that a figure is not what it must be.
var ErrNotMet = errors.New("not every bound is met")

// Bound compares a figure with what it must be. Most are ratios of figures from one run
// on one machine, or counts. Those in seconds are for two cores.
type Bound struct {
	What    string  `json:"bound"`
	Value   float64 `json:"value"`
	Must    float64 `json:"must"`
	Aim     float64 `json:"aim"`
	AtLeast bool    `json:"atLeast,omitempty"` // else at most
	Met     bool    `json:"met"`
	Unit    string  `json:"-"` // after the number; empty: a ratio
}

// The units of which parts count.
const (
	Seconds      = " s"
	Milliseconds = " ms"
)

// Judge says of each bound whether it is met.
func Judge(bounds []Bound) {
	for i := range bounds {
		bounds[i].Met = bounds[i].meets(bounds[i].Must)
	}
}

// AllMet says that no bound of those that were judged is missed.
func AllMet(bounds []Bound) bool {
	return !slices.ContainsFunc(bounds, func(b Bound) bool { return !b.Met })
}

// WriteBounds writes the lines of a table, for a tabwriter.
func WriteBounds(w io.Writer, bounds []Bound) {
	if len(bounds) == 0 {
		return
	}
	fmt.Fprintln(w, "\nwhat\tis\tmust be\taim\t\t")
	for _, b := range bounds {
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%s %s\t%s\t\n", b.What, b.number(b.Value), b.relation(), b.number(b.Must), b.relation(), b.number(b.Aim), b.mark())
	}
}

func (b Bound) relation() string {
	if b.AtLeast {
		return "≥"
	}
	return "≤"
}

func (b Bound) number(n float64) string {
	switch b.Unit {
	case "":
		return fmt.Sprintf("%.2f×", n)
	case Seconds:
		return fmt.Sprintf("%.2f%s", n, b.Unit)
	case Milliseconds:
		return fmt.Sprintf("%.1f%s", n, b.Unit)
	default:
		return fmt.Sprintf("%.0f%s", n, b.Unit)
	}
}

func (b Bound) meets(limit float64) bool {
	if b.AtLeast {
		return b.Value >= limit
	}
	return b.Value <= limit
}

func (b Bound) mark() string {
	switch {
	case !b.Met:
		return "NOT MET"
	case b.meets(b.Aim):
		return "aim met"
	default:
		return "met"
	}
}
