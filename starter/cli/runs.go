package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/human"
	"cloudsync/starter/output"
	"cloudsync/store"
)

func (p *Program) runsCommand() *cobra.Command {
	var limit int64
	cmd := &cobra.Command{
		Use:   "runs [KIND]",
		Short: "List the recorded runs, the newest first",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return p.oneKind(cmd, args)
		},
		ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return errors.New("--limit: write a number from 1 up")
			}
			kind := ""
			if len(args) == 1 {
				kind = args[0]
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error {
				runs, err := s.Runs(cmd.Context(), kind, limit)
				if err != nil {
					return err
				}
				holds, err := history.ReadHolds(cmd.Context(), s, runs...)
				if err != nil {
					return err
				}
				return p.show(history.RunViews(runs, holds), func() { p.showRuns(runs, holds) })
			})
		},
	}
	cmd.Flags().Int64Var(&limit, "limit", 20, "how many")
	return cmd
}

func (p *Program) showRuns(runs []store.Run, holds history.Holds) {
	if len(runs) == 0 {
		p.out.Line("no runs are recorded: start one with `starter run KIND`")
		return
	}
	table := output.NewTable(
		output.Column{Title: "RUN", Right: true}, output.Column{Title: "KIND", Min: 10, Tail: true}, output.Column{Title: "OUTCOME", Min: 10},
		output.Column{Title: "STARTED", Right: true}, output.Column{Title: "TOOK", Right: true},
		output.Column{Title: "ADD", Right: true}, output.Column{Title: "MOD", Right: true}, output.Column{Title: "DEL", Right: true},
		output.Column{Title: "HELD", Right: true}, output.Column{Title: "FAILED", Right: true},
	)
	for _, run := range runs {
		table.Row(p.runCells(run)...)
		if needsAttention(run.Outcome) {
			table.Remark(outcomeStyle(run.Outcome), output.Clip(run.Error, maxReason))
		}
		if run.Held > 0 {
			table.Remark(output.Plain, holdText(run, holds))
		}
	}
	p.out.Table(table)
}

// holdText says whether there is still something to decide.
func holdText(run store.Run, holds history.Holds) string {
	if by := holds.SupersededBy(run.RunID); by > 0 {
		return fmt.Sprintf("superseded by run %d", by)
	}
	return fmt.Sprintf("to decide: starter show %d", run.ID)
}

// maxReason is how much of a run's reason a list shows, about two lines.
const maxReason = 140

func (p *Program) runCells(run store.Run) []output.Cell {
	took := "-"
	if run.Outcome != store.OutcomeRunning {
		took = human.Took(time.Duration(run.TookMS) * time.Millisecond)
	}
	cells := []output.Cell{
		output.Text(fmt.Sprint(run.ID)), output.Text(run.Kind), outcomeCell(run.Outcome),
		output.Text(human.Ago(p.now(), run.StartedAt)), output.Text(took),
	}
	cells = append(cells, changeCells(run.Stats)...)
	return append(cells, alarmCell(run.Held, output.Warn), failedScopesCell(run))
}

// failedScopesCell counts the scopes that failed among all.
func failedScopesCell(run store.Run) output.Cell {
	cell := alarmCell(run.ScopesFailed, output.Bad)
	if run.ScopesFailed > 0 {
		cell.Text += fmt.Sprintf("/%d", run.Scopes)
	}
	return cell
}
