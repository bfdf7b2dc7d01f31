package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/resource"
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
				return fmt.Errorf("name one run: a number or an id from `starter runs`, a kind, or %s", latest)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withStore(cmd.Context(), func(s *store.Store) error {
				record, err := p.readRecord(cmd.Context(), s, args[0], opts)
				if err != nil {
					return err
				}
				return p.show(record.view(), func() { p.showRecord(record, opts) })
			})
		},
	}
	cmd.Flags().BoolVar(&opts.all, "all", false, "show unchanged scopes, too")
	cmd.Flags().Int64Var(&opts.limit, "failures", 20, "how many refused rows to show")
	return cmd
}

// record is all that the database has about a run.
type record struct {
	run      store.Run
	scopes   []store.RunScope
	failures []store.Failure
	restore  *store.RestoreRecord // where the run is a restore
	holds    holds
	names    map[resource.Account]string // what the clouds call accounts that were found
}

func (p *Program) readRecord(ctx context.Context, s *store.Store, name string, opts showOptions) (r record, err error) {
	if r.run, err = p.findRun(ctx, s, name); err != nil {
		return r, err
	}
	if r.restore, err = readRestore(ctx, s, r.run.RunID); err != nil {
		return r, err
	}
	if r.scopes, err = s.RunScopes(ctx, r.run.RunID); err != nil {
		return r, err
	}
	if r.names, err = accountNames(ctx, s); err != nil {
		return r, err
	}
	if r.holds, err = readHolds(ctx, s, r.run); err != nil {
		return r, err
	}
	r.failures, err = s.RunFailures(ctx, r.run.RunID, opts.limit)
	return r, err
}

// recordView is the record in JSON.
type recordView struct {
	runView
	ScopeRecords []scopeView     `json:"scopeRecords"`
	RefusedRows  []store.Failure `json:"refusedRows"`
	// Restore is what was asked for, where the run is a restore.
	Restore *store.RestoreRecord `json:"restore,omitempty"`
}

// scopeView is the record of a scope in JSON.
type scopeView struct {
	ScopeID int64  `json:"scopeId"`
	Place   string `json:"place"` // provider/account/region
	Outcome string `json:"outcome"`
	activities.Stats
	AccountName    string `json:"accountName,omitempty"` // the cloud's, of an account that was found
	HoldDigest     string `json:"holdDigest,omitempty"`
	ApprovedDigest string `json:"approvedDigest,omitempty"` // of deletions that an approval let go
	Reason         string `json:"reason,omitempty"`
}

func (r record) view() recordView {
	view := recordView{runView: newRunView(r.run, r.holds), ScopeRecords: []scopeView{}, RefusedRows: append([]store.Failure{}, r.failures...), Restore: r.restore}
	for _, scope := range r.scopes {
		view.ScopeRecords = append(view.ScopeRecords, scopeView{
			ScopeID: scope.ScopeID, Place: place(scope), Outcome: scope.Outcome, Stats: scope.Stats, AccountName: r.names[owner(scope)],
			HoldDigest: scope.HeldDigest(), ApprovedDigest: scope.ApprovedDigest(), Reason: scope.Reason,
		})
	}
	return view
}

func place(scope store.RunScope) string { return owner(scope).String() + "/" + scope.Region }

func owner(scope store.RunScope) resource.Account {
	return resource.Account{Provider: scope.Provider, Name: scope.Account}
}

// accountNames are what the clouds call the accounts that were found.
func accountNames(ctx context.Context, s *store.Store) (map[resource.Account]string, error) {
	found, err := s.FoundAccounts(ctx)
	names := map[resource.Account]string{}
	for _, account := range found {
		names[account.Owner()] = account.Name
	}
	return names, err
}

func (p *Program) showRecord(r record, opts showOptions) {
	if r.restore != nil {
		p.showRestoreRecord(r, opts)
		return
	}
	p.showRun(r.run, int64(len(r.scopes)))
	p.showScopes(r, opts)
	p.showRefused(r)
	p.showHold(r)
	p.out.Line("\nin Temporal, as long as it keeps the run:")
	p.showTemporalCommand(execution.Run{WorkflowID: r.run.WorkflowID, RunID: r.run.RunID})
}

// showHold says what to do about the sets that still wait for a decision.
func (p *Program) showHold(r record) {
	if r.run.Held == 0 {
		return
	}
	p.out.Line("")
	if by := r.holds.supersededBy(r.run.RunID); by > 0 {
		p.out.Note(output.Plain, fmt.Sprintf("There is nothing left to decide here: superseded by run %d, which no longer holds these deletions:", by))
		p.out.Command("  starter show %d", by)
		return
	}
	holds := r.waiting()
	p.showHoldAdvice(r.run.Kind, holds, int64(len(holds)), r.run.RunID)
}

func (r record) waiting() (holds []hold) {
	for _, scope := range r.scopes {
		if digest := scope.HeldDigest(); digest != "" && r.holds.waits(r.run.RunID, scope.ScopeID) {
			holds = append(holds, hold{place: place(scope), digest: digest})
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
	figures.Add("started", fmt.Sprintf("%s (%s)", moment(run.StartedAt), output.Ago(p.now(), run.StartedAt)))
	if run.Outcome == store.OutcomeRunning {
		figures.Add("outcome", "running, or terminated from outside: Temporal knows")
	} else {
		recordSummary(run).addFigures(&figures)
	}
	if run.ApprovedBy != "" {
		figures.Add("approved by", run.ApprovedBy)
	}
	// A run's error repeats the reasons of its scopes, which follow anyway, unless an
	// account had none: its regions could not be found.
	if (run.Scopes == 0 || recorded < run.Scopes) && run.Error != "" {
		figures.AddStyled("error", run.Error, output.Bad)
	}
	p.out.Figures(&figures)
}
