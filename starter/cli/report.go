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
		p.out.Line("\nthe refused rows: starter show %s", run.RunID)
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
		p.showHoldAdvice(s.kind, digestsOf(report.Attention), report.ScopesHeld, run.RunID)
	}
}

func digestsOf(scopes []workflows.ScopeReport) (digests []string) {
	for _, scope := range scopes {
		if scope.HoldDigest != "" {
			digests = append(digests, scope.HoldDigest)
		}
	}
	return digests
}

// showHoldAdvice says what to do about held deletions, with the command to type.
// A report has the digests of some scopes, the run's record those of all.
func (p *Program) showHoldAdvice(kind string, digests []string, scopesHeld int64, runID string) {
	advice := "Held deletions lose nothing: the rows stay, and additions and modifications were applied. " +
		"Look at the cloud first. If the resources exist there, find out why the listing lacks them. " +
		"If they are gone, approve exactly these sets"
	if len(digests) == 0 {
		p.out.Note(output.Plain, advice+", as this lists them:")
		p.out.Line("  starter show %s", runID)
		return
	}
	p.out.Note(output.Plain, advice+":")
	p.out.Line("  starter run %s \\", kind)
	for i, digest := range digests {
		more := " \\"
		if i == len(digests)-1 {
			more = ""
		}
		p.out.Line("  --approve %s%s", digest, more)
	}
	if missing := scopesHeld - int64(len(digests)); missing > 0 {
		p.out.Note(output.Warn, fmt.Sprintf("%s more are held; all their digests are in the run's record:", plural(missing, "scope")))
		p.out.Line("  starter show %s", runID)
	}
}

// attentionTable has the scopes that did not end well.
func attentionTable(scopes []workflows.ScopeReport) *output.Table {
	table := output.NewTable(
		output.Column{Title: "SCOPE", Min: 20, Tail: true}, output.Column{Title: "OUTCOME"},
		output.Column{Title: "HELD", Right: true}, output.Column{Title: "REFUSED", Right: true},
	)
	for _, scope := range scopes {
		table.Row(output.Text(scope.Place), outcomeCell(string(scope.Outcome)),
			alarmCell(scope.Held, output.Warn), alarmCell(scope.FailedRows, output.Warn))
		table.Remark(outcomeStyle(string(scope.Outcome)), scope.Reason)
		if scope.HoldDigest != "" {
			table.Remark(output.Plain, "digest "+scope.HoldDigest)
		}
	}
	return table
}
