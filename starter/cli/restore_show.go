package cli

import (
	"context"
	"errors"
	"fmt"

	"cloudsync/starter/output"
	"cloudsync/store"
)

// readRestore reads what a restore was asked for; nil for any other run.
func readRestore(ctx context.Context, s *store.Store, runID string) (*store.RestoreRecord, error) {
	if !store.IsRestoreID(runID) {
		return nil, nil
	}
	record, err := s.RestoreRecord(ctx, runID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &record, err
}

// showRestoreRecord shows a restore, of which Temporal knows nothing.
func (p *Program) showRestoreRecord(r record, opts showOptions) {
	outcome := outcomeCell(r.run.Outcome)
	var figures output.Figures
	figures.Add("number", fmt.Sprint(r.run.ID))
	figures.Add("kind", r.run.Kind)
	figures.Add("run", r.run.RunID)
	figures.Add("undoes", undoes(*r.restore))
	figures.Add("asked for", restoredBy(*r.restore))
	figures.Add("started", fmt.Sprintf("%s (%s)", moment(r.run.StartedAt), output.Ago(p.now(), r.run.StartedAt)))
	figures.AddStyled("outcome", outcome.Text, outcome.Style)
	figures.Add("restored", plural(r.run.SuAdd, "row"))
	figures.Add("timeTook", fmt.Sprintf("%.3f s", float64(r.run.TookMS)/1000))
	if r.run.Error != "" {
		figures.AddStyled("error", r.run.Error, output.Bad)
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
