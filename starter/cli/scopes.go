package cli

import (
	"fmt"

	"cloudsync/activities"
	"cloudsync/history"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// showScopes shows the scopes of a run; the unchanged ones are many, and are counted
// unless all are asked for.
func (p *Program) showScopes(r history.Record, opts showOptions) {
	table := output.NewTable(
		output.Column{Title: "SCOPE", Min: 16, Tail: true}, output.Column{Title: "OUTCOME", Min: 10},
		output.Column{Title: "CLOUD", Right: true}, output.Column{Title: "BEFORE", Right: true},
		output.Column{Title: "ADD", Right: true}, output.Column{Title: "MOD", Right: true}, output.Column{Title: "DEL", Right: true},
		output.Column{Title: "HELD", Right: true}, output.Column{Title: "REFUSED", Right: true},
	)
	shown, unchanged := 0, 0
	for _, scope := range r.Scopes {
		if scope.Outcome == string(activities.Unchanged) && !opts.all {
			unchanged++
			continue
		}
		shown++
		addScope(table, scope, r.Names[history.Owner(scope)])
	}
	if shown > 0 {
		p.out.Line("")
		p.out.Table(table)
	}
	if unchanged > 0 {
		p.out.Line("\n%s unchanged (--all lists them)", plural(int64(unchanged), "scope"))
	}
}

func addScope(table *output.Table, scope store.RunScope, accountName string) {
	cells := []output.Cell{output.Text(history.ScopePlace(scope)), outcomeCell(scope.Outcome)}
	cells = append(cells, comparedCells(scope)...)
	cells = append(cells, changeCells(scope.Stats)...)
	table.Row(append(cells, alarmCell(scope.Held, output.Warn), alarmCell(scope.FailedRows, output.Warn))...)
	remarkAccount(table, accountName)
	table.Remark(outcomeStyle(scope.Outcome), scope.Reason)
	if digest := scope.HeldDigest(); digest != "" {
		table.Remark(output.Plain, "digest "+digest)
	}
	if digest := scope.ApprovedDigest(); digest != "" {
		table.Remark(output.Plain, "approved "+digest)
	}
}

// comparedCells are the sizes that a sync compares. A restore lists nothing.
func comparedCells(scope store.RunScope) []output.Cell {
	if store.IsRestoreID(scope.RunID) {
		return []output.Cell{output.Text("-"), output.Text("-")}
	}
	return []output.Cell{countCell(scope.CloudNum), countCell(scope.DBNum)}
}

// showRefused shows the rows that the run could not store.
func (p *Program) showRefused(r history.Record) {
	if len(r.Failures) == 0 {
		return
	}
	places := make(map[int64]string, len(r.Scopes))
	for _, scope := range r.Scopes {
		places[scope.ScopeID] = history.ScopePlace(scope)
	}
	table := output.NewTable(
		output.Column{Title: "REFUSED ROW", Min: 20}, output.Column{Title: "SCOPE", Min: 16, Tail: true}, output.Column{Title: "AT", Min: 8},
	)
	for _, failure := range r.Failures {
		id := failure.NativeID
		if id == "" {
			id = "(no usable id)"
		}
		table.Row(output.Text(id), output.Text(places[failure.ScopeID]), output.Text(failure.Phase))
		table.Remark(output.Warn, failure.Reason)
	}
	p.out.Line("")
	p.out.Table(table)
	if more := r.Run.FailedRows - int64(len(r.Failures)); more > 0 {
		p.out.Line("%s", fmt.Sprintf("and %d more: --failures %d, or table sync_row_failure", more, r.Run.FailedRows))
	}
}
