package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"cloudsync/resource"
)

// report prints what became of each answer, and a table of what they cover.
type report struct {
	out      io.Writer
	files    int
	failures int
	coverage []coverage
}

// coverage is which columns of a kind a cloud's recordings fill.
type coverage struct {
	provider, kind string
	resources      int
	filled         map[string]bool
}

func (r *report) line(provider, file, text string) {
	fmt.Fprintf(r.out, "%s/%s: %s\n", provider, filepath.Base(file), text)
}

func (r *report) failed(provider, file string, err error) {
	r.failures++
	r.line(provider, file, "FAILED: "+err.Error())
}

func (r *report) skipped(provider, file, why string) { r.line(provider, file, "skipped: "+why) }

func (r *report) regions(provider, file string, enabled, listed int) {
	r.line(provider, file, fmt.Sprintf("%d of %d regions enabled", enabled, listed))
}

func (r *report) checked(provider, file string, of action, result result) {
	if result.note != "" {
		r.line(provider, file, of.kind+": "+result.note)
		return
	}
	text := fmt.Sprintf("%s: %d of %d decoded", of.kind, result.decoded, result.listed)
	if result.gone > 0 {
		text += fmt.Sprintf(", %d gone", result.gone)
	}
	if len(result.odd) > 0 {
		text += fmt.Sprintf(", %d with a problem", len(result.odd))
	}
	r.line(provider, file, text+"; same hash with its lists reversed")
	for _, problem := range result.odd {
		fmt.Fprintf(r.out, "    problem: %s\n", problem)
	}
	for _, change := range result.since {
		fmt.Fprintf(r.out, "    changed since an earlier answer: %s\n", change)
	}
	r.names("empty", result.empty)
	r.names("unmapped", shortened(result.unused, of.lists))
	r.cover(provider, of.kind, result)
}

// shortened are the paths without that of the element they are in.
func shortened(paths []string, element string) (short []string) {
	for _, path := range paths {
		short = append(short, strings.TrimPrefix(path, element+"."))
	}
	return short
}

// width is how many columns a line of names takes.
const width = 100

// names prints a list of names, indented.
func (r *report) names(title string, names []string) {
	line := fmt.Sprintf("    %-9s", title+":")
	for _, name := range names {
		if len(line)+1+len(name) > width {
			fmt.Fprintln(r.out, line)
			line = strings.Repeat(" ", 13)
		}
		line += " " + name
	}
	if len(names) > 0 {
		fmt.Fprintln(r.out, line)
	}
}

func (r *report) cover(provider, kind string, result result) {
	i := slices.IndexFunc(r.coverage, func(c coverage) bool { return c.provider == provider && c.kind == kind })
	if i < 0 {
		i = len(r.coverage)
		r.coverage = append(r.coverage, coverage{provider: provider, kind: kind, filled: map[string]bool{}})
	}
	r.coverage[i].resources += result.decoded
	for _, column := range result.filled {
		r.coverage[i].filled[column] = true
	}
}

// essential are the columns that every cloud has of a host.
var essential = []string{"name", "private_ips", "instance_type", "vcpu", "memory_mib", "zone", "status"}

func (r *report) summary() {
	if len(r.coverage) == 0 {
		return
	}
	fmt.Fprintf(r.out, "\n%-9s %-22s %9s  %s\n", "CLOUD", "KIND", "RESOURCES", "COLUMNS WITH VALUES")
	for _, c := range r.coverage {
		var filled []string
		for column := range c.filled {
			filled = append(filled, column)
		}
		slices.Sort(filled)
		fmt.Fprintf(r.out, "%-9s %-22s %9d  %s\n", c.provider, c.kind, c.resources, strings.Join(filled, " "))
	}
	fmt.Fprintf(r.out, "\n%-9s %s\n", "HOSTS OF", strings.Join(essential, "  "))
	for _, c := range r.coverage {
		if c.kind == resource.HostKind.Name() {
			fmt.Fprintf(r.out, "%-9s %s\n", c.provider, marks(c))
		}
	}
}

func marks(c coverage) string {
	var out strings.Builder
	for _, column := range essential {
		mark := "no"
		if c.filled[column] {
			mark = "yes"
		}
		fmt.Fprintf(&out, "%-*s", len(column)+2, mark)
	}
	return strings.TrimRight(out.String(), " ")
}
