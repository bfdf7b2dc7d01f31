package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/store"
	"cloudsync/workflows"
)

const pruneHelp = `Deletes the rows of scopes that the configuration no longer has: their account or
their region was removed from it. No run touches them. Without --scope, lists
them and deletes nothing.

What counts is the configuration of the workers. A scope that it has is never
pruned, nor is one of an account whose regions are not known at the moment. The
plan is shown first; on a terminal you are asked, elsewhere --yes is needed. The
rows go with their images in the history, as a run of outcome pruned.

Exit status: 0 done, or there was nothing to do; 2 nothing was deleted: it was a
plan; 3 some scopes could not be pruned, or rows of them stay; 5 none could; 1 any
other error.`

// pruneOptions are the flags of prune.
type pruneOptions struct {
	workflows.PrunePlanInput
	yes bool
}

func (p *Program) pruneCommand() *cobra.Command {
	var opts pruneOptions
	cmd := &cobra.Command{
		Use: "prune", Short: "Delete the rows of scopes that are no longer configured", Long: pruneHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.yes && len(opts.Only) == 0 {
				return errors.New("--yes needs --scope: name what to delete; `starter prune` lists it")
			}
			return p.withTemporal(cmd.Context(), func(c connection) error { return p.prune(cmd.Context(), c, opts) })
		},
	}
	addScopeFlag(cmd, &opts.Only)
	cmd.Flags().StringVar(&opts.Kind, "kind", "", "only this `KIND`; all, where it is not given")
	cmd.Flags().BoolVar(&opts.yes, "yes", false, "delete without a question")
	return cmd
}

// pruneView is a pruning in JSON.
type pruneView struct {
	Plan    activities.PlanPruneOut `json:"plan"`
	Reports []workflows.PruneReport `json:"reports"` // one a kind; none for a plan
}

func (p *Program) prune(ctx context.Context, c connection, opts pruneOptions) error {
	view := pruneView{Reports: []workflows.PruneReport{}}
	if err := p.planPrune(ctx, c, opts.PrunePlanInput, &view.Plan); err != nil {
		return err
	}
	if !p.json() {
		p.showPrunePlan(view.Plan, opts)
	}
	if len(view.Plan.Orphans) == 0 {
		return p.nothingToPrune(view, opts)
	}
	agreed, err := p.agrees(ctx, opts)
	if err != nil {
		return err
	}
	if agreed {
		view.Reports, err = p.pruneKinds(ctx, c, view.Plan)
	}
	// Rows that were deleted before an error are shown.
	return firstError(err, p.show(view, func() { p.showPruned(view.Reports) }), pruneResult(view.Reports))
}

func (p *Program) planPrune(ctx context.Context, c connection, in workflows.PrunePlanInput, plan *activities.PlanPruneOut) error {
	start := upkeepStart{id: "prune-plan", summary: "find orphan rows", workflow: workflows.PrunePlanName, input: in}
	_, err := runUpkeep(ctx, p, c, start, func(workflows.PruneProgress) string { return "reading" }, plan)
	return err
}

// nothingToPrune ends a pruning that found no orphans. If scopes were asked for, that
// is an error.
func (p *Program) nothingToPrune(view pruneView, opts pruneOptions) error {
	if err := p.show(view, func() {}); err != nil {
		return err
	}
	if len(opts.Only) == 0 {
		return nil
	}
	for _, refused := range view.Plan.Refused {
		return fmt.Errorf("%s %s is not pruned: %s", refused.Kind, refused.Place, refused.Why)
	}
	return fmt.Errorf("no orphan rows in %s: `starter prune` without --scope lists what there is", strings.Join(opts.Only, ", "))
}

// agrees asks the operator, where there is a scope to agree to.
func (p *Program) agrees(ctx context.Context, opts pruneOptions) (bool, error) {
	if opts.yes || len(opts.Only) == 0 || p.json() {
		return opts.yes, nil
	}
	agreed, err := p.ask(ctx, "Delete them?")
	if err == nil && !agreed {
		p.out.Line("nothing is deleted")
	}
	return agreed, err
}

// pruneKinds prunes what the plan showed, a kind after the other.
func (p *Program) pruneKinds(ctx context.Context, c connection, plan activities.PlanPruneOut) ([]workflows.PruneReport, error) {
	reports := []workflows.PruneReport{}
	for _, in := range p.pruneInputs(plan) {
		start := upkeepStart{
			id: in.Kind + store.PruneSuffix, alone: true, summary: "prune orphan rows of " + in.Kind, kind: in.Kind, workflow: workflows.PruneName, input: in,
		}
		var report workflows.PruneReport
		_, err := runUpkeep(ctx, p, c, start, func(progress workflows.PruneProgress) string {
			return fmt.Sprintf("%d of %s done", progress.Done, plural(progress.Scopes, "scope"))
		}, &report)
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func (p *Program) pruneInputs(plan activities.PlanPruneOut) (inputs []workflows.PruneInput) {
	for _, orphan := range plan.Orphans {
		i := slices.IndexFunc(inputs, func(in workflows.PruneInput) bool { return in.Kind == orphan.Kind })
		if i < 0 {
			i = len(inputs)
			inputs = append(inputs, workflows.PruneInput{Kind: orphan.Kind, By: p.who()})
		}
		inputs[i].Scopes = append(inputs[i].Scopes, activities.PruneScope{ID: orphan.ID, Digest: orphan.Digest})
	}
	return inputs
}

// pruneResult is the worst of what became of the kinds; without any, it was a
// plan.
func pruneResult(reports []workflows.PruneReport) error {
	if len(reports) == 0 {
		return changesError{}
	}
	failed := 0
	var partial error
	for _, report := range reports {
		if report.Outcome == activities.Failed {
			failed++
		}
		if report.Outcome != activities.Pruned {
			partial = outcomeError{outcome: activities.Partial}
		}
	}
	if failed == len(reports) {
		return outcomeError{outcome: activities.Failed}
	}
	return partial
}
