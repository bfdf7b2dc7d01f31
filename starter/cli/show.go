package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/history"
	"cloudsync/human"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// showOptions are the flags of show.
type showOptions struct {
	all   bool
	limit int64
}

func (p *Program) showCommand() *cobra.Command {
	var opts showOptions
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show a recorded run, its scopes and the rows it could not store",
		Long: `Shows a recorded run, its scopes and the rows it could not store.

RUN is the number that ` + "`starter runs`" + ` shows, a run id or the beginning of one,
a kind for its newest run, or "latest". What it added, modified and deleted is
what the history has of it, whatever became of the run.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one run: a number or an id from `starter runs`, a kind, or %s", history.Latest)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withStore(cmd.Context(), func(s *store.Store) error {
				run, err := history.FindRun(cmd.Context(), s, p.kinds, args[0])
				if err != nil {
					return err
				}
				record, err := history.ReadRecord(cmd.Context(), s, run, opts.limit)
				if err != nil {
					return err
				}
				return p.show(record.View(), func() { p.showRecord(record, opts) })
			})
		},
	}
	cmd.Flags().BoolVar(&opts.all, "all", false, "show unchanged scopes, too")
	cmd.Flags().Int64Var(&opts.limit, "failures", 20, "how many refused rows to show")
	return cmd
}

func (p *Program) showRecord(r history.Record, opts showOptions) {
	if r.Restore != nil {
		p.showRestoreRecord(r, opts)
		return
	}
	p.showRun(r.Run, int64(len(r.Scopes)))
	p.showScopes(r, opts)
	p.showRefused(r)
	p.showHold(r)
	p.out.Line("\nin Temporal, as long as it keeps the run:")
	p.showTemporalCommand(execution.Run{WorkflowID: r.Run.WorkflowID, RunID: r.Run.RunID})
}

// showHold says what to do about the sets that still wait for a decision.
func (p *Program) showHold(r history.Record) {
	if r.Run.Held == 0 {
		return
	}
	p.out.Line("")
	if by := r.Holds.SupersededBy(r.Run.RunID); by > 0 {
		p.out.Note(output.Plain, fmt.Sprintf("There is nothing left to decide here: superseded by run %d, which no longer holds these deletions:", by))
		p.out.Command("  starter show %d", by)
		return
	}
	holds := waiting(r)
	p.showHoldAdvice(r.Run.Kind, holds, int64(len(holds)), r.Run.RunID)
}

// waiting are the held sets that are still to be decided.
func waiting(r history.Record) (holds []hold) {
	for _, scope := range r.Scopes {
		if digest := scope.HeldDigest(); digest != "" && r.Holds.Waits(r.Run.RunID, scope.ScopeID) {
			holds = append(holds, hold{place: history.ScopePlace(scope), digest: digest})
		}
	}
	return holds
}

func recordSummary(run store.Run) summary {
	return summary{
		kind: run.Kind, outcome: run.Outcome, stats: run.Stats, timeTook: float64(run.TookMS) / 1000,
		scopes: run.Scopes, failed: run.ScopesFailed, held: run.ScopesHeld,
		orphans: activities.Orphans{OrphanScopes: run.OrphanScopes, OrphanRows: run.OrphanRows},
	}
}

func (p *Program) showRun(run store.Run, recorded int64) {
	var figures output.Figures
	figures.Add("number", fmt.Sprint(run.ID))
	figures.Add("kind", run.Kind)
	figures.Add("run", run.RunID)
	figures.Add("workflow", run.WorkflowID)
	figures.Add("started", fmt.Sprintf("%s (%s)", moment(run.StartedAt), human.Ago(p.now(), run.StartedAt)))
	if run.Outcome == store.OutcomeRunning {
		figures.Add("outcome", "running, or terminated from outside: Temporal knows")
	} else {
		recordSummary(run).addFigures(&figures)
	}
	if run.ApprovedBy != "" {
		figures.Add("approved by", run.ApprovedBy)
	}
	if run.ApprovalNote != "" {
		figures.Add("approval note", run.ApprovalNote)
	}
	// A run's error repeats the reasons of its scopes, which follow anyway, unless an
	// account had none: its regions could not be found.
	if (run.Scopes == 0 || recorded < run.Scopes) && run.Error != "" {
		figures.AddStyled("error", run.Error, output.Bad)
	}
	p.out.Figures(&figures)
}
