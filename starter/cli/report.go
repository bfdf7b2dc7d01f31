package cli

import (
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

// showReport shows the report of a run that was waited for.
func (p *Program) showReport(report workflows.Report, run execution.Run) {
	s := summary{
		kind: report.Kind, outcome: string(report.Outcome), stats: report.Stats, timeTook: report.TimeTook,
		scopes: report.Scopes, failed: report.ScopesFailed, held: report.ScopesHeld,
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
	if report.Held > 0 {
		p.out.Line("")
		p.out.Note(output.Plain, s.holdAdvice())
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
