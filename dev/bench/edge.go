package bench

import (
	"context"
	"fmt"
	"io"
)

// Edge is a figure of an unusual fleet.
type Edge struct {
	Name    string  `json:"edge"`
	Seconds float64 `json:"seconds"`
	Detail  string  `json:"detail"`
	bounds  []Bound
}

func (s *servers) measureEdges(context.Context) error { return nil }

func writeEdges(w io.Writer, edges []Edge) {
	if len(edges) == 0 {
		return
	}
	fmt.Fprintln(w, "\nat the edges\tseconds\tdetail\t")
	for _, e := range edges {
		fmt.Fprintf(w, "%s\t%.2f\t%s\t\n", e.Name, e.Seconds, e.Detail)
	}
}
