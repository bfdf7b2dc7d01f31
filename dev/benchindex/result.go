package benchindex

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"cloudsync/dev/measure"
)

// Figure is what was measured of one thing.
type Figure struct {
	Hosts   int     `json:"hosts"`
	Name    string  `json:"figure"`
	Unit    string  `json:"unit"`
	Samples int     `json:"samples"`
	Median  float64 `json:"median"`
	P99     float64 `json:"p99"` // the most, of fewer than 100
	Most    float64 `json:"most"`
	Detail  string  `json:"detail,omitempty"`
}

// Results are all that was measured.
type Results struct {
	Server  string  // such as MariaDB 10.11.19
	Load    float64 // of the machine, when it began
	Hosts   int
	figures []Figure
}

// add adds a figure of samples.
func (r *Results) add(name, unit, detail string, samples ...float64) {
	slices.Sort(samples)
	n := len(samples)
	r.figures = append(r.figures, Figure{
		Hosts: r.Hosts, Name: name, Unit: unit, Samples: n, Detail: detail,
		Median: samples[n/2], P99: samples[min(n-1, n*99/100)], Most: samples[n-1],
	})
}

func inMilliseconds(took time.Duration) float64 { return float64(took) / float64(time.Millisecond) }

// Figure finds a figure by its name.
func (r *Results) Figure(name string) (Figure, bool) {
	i := slices.IndexFunc(r.figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return r.figures[i], true
}

// Write writes all, and the bounds.
func (r *Results) Write(out io.Writer, asJSON bool, bounds []measure.Bound) error {
	if asJSON {
		return r.writeJSON(out, bounds)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s; %s; load %.1f; %d hosts of 8 tags\n\n", r.Server, measure.MachineSize(), r.Load, r.Hosts)
	fmt.Fprintln(w, "what\tsamples\tmedian\tp99\tmost\tunit\tdetail\t")
	for _, f := range r.figures {
		fmt.Fprintf(w, "%s\t%d\t%.2f\t%.2f\t%.2f\t%s\t%s\t\n", f.Name, f.Samples, f.Median, f.P99, f.Most, f.Unit, f.Detail)
	}
	measure.WriteBounds(w, bounds)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

func (r *Results) writeJSON(out io.Writer, bounds []measure.Bound) error {
	encoder := json.NewEncoder(out)
	var all []any
	for _, f := range r.figures {
		all = append(all, f)
	}
	for _, b := range bounds {
		all = append(all, b)
	}
	for _, object := range all {
		if err := encoder.Encode(object); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
	}
	return nil
}
