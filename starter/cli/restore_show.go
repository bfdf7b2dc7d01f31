package cli

import (
	"fmt"

	"cloudsync/history"
	"cloudsync/human"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// showRestoreRecord shows a restore, of which Temporal knows nothing.
func (p *Program) showRestoreRecord(r history.Record, opts showOptions) {
	outcome := outcomeCell(r.Run.Outcome)
	var figures output.Figures
	figures.Add("number", fmt.Sprint(r.Run.ID))
	figures.Add("kind", r.Run.Kind)
	figures.Add("run", r.Run.RunID)
	figures.Add("undoes", undoes(*r.Restore))
	figures.Add("asked for", restoredBy(*r.Restore))
	figures.Add("started", fmt.Sprintf("%s (%s)", moment(r.Run.StartedAt), human.Ago(p.now(), r.Run.StartedAt)))
	figures.AddStyled("outcome", outcome.Text, outcome.Style)
	figures.Add("restored", plural(r.Run.SuAdd, "row"))
	figures.Add("timeTook", fmt.Sprintf("%.3f s", float64(r.Run.TookMS)/1000))
	if r.Run.Error != "" {
		figures.AddStyled("error", r.Run.Error, output.Bad)
	}
	p.out.Figures(&figures)
	p.showScopes(r, opts)
	p.showRefused(r)
}

func undoes(record store.RestoreRecord) string {
	if record.SourceUID != nil {
		return "the last deletion of " + record.SourceUID.String()
	}
	return "the deletions of run " + record.SourceRun
}
