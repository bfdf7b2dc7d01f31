package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"

	"github.com/prometheus/procfs"
)

// Sample is what one run took.
type Sample struct {
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

func (r *results) sample(f Fleet, name string) (Sample, bool) {
	for _, s := range r.samples {
		if s.Hosts == f.Hosts && s.Scopes == f.Scopes && s.Case == name {
			return s, true
		}
	}
	return Sample{}, false
}

func (r *results) reference(f Fleet, name string) (float64, bool) {
	for _, ref := range r.references {
		if ref.Hosts == f.Hosts && ref.Scopes == f.Scopes && ref.Name == name {
			return ref.Seconds, true
		}
	}
	return 0, false
}

func (r *results) write(out io.Writer, asJSON bool, bounds []Bound) error {
	if asJSON {
		return r.writeJSON(out, bounds)
	}
	return r.writeTables(out, bounds)
}

func (r *results) writeJSON(out io.Writer, bounds []Bound) error {
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

func (r *results) writeTables(out io.Writer, bounds []Bound) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\n\n", machineSize())
	fmt.Fprintln(w, "hosts\tscopes\tcase\tchanges\tseconds\tCPU s\tMySQL CPU s\tpeak MiB\trows written\tMB logged\tevents\thistory KB\tactivities\t")
	for _, s := range r.samples {
		fmt.Fprintf(w, "%d\t%d\t%s\t%d\t%.2f\t%.2f\t%.2f\t%.0f\t%d\t%.1f\t%d\t%.0f\t%d\t\n", s.Hosts, s.Scopes, s.Case, s.Changes, s.Seconds,
			s.CPUSeconds, s.MySQLCPUSeconds, s.PeakMiB, s.RowsWritten, float64(s.BytesWritten)/1e6, s.Events, float64(s.Bytes)/1e3, s.Activities)
	}
	fmt.Fprintln(w, "\nhosts\tscopes\treference\tseconds\tnote\t")
	for _, ref := range r.references {
		fmt.Fprintf(w, "%d\t%d\t%s\t%.2f\t%s\t\n", ref.Hosts, ref.Scopes, ref.Name, ref.Seconds, ref.Note)
	}
	writeEdges(w, r.edges)
	if len(bounds) > 0 {
		fmt.Fprintln(w, "\nwhat\tis\tmust be\taim\t\t")
	}
	for _, b := range bounds {
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%s %s\t%s\t\n", b.What, b.number(b.Value), b.relation(), b.number(b.Must), b.relation(), b.number(b.Aim), b.mark())
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// machineSize is what a figure depends on most.
func machineSize() string {
	size := fmt.Sprintf("%d cores", runtime.NumCPU())
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return size
	}
	if memory, err := proc.Meminfo(); err == nil && memory.MemTotalBytes != nil {
		size += fmt.Sprintf(", %d GiB of memory", *memory.MemTotalBytes>>30)
	}
	if cpus, err := proc.CPUInfo(); err == nil && len(cpus) > 0 {
		size += ", " + cpus[0].ModelName
	}
	return size
}
