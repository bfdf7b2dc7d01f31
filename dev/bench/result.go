package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"cloudsync/dev/measure"
)

// Sample is what one run took.
type Sample struct {
	Server  string `json:"server"` // such as MySQL 9.7.4
	Hosts   int    `json:"hosts"`
	Scopes  int    `json:"scopes"`
	Case    string `json:"case"`
	Outcome string `json:"outcome"`
	Changes int64  `json:"changes"`
	// Seconds are from the start of the workflow to its result.
	Seconds         float64 `json:"seconds"`
	CPUSeconds      float64 `json:"workerCPUSeconds"`
	MySQLCPUSeconds float64 `json:"mysqlCPUSeconds"`
	PeakMiB         float64 `json:"workerPeakRSSMiB"`
	// RowsWritten are by MySQL's count; RowsBesideRecord are those of them that
	// are neither the run's record nor its claims of scopes.
	RowsWritten      int64 `json:"rowsWritten"`
	RowsBesideRecord int64 `json:"rowsBesideRecord"`
	BytesWritten     int64 `json:"bytesWritten"`   // to InnoDB's log
	InventoryBytes   int64 `json:"inventoryBytes"` // of resource_host with its indexes, by the server's estimate
	HistoryBytes     int64 `json:"historyBytes"`   // of resource_change likewise
	History
}

// results are all that was measured.
type results struct {
	samples    []Sample
	references []Reference
	edges      []Edge
}

func (r *results) add(s Sample)                     { r.samples = append(r.samples, s) }
func (r *results) addReferences(found ...Reference) { r.references = append(r.references, found...) }

// server is the database's, as the beginning of a line.
func (r *results) server() string {
	if len(r.samples) == 0 || r.samples[0].Server == "" {
		return ""
	}
	return r.samples[0].Server + "; "
}

// sample is the median by the seconds, where a fleet was measured several times.
func (r *results) sample(f Fleet, name string) (Sample, bool) {
	return measure.Median(r.samplesOf(f, name), sampleSeconds)
}

func (r *results) samplesOf(f Fleet, name string) []Sample {
	return matching(r.samplesOfFleet(f), func(s Sample) bool { return s.Case == name })
}

func (r *results) samplesOfFleet(f Fleet) []Sample {
	return matching(r.samples, func(s Sample) bool { return s.Hosts == f.Hosts && s.Scopes == f.Scopes })
}

// reference is the median of its seconds, likewise.
func (r *results) reference(f Fleet, name string) (float64, bool) {
	ref, ok := measure.Median(r.referencesOf(f, name), referenceSeconds)
	return ref.Seconds, ok
}

func (r *results) referencesOf(f Fleet, name string) []Reference {
	return matching(r.references, func(ref Reference) bool { return ref.Hosts == f.Hosts && ref.Scopes == f.Scopes && ref.Name == name })
}

func sampleSeconds(s Sample) float64       { return s.Seconds }
func referenceSeconds(r Reference) float64 { return r.Seconds }

func matching[T any](all []T, matches func(T) bool) (found []T) {
	for _, one := range all {
		if matches(one) {
			found = append(found, one)
		}
	}
	return found
}

func (r *results) write(out io.Writer, asJSON bool, bounds []measure.Bound) error {
	if asJSON {
		return r.writeJSON(out, bounds)
	}
	return r.writeTables(out, bounds)
}

func (r *results) writeJSON(out io.Writer, bounds []measure.Bound) error {
	encoder := json.NewEncoder(out)
	var all []any
	for _, s := range r.samples {
		all = append(all, s)
	}
	for _, ref := range r.references {
		all = append(all, ref)
	}
	for _, edge := range r.edges {
		all = append(all, edge)
	}
	for _, bound := range bounds {
		all = append(all, bound)
	}
	for _, object := range all {
		if err := encoder.Encode(object); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
	}
	return nil
}

func (r *results) writeTables(out io.Writer, bounds []measure.Bound) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s%s; of what was measured several times, the medians by the seconds\n\n", r.server(), measure.MachineSize())
	fmt.Fprintln(w, "hosts\tscopes\tcase\tchanges\tseconds\tfrom–to\tCPU s\tMySQL CPU s\tpeak MiB\trows written\tMB logged\tevents\tin all\thistory KB\tactivities\t")
	for _, measured := range grouped(r.samples, func(s Sample) [3]any { return [3]any{s.Hosts, s.Scopes, s.Case} }) {
		s, _ := measure.Median(measured, sampleSeconds)
		fmt.Fprintf(w, "%d\t%d\t%s\t%d\t%.2f\t%s\t%.2f\t%.2f\t%.0f\t%d\t%.1f\t%d\t%d\t%.0f\t%d\t\n", s.Hosts, s.Scopes, s.Case, s.Changes,
			s.Seconds, spread(measured, sampleSeconds), s.CPUSeconds, s.MySQLCPUSeconds, s.PeakMiB, s.RowsWritten, float64(s.BytesWritten)/1e6,
			s.Events, s.AllEvents, float64(s.Bytes)/1e3, s.Activities)
	}
	if len(r.references) > 0 {
		fmt.Fprintln(w, "\nhosts\tscopes\treference\tseconds\tfrom–to\tnote\t")
	}
	for _, measured := range grouped(r.references, func(ref Reference) [3]any { return [3]any{ref.Hosts, ref.Scopes, ref.Name} }) {
		ref, _ := measure.Median(measured, referenceSeconds)
		fmt.Fprintf(w, "%d\t%d\t%s\t%.2f\t%s\t%s\t\n", ref.Hosts, ref.Scopes, ref.Name, ref.Seconds, spread(measured, referenceSeconds), ref.Note)
	}
	writeEdges(w, r.edges)
	measure.WriteBounds(w, bounds)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// grouped are those of the same key together, in the order of the first of each.
func grouped[T any](all []T, key func(T) [3]any) (groups [][]T) {
	place := map[[3]any]int{}
	for _, one := range all {
		at, known := place[key(one)]
		if !known {
			at = len(groups)
			place[key(one)] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], one)
	}
	return groups
}

// spread is the least and the most of several.
func spread[T any](measured []T, seconds func(T) float64) string {
	if len(measured) < 2 {
		return ""
	}
	least, most := seconds(measured[0]), seconds(measured[0])
	for _, one := range measured {
		least, most = min(least, seconds(one)), max(most, seconds(one))
	}
	return fmt.Sprintf("%.2f–%.2f", least, most)
}
