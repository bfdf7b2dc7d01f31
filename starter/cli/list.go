package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/human"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/starter/schedule"
	"cloudsync/untrusted"
	"cloudsync/workflows"
)

func (p *Program) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the schedules, with their last runs and next times",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withTemporal(cmd.Context(), func(c connection) error {
				schedules, err := schedule.List(cmd.Context(), c, p.kinds.Names())
				if err != nil {
					return err
				}
				return p.show(scheduleViews(schedules), func() { p.showSchedules(schedules) })
			})
		},
	}
}

// scheduleView is a schedule in JSON.
type scheduleView struct {
	Kind     string     `json:"kind"`
	Schedule string     `json:"schedule"`
	Interval string     `json:"interval"`
	Paused   bool       `json:"paused"`
	Note     string     `json:"note,omitempty"`
	NextTime *time.Time `json:"nextTime,omitempty"`
	// Approval is carried by runs that begin before its end.
	Approval *workflows.Approval `json:"approval,omitempty"`
	Running  *execution.State    `json:"running,omitempty"`
	Stranded bool                `json:"stranded,omitempty"` // no worker polls that the running run waits for
	LastRun  *execution.State    `json:"lastRun,omitempty"`
}

func scheduleViews(schedules []schedule.Overview) []scheduleView {
	views := make([]scheduleView, len(schedules))
	for i, o := range schedules {
		views[i] = scheduleView{
			Kind: o.Kind, Schedule: o.Schedule, Interval: schedule.Interval(o.Every), Paused: o.Paused, Note: o.Note,
			NextTime: orAbsent(o.Next), Approval: o.Approval, Running: o.Running, Stranded: o.Stranded, LastRun: o.Last,
		}
	}
	return views
}

// orAbsent leaves a time that is not known out of JSON.
func orAbsent(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (p *Program) showSchedules(schedules []schedule.Overview) {
	if len(schedules) == 0 {
		p.out.Line("no schedules: create them with `starter apply`")
		return
	}
	table := output.NewTable(
		output.Column{Title: "KIND", Min: 10, Tail: true}, output.Column{Title: "STATE"}, output.Column{Title: "EVERY", Right: true},
		output.Column{Title: "LAST", Right: true}, output.Column{Title: "OUTCOME", Min: 10}, output.Column{Title: "CLOUD", Right: true},
		output.Column{Title: "ADD", Right: true}, output.Column{Title: "MOD", Right: true}, output.Column{Title: "DEL", Right: true},
		output.Column{Title: "NEXT", Right: true},
	)
	for _, o := range schedules {
		table.Row(p.scheduleCells(o)...)
		p.remark(table, o)
	}
	p.out.Table(table)
}

func (p *Program) scheduleCells(o schedule.Overview) []output.Cell {
	state, next := output.Cell{Text: "active", Style: output.Good}, "-"
	if o.Paused {
		state = output.Cell{Text: "PAUSED", Style: output.Warn}
	}
	if !o.Next.IsZero() {
		next = human.In(p.now(), o.Next)
	}
	cells := []output.Cell{output.Text(o.Kind), state, output.Text(schedule.Interval(o.Every))}
	cells = append(cells, p.lastRunCells(o.Last)...)
	return append(cells, output.Text(next))
}

func (p *Program) lastRunCells(last *execution.State) []output.Cell {
	none := output.Text("-")
	if last == nil {
		return []output.Cell{none, none, none, none, none, none}
	}
	cells := []output.Cell{output.Text(human.Ago(p.now(), last.StartedAt)), outcomeCell(last.Outcome)}
	if last.Figures == nil {
		return append(cells, none, none, none, none)
	}
	return append(append(cells, countCell(last.Figures.CloudNum)), changeCells(last.Figures.Stats)...)
}

// remarkApproval tells an approval that the next run takes along from one that a
// killed starter left behind.
func remarkApproval(table *output.Table, approval workflows.Approval, now time.Time) {
	if approval.Expired(now) {
		table.Remark(output.Plain, "an approval has ended unused: "+schedule.DescribeApproval(approval)+"; no run counts it")
		return
	}
	table.Remark(output.Warn, "approval pending: "+schedule.DescribeApproval(approval)+"; `starter apply` takes it back")
}

// strandedText says what a run lacks that ends on a build, or has not begun.
func strandedText(build string) string {
	if build == "" {
		return "it waits for the build that takes the new runs, of which no worker polls: see `starter builds`"
	}
	return fmt.Sprintf("it ends on build %s, of which no worker polls: see `starter builds`", build)
}

// remark adds to a schedule what its row has no room for.
func (p *Program) remark(table *output.Table, o schedule.Overview) {
	if o.Paused {
		table.Remark(output.Warn, "paused: "+o.Note)
	}
	if o.Running != nil {
		table.Remark(output.Plain, fmt.Sprintf("a run is under way since %s", human.Span(p.now().Sub(o.Running.StartedAt))))
	}
	if o.Stranded {
		table.Remark(output.Bad, strandedText(o.Running.Build))
	}
	if o.Approval != nil {
		remarkApproval(table, *o.Approval, p.now())
	}
	if o.Last != nil && o.Last.Figures != nil && o.Last.OrphanRows > 0 {
		table.Remark(output.Warn, "orphans: "+orphansText(o.Last.Orphans))
	}
	if o.Last != nil && needsAttention(o.Last.Outcome) {
		table.Remark(outcomeStyle(o.Last.Outcome), fmt.Sprintf("%s: see `starter show %s`", o.Last.Outcome, untrusted.Shell(o.Last.RunID)))
	}
}
