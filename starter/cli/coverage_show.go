package cli

import (
	"fmt"
	"strings"

	"cloudsync/coverage"
	"cloudsync/human"
	"cloudsync/resource"
	"cloudsync/starter/output"
)

// showCoverage shows the lines place by place. The kinds that no run syncs in a place are
// named beneath it.
func (p *Program) showCoverage(lines []*coverageLine) {
	if len(lines) == 0 {
		p.out.Line("no accounts are configured")
		return
	}
	table := output.NewTable(
		output.Column{Title: "PLACE", Min: 12, Tail: true}, output.Column{Title: "KIND", Min: 14, Tail: true}, output.Column{Title: "STATE"},
		output.Column{Title: "ROWS", Right: true}, output.Column{Title: "SCOPES", Right: true}, output.Column{Title: "OLDEST", Right: true},
	)
	for _, ofPlace := range byPlace(lines) {
		p.addPlace(table, ofPlace)
	}
	p.out.Table(table)
}

// byPlace groups lines, in the order of the places' first ones.
func byPlace(lines []*coverageLine) (groups [][]*coverageLine) {
	at := map[string]int{}
	for _, line := range lines {
		i, ok := at[line.Place]
		if !ok {
			i = len(groups)
			at[line.Place], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], line)
	}
	return groups
}

func (p *Program) addPlace(table *output.Table, lines []*coverageLine) {
	place := lines[0].Place
	var unconfigured, unsupported []string
	for _, line := range lines {
		switch {
		case line.State == notConfigured && line.Rows == 0:
			unconfigured = append(unconfigured, line.Kind)
			continue
		case line.State == notSupported:
			unsupported = append(unsupported, line.Kind)
			continue
		}
		oldest := "-"
		if line.Oldest != nil {
			oldest = human.Ago(p.now(), *line.Oldest)
		}
		table.Row(output.Text(place), output.Text(line.Kind), coverageCell(line.State), countCell(line.Rows),
			output.Text(fmt.Sprintf("%d/%d", line.Complete, line.Scopes)), output.Text(oldest))
		place = ""
	}
	if place != "" {
		table.Row(output.Text(place), output.Text("-"), output.Text("-"), output.Text("-"), output.Text("-"), output.Text("-"))
	}
	remarkKinds(table, "not configured: ", unconfigured)
	remarkKinds(table, "not supported (--supported says why): ", unsupported)
}

func remarkKinds(table *output.Table, what string, kinds []string) {
	if len(kinds) > 0 {
		table.Remark(output.Faint, what+strings.Join(kinds, ", "))
	}
}

func coverageCell(state string) output.Cell {
	style := output.Plain
	switch state {
	case covered:
		style = output.Good
	case partlyCovered, notConfigured: // rows that nobody keeps up to date
		style = output.Warn
	}
	return output.Cell{Text: state, Style: style}
}

// supportedLine is a kind with what the clouds list of it.
type supportedLine struct {
	Kind   string            `json:"kind"`
	Clouds []string          `json:"clouds"`         // that are listed for it
	Gaps   map[string]string `json:"gaps,omitempty"` // why others are not, by provider
}

func supportedKinds(kinds *resource.Registry) (lines []supportedLine) {
	for _, kind := range kinds.Names() {
		line := supportedLine{Kind: kind, Gaps: map[string]string{}}
		for _, cloud := range coverage.Clouds() {
			if why := coverage.Gap(cloud.Provider, kind); why != "" {
				line.Gaps[cloud.Provider] = why
			} else {
				line.Clouds = append(line.Clouds, cloud.Provider)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (p *Program) showSupported(lines []supportedLine) {
	columns := []output.Column{{Title: "KIND", Min: 14, Tail: true}}
	for _, cloud := range coverage.Clouds() {
		columns = append(columns, output.Column{Title: strings.ToUpper(cloud.Provider)})
	}
	table := output.NewTable(columns...)
	for _, line := range lines {
		cells := []output.Cell{output.Text(line.Kind)}
		for _, cloud := range coverage.Clouds() {
			cells = append(cells, supportedCell(line.Gaps[cloud.Provider]))
		}
		table.Row(cells...)
		for _, cloud := range coverage.Clouds() {
			if why := line.Gaps[cloud.Provider]; why != "" {
				table.Remark(output.Faint, cloud.Provider+": "+why)
			}
		}
	}
	p.out.Table(table)
}

func supportedCell(gap string) output.Cell {
	if gap != "" {
		return output.Cell{Text: "·", Style: output.Faint}
	}
	return output.Cell{Text: "✓", Style: output.Good}
}
