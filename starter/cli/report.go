package cli

import (
	"fmt"

	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

// showReport shows the report of a run that was waited for.
func (p *Program) showReport(report workflows.Report, run execution.Run) {
	s := summary{
		kind: report.Kind, outcome: string(report.Outcome), stats: report.Stats, timeTook: report.TimeTook,
		scopes: report.Scopes, failed: report.ScopesFailed, held: report.ScopesHeld,
		orphans: report.Orphans, left: report.Left,
	}
	var figures output.Figures
	figures.Add("kind", s.kind)
	figures.Add("run", run.RunID)
	s.addFigures(&figures)
	if report.Error != "" {
		figures.AddStyled("error", report.Error, output.Bad)
	}
	p.out.Figures(&figures)
	if len(report.Attention) > 0 {
		p.out.Line("")
		p.out.Table(attentionTable(report.Attention))
	}
	if report.FailedRows > 0 {
		p.out.Command("\nthe refused rows: starter show %s", run.RunID)
	}
	if !report.ApprovalExpired.IsZero() {
		p.out.Line("")
		p.out.Note(output.Warn, "the approval counted for nothing: it ended "+moment(report.ApprovalExpired)+", before the run began")
		report.UnusedApprovals = nil
	}
	for _, digest := range report.UnusedApprovals {
		p.out.Line("")
		p.out.Note(output.Warn, "approved, but no scope has this set to delete: "+digest)
	}
	if report.Held > 0 {
		p.out.Line("")
		p.showHoldAdvice(s.kind, holdsOf(report.Attention), report.ScopesHeld, run.RunID)
	}
}

// hold is a set of deletions that waits for a decision.
type hold struct{ place, digest string }

func holdsOf(scopes []workflows.ScopeReport) (holds []hold) {
	for _, scope := range scopes {
		if scope.HoldDigest != "" {
			holds = append(holds, hold{place: scope.Place, digest: scope.HoldDigest})
		}
	}
	return holds
}

// showHoldAdvice says what to do about held deletions, with the command to type.
// A report has the digests of some scopes, the run's record those of all.
func (p *Program) showHoldAdvice(kind string, holds []hold, scopesHeld int64, runID string) {
	const (
		lossless = "Held deletions lose nothing: the rows stay, and additions and modifications were applied. "
		decide   = "Look at the cloud first. If the resources exist there, find out why the listing lacks them. " +
			"If they are gone, approve exactly these sets"
	)
	if len(holds) == 0 {
		p.out.Note(output.Plain, lossless+decide+", as this lists them:")
		p.out.Command("  starter show %s", runID)
		return
	}
	p.out.Note(output.Plain, lossless+whichResources(len(holds)))
	p.out.Command("  starter plan %s --scope %s", kind, holds[0].place)
	p.out.Note(output.Plain, decide+":")
	p.out.Command("  starter run %s \\", kind)
	for i, hold := range holds {
		format := "  --approve %s \\"
		if i == len(holds)-1 {
			format = "  --approve %s"
		}
		p.out.Command(format, hold.digest)
	}
	if missing := scopesHeld - int64(len(holds)); missing > 0 {
		p.out.Note(output.Warn, fmt.Sprintf("%s more are held; all their digests are in the run's record:", plural(missing, "scope")))
		p.out.Command("  starter show %s", runID)
	}
}

// whichResources leads to a plan, which names the resources of a scope. A plan of
// several would be cut sooner.
func whichResources(scopes int) string {
	if scopes == 1 {
		return "A plan lists the resources:"
	}
	return "A plan lists the resources of a scope, here of the first:"
}

// remarkAccount says what the cloud calls a found account.
func remarkAccount(table *output.Table, name string) {
	if name != "" {
		table.Remark(output.Faint, "account "+name)
	}
}

// attentionTable has the scopes that did not end well.
func attentionTable(scopes []workflows.ScopeReport) *output.Table {
	table := output.NewTable(
		output.Column{Title: "SCOPE", Min: 20, Tail: true}, output.Column{Title: "OUTCOME", Min: 10},
		output.Column{Title: "HELD", Right: true}, output.Column{Title: "REFUSED", Right: true},
	)
	for _, scope := range scopes {
		table.Row(output.Text(scope.Place), outcomeCell(string(scope.Outcome)),
			alarmCell(scope.Held, output.Warn), alarmCell(scope.FailedRows, output.Warn))
		remarkAccount(table, scope.AccountName)
		table.Remark(outcomeStyle(string(scope.Outcome)), scope.Reason)
		if scope.HoldDigest != "" {
			table.Remark(output.Plain, "digest "+scope.HoldDigest)
		}
	}
	return table
}
