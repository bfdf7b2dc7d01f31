package cli

import (
	"fmt"
	"strings"

	"cloudsync/activities"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

func (p *Program) showPrunePlan(plan activities.PlanPruneOut, opts pruneOptions) {
	if len(plan.Orphans) == 0 {
		if len(opts.Only) == 0 {
			p.out.Line("no orphans: the configuration has the scopes of all rows")
		}
		return
	}
	p.out.Table(orphanTable(plan.Orphans))
	for _, refused := range plan.Refused {
		p.out.Note(output.Plain, fmt.Sprintf("not pruned: %s %s: %s", refused.Kind, refused.Place, refused.Why))
	}
	if plan.More > 0 {
		p.out.Note(output.Warn, fmt.Sprintf("%s more that are not shown and not pruned: prune again afterwards", plural(plan.More, "scope")))
	}
	var rows int64
	for _, orphan := range plan.Orphans {
		rows += orphan.Rows
	}
	p.out.Line("")
	p.out.Note(output.Plain, fmt.Sprintf("%s to delete in %s; each row's image goes to the history",
		plural(rows, "row"), plural(int64(len(plan.Orphans)), "scope")))
	p.showPruneAdvice(plan.Orphans[0], opts)
}

// showPruneAdvice says what to type next, where nobody is asked.
func (p *Program) showPruneAdvice(first activities.OrphanScope, opts pruneOptions) {
	switch {
	case len(opts.Only) == 0:
		p.out.Line("nothing is deleted without --scope, such as")
		p.out.Command("  starter prune --scope %s", first.Place)
	case !opts.yes && !p.asks():
		p.out.Line("nothing is deleted: add --yes")
	}
}

func orphanTable(orphans []activities.OrphanScope) *output.Table {
	table := output.NewTable(
		output.Column{Title: "KIND", Min: 10, Tail: true}, output.Column{Title: "ORPHAN SCOPE", Min: 20, Tail: true},
		output.Column{Title: "ROWS", Right: true},
	)
	for _, orphan := range orphans {
		table.Row(output.Text(orphan.Kind), output.Text(orphan.Place), output.Text(fmt.Sprint(orphan.Rows)))
		table.Remark(output.Plain, orphan.Why)
		table.Remark(output.Faint, sampleText(orphan))
	}
	return table
}

// sampleText names some of the rows.
func sampleText(orphan activities.OrphanScope) string {
	if len(orphan.Sample) == 0 {
		return ""
	}
	names := make([]string, len(orphan.Sample))
	for i, row := range orphan.Sample {
		names[i] = fmt.Sprintf("%s (written %s)", row.NativeID, row.UpdatedAt.UTC().Format("2006-01-02"))
	}
	if more := orphan.Rows - int64(len(names)); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (p *Program) showPruned(reports []workflows.PruneReport) {
	for _, report := range reports {
		outcome := outcomeCell(string(report.Outcome))
		var figures output.Figures
		figures.Add("kind", report.Kind)
		figures.Add("run", report.RunID)
		figures.AddStyled("outcome", outcome.Text, outcome.Style)
		figures.Add("deleted", plural(report.Deleted, "row"))
		figures.Add("timeTook", fmt.Sprintf("%.3f s", report.TimeTook))
		if report.Error != "" {
			figures.AddStyled("error", report.Error, output.Bad)
		}
		p.out.Line("")
		p.out.Figures(&figures)
		for _, scope := range report.Scopes {
			if scope.Outcome != activities.Pruned {
				p.out.Note(output.Bad, fmt.Sprintf("%s %s: %s", scope.Place, scope.Outcome, scope.Reason))
			}
		}
		p.out.Command("see it with\n  starter show %s", report.RunID)
		if report.Deleted > 0 {
			p.out.Command("put the rows back with\n  starter restore --run %s", report.RunID)
		}
	}
}
