package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/starter/schedule"
	"cloudsync/workflows"
)

const planHelp = `Shows what a run would do now, and changes nothing: + is added, ~ is modified,
- is deleted. A run that is under way is not disturbed, and where it changes a row
after the plan compared it, that is said. Large plans are cut, with a count of what
is not shown; the figures are always whole.

Deletions that the configuration never makes (deletes: never) are shown, and are
no change.

Exit status: 0 nothing would change, 2 something would, 3 a scope could not be
planned, 5 none could, 1 any other error.`

func (p *Program) planCommand() *cobra.Command {
	var plan workflows.Plan
	cmd := &cobra.Command{
		Use: "plan KIND", Short: "Show what a run would change", Long: planHelp, Args: p.oneKind, ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withTemporal(cmd.Context(), func(c connection) error { return p.plan(cmd.Context(), c, args[0], plan) })
		},
	}
	cmd.Flags().StringSliceVar(&plan.Only, "scope", nil, "only this `PROVIDER/ACCOUNT/REGION`; can be repeated")
	return cmd
}

func (p *Program) plan(ctx context.Context, c connection, kind string, plan workflows.Plan) error {
	run, err := schedule.StartPlan(ctx, c, c.namespace, kind, plan)
	if err != nil {
		return err
	}
	watch := p.newPlanWatch(kind)
	workers := &execution.WorkerCheck{Temporal: c, Namespace: c.namespace, Quiet: quiet}
	follower := execution.Follower{Temporal: c, Watcher: watch, Every: watch.every(), Workers: workers}
	report, err := follower.Follow(ctx, run)
	watch.live.Clear()
	if err != nil {
		if ctx.Err() == nil {
			return err
		}
		return fmt.Errorf("stopped waiting for the plan: %w; it changes nothing, and what it finds is not kept: plan again", context.Cause(ctx))
	}
	report.Kind = kind
	if err := p.show(report, func() { p.showPlan(report) }); err != nil {
		return err
	}
	return planResult(report)
}

// newPlanWatch watches beside the plan, which may go into a file.
func (p *Program) newPlanWatch(kind string) *watch {
	return &watch{kind: "plan of " + kind, now: p.now, since: p.now(), printer: p.err, live: p.err.Live()}
}

func planResult(report workflows.Report) error {
	switch {
	case report.Outcome == activities.Failed:
		return outcomeError{outcome: activities.Failed}
	case report.ScopesFailed > 0:
		return outcomeError{outcome: activities.Partial}
	case report.ToAdd+report.ToMod+report.ToDel > report.Left:
		return changesError{}
	default:
		return nil
	}
}

func (p *Program) showPlan(report workflows.Report) {
	place := ""
	for _, change := range report.Planned {
		if change.Place != place {
			place = change.Place
			p.out.Note(output.Faint, place)
		}
		p.showPlanned(change)
	}
	total := report.ToAdd + report.ToMod + report.ToDel
	if hidden := total - int64(len(report.Planned)); hidden > 0 {
		p.out.Line("  … and %d more that are not shown", hidden)
	}
	if total > 0 {
		p.out.Line("")
	}
	if total > 0 || comparedAny(report) {
		p.showPlanSummary(report, total)
	}
	p.showPlanAttention(report)
}

// comparedAny says whether the figures mean anything.
func comparedAny(report workflows.Report) bool {
	return report.Error == "" && (report.Scopes == 0 || report.Scopes > report.ScopesFailed)
}

// signs are the marks that people know from infrastructure tools.
var signs = map[diff.Op]struct {
	mark  string
	style output.Style
}{
	diff.Add: {"+", output.Good}, diff.Modify: {"~", output.Warn}, diff.Delete: {"-", output.Bad},
}

func (p *Program) showPlanned(change activities.PlannedChange) {
	sign := signs[change.Op]
	id := change.NativeID
	if id == "" {
		id = "uid " + change.UID.String()
	}
	p.out.Styled(sign.style, fmt.Sprintf("  %s %s", sign.mark, id))
	switch {
	case change.Meanwhile != "": // by a run, most likely
		p.out.Line("      the row was %s after the comparison: plan again", change.Meanwhile)
	case change.Op == diff.Modify && len(change.Fields) == 0:
		p.out.Line("      only its hash is rewritten")
	}
	for _, field := range change.Fields {
		p.out.Line("      %s: %s → %s", field.Field, field.Old, field.New)
	}
}

func (p *Program) showPlanSummary(report workflows.Report, total int64) {
	if total == 0 {
		p.out.Line("%s: nothing to change in %s", report.Kind, plural(report.Scopes-report.ScopesFailed, "scope"))
		return
	}
	text := fmt.Sprintf("%s: %d to add, %d to modify, %d to delete in %s",
		report.Kind, report.ToAdd, report.ToMod, report.ToDel, plural(report.Scopes, "scope"))
	if report.Held > 0 {
		text += fmt.Sprintf("; %s would be held", plural(report.Held, "deletion"))
	}
	if report.Left > 0 { // a plan finds no row that has changed since
		text += fmt.Sprintf("; %d not deleted: deletes: never", report.Left)
	}
	p.out.Note(output.Plain, text)
}

func (p *Program) showPlanAttention(report workflows.Report) {
	for _, scope := range report.Attention {
		parts := []string{scope.Place, string(scope.Outcome)}
		if scope.Reason != "" {
			parts = append(parts, scope.Reason)
		}
		p.out.Note(outcomeStyle(string(scope.Outcome)), strings.Join(parts, ": "))
	}
	if report.Error != "" {
		p.out.Note(output.Bad, report.Error)
	}
}
