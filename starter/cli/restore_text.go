package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cloudsync/history"
	"cloudsync/human"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// restoreView is a restore, or the plan of one, in JSON.
type restoreView struct {
	Kind  string `json:"kind"`
	Run   string `json:"run,omitempty"` // whose deletions are undone
	UID   string `json:"uid,omitempty"`
	RunID string `json:"runId,omitempty"` // of the restore itself, once carried out

	Deleted   int64              `json:"deleted"`
	ToRestore int64              `json:"toRestore"`
	Restored  int64              `json:"restored"`
	Existing  int64              `json:"existing"` // in the inventory again
	Outdated  int64              `json:"outdated"` // changed since, and gone again
	Refused   int64              `json:"refused"`  // cannot be stored as they were
	Scopes    []restoreScopeView `json:"scopes"`
	Rows      []restoreRowView   `json:"rows"` // the first of those to put back
}

type restoreScopeView struct {
	Place     string `json:"place"` // provider/account/region
	Deleted   int64  `json:"deleted"`
	ToRestore int64  `json:"toRestore"`
}

type restoreRowView struct {
	UID      string `json:"uid"`
	NativeID string `json:"nativeId"`
	Place    string `json:"place"`
	Name     string `json:"name,omitempty"`
}

func newRestoreView(target restoreTarget, plan store.RestorePlan) restoreView {
	view := restoreView{
		Kind: target.Kind.Name(), Run: target.RunID,
		Deleted: plan.Deleted, ToRestore: plan.Restored, Existing: plan.Existing, Outdated: plan.Outdated, Refused: plan.Refused,
		Scopes: []restoreScopeView{}, Rows: []restoreRowView{},
	}
	if target.RunID == "" {
		view.UID = target.UID.String()
	}
	for id, counts := range plan.Scopes {
		view.Scopes = append(view.Scopes, restoreScopeView{Place: target.places[id], Deleted: counts.Deleted, ToRestore: counts.Restored})
	}
	slices.SortFunc(view.Scopes, func(a, b restoreScopeView) int { return cmp.Compare(a.Place, b.Place) })
	for _, row := range plan.Sample {
		view.Rows = append(view.Rows, restoreRowView{
			UID: row.UID.String(), NativeID: row.NativeID, Place: target.places[row.ScopeID], Name: history.DeletedName(row),
		})
	}
	return view
}

func (v *restoreView) carriedOut(runID string, counts store.RestoreCounts) {
	v.RunID, v.Restored = runID, counts.Restored
	v.Deleted, v.Existing, v.Outdated, v.Refused = counts.Deleted, counts.Existing, counts.Outdated, counts.Refused
}

func (p *Program) showRestorePlan(target restoreTarget, plan store.RestorePlan) {
	p.out.Note(output.Plain, p.restoreTitle(target))
	if len(plan.Sample) > 0 {
		p.out.Line("")
		p.out.Table(restoreTable(plan.Sample, target.places))
	}
	if more := plan.Restored - int64(len(plan.Sample)); more > 0 {
		p.out.Line("and %d more", more)
	}
	p.out.Line("")
	p.out.Note(output.Plain, restoreSummary(plan.RestoreCounts))
	if plan.Restored > 0 {
		p.out.Note(output.Faint, fmt.Sprintf("The next sync deletes again what the cloud lacks. To keep it from that: "+
			"starter pause %s --note …", target.Kind.Name()))
	}
}

func restoreTable(rows []store.Change, places map[int64]string) *output.Table {
	table := output.NewTable(
		output.Column{Title: ""}, output.Column{Title: "RESOURCE", Min: 12, Tail: true}, output.Column{Title: "NAME", Min: 12, Tail: true},
		output.Column{Title: "SCOPE", Min: 12, Tail: true}, output.Column{Title: "DELETED (UTC)"},
	)
	for _, row := range rows {
		table.Row(output.Cell{Text: "+", Style: output.Good}, output.Text(row.NativeID), output.Text(history.DeletedName(row)),
			output.Text(places[row.ScopeID]), output.Text(second(row.ChangedAt)))
	}
	return table
}

func (p *Program) restoreTitle(target restoreTarget) string {
	switch {
	case target.RunID == "":
		return fmt.Sprintf("Restore %s %s as of its last deletion", target.Kind.Name(), target.UID)
	case target.run == nil:
		return fmt.Sprintf("Restore what run %s deleted of %s", target.RunID, target.Kind.Name())
	default:
		title := fmt.Sprintf("Restore what run %d of %s deleted, which began %s (%s)",
			target.run.ID, target.Kind.Name(), moment(target.run.StartedAt), human.Ago(p.now(), target.run.StartedAt))
		if target.run.Outcome == store.OutcomeRunning {
			title += ". It has not ended, and may delete more"
		}
		return title
	}
}

// restoreSummary counts the deletions by what becomes of them.
func restoreSummary(counts store.RestoreCounts) string {
	parts := []string{fmt.Sprintf("%s deleted: %d to put back", plural(counts.Deleted, "row"), counts.Restored)}
	if counts.Existing > 0 {
		parts = append(parts, fmt.Sprintf("%d in the inventory again", counts.Existing))
	}
	if counts.Outdated > 0 {
		parts = append(parts, fmt.Sprintf("%d changed since and gone again, left to their last deletion", counts.Outdated))
	}
	if counts.Refused > 0 {
		parts = append(parts, fmt.Sprintf("%d that cannot be stored as they were", counts.Refused))
	}
	return strings.Join(parts, ", ")
}

func (p *Program) showRestored(target restoreTarget, runID string, counts store.RestoreCounts) {
	p.out.Line("\nput back %s of %s", plural(counts.Restored, "row"), target.Kind.Name())
	if counts.Refused > 0 {
		p.out.Note(output.Warn, fmt.Sprintf("%s could not be stored", plural(counts.Refused, "row")))
	}
	p.out.Command("recorded as\n  starter show %s", runID)
}
