package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

const verifyHelp = `Computes the uid and the hash of each row from its columns, and reports the rows
that do not fit: somebody edited them by hand, and a sync, which compares hashes,
does not see it. What the right values are, only the cloud knows: with --repair,
the rows are marked, and the next run writes what the cloud has, with the change
from old to new in the history. A run that is under way is not disturbed.

Exit status: 0 no row drifted, 2 some did, 1 an error.`

func (p *Program) verifyCommand() *cobra.Command {
	var in workflows.VerifyInput
	cmd := &cobra.Command{
		Use: "verify KIND", Short: "Find rows that somebody edited by hand", Long: verifyHelp, Args: p.oneKind, ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Kind = args[0]
			return p.withTemporal(cmd.Context(), func(c connection) error { return p.verify(cmd.Context(), c, in) })
		},
	}
	addScopeFlag(cmd, &in.Only)
	cmd.Flags().BoolVar(&in.Repair, "repair", false, "let the next run rewrite the rows that are found")
	return cmd
}

func (p *Program) verify(ctx context.Context, c connection, in workflows.VerifyInput) error {
	start := upkeepStart{
		id: in.Kind + "/verify", summary: "verify the rows of " + in.Kind, kind: in.Kind, workflow: workflows.VerifyName, input: in,
	}
	var report workflows.VerifyReport
	run, err := runUpkeep(ctx, p, c, start, func(progress workflows.VerifyProgress) string {
		if progress.Scopes == 0 {
			return "finding its scopes"
		}
		return fmt.Sprintf("%d of %s, %d rows, %d drifted",
			progress.Done, plural(progress.Scopes, "scope"), progress.Rows, progress.Drifted)
	}, &report)
	if err != nil {
		return err
	}
	if err := p.show(report, func() { p.showVerified(report, run) }); err != nil {
		return err
	}
	if report.Drifted > 0 {
		return changesError{}
	}
	return nil
}

// maxDriftShown is how many drifted rows the text shows: each takes some lines.
const maxDriftShown = 20

func (p *Program) showVerified(report workflows.VerifyReport, run execution.Run) {
	p.showVerifyFigures(report)
	if report.Drifted == 0 {
		return
	}
	shown := report.Sample[:min(len(report.Sample), maxDriftShown)]
	p.out.Line("")
	p.out.Table(driftTable(shown))
	if more := report.Drifted - int64(len(shown)); more > 0 {
		p.out.Line("and %d more, all of them in", more)
		p.out.Line("SELECT * FROM sync_drift WHERE run_id = '%s'", run.RunID)
	}
	p.out.Line("")
	p.showDriftAdvice(report)
}

func (p *Program) showVerifyFigures(report workflows.VerifyReport) {
	var figures output.Figures
	figures.Add("kind", report.Kind)
	figures.Add("verification", report.RunID)
	figures.Add("scopes", fmt.Sprint(report.Scopes))
	figures.Add("rows", fmt.Sprint(report.Rows))
	if report.Drifted > 0 {
		figures.AddStyled("drifted", fmt.Sprint(report.Drifted), output.Warn)
	} else {
		figures.AddStyled("drifted", "0", output.Good)
	}
	if report.Marked > 0 {
		figures.Add("marked", fmt.Sprintf("%d, for the next run to rewrite", report.Marked))
	}
	if report.Outdated > 0 {
		figures.Add("not judged", fmt.Sprintf("%d, hashed by an earlier version of the program: the next complete run rehashes them", report.Outdated))
	}
	figures.Add("timeTook", fmt.Sprintf("%.3f s", report.TimeTook))
	p.out.Figures(&figures)
}

func driftTable(rows []activities.DriftedRow) *output.Table {
	table := output.NewTable(
		output.Column{Title: "ROW", Min: 20}, output.Column{Title: "SCOPE", Min: 16, Tail: true},
		output.Column{Title: "DRIFT", Min: 8}, output.Column{Title: "MARKED"},
	)
	for _, row := range rows {
		marked := "·"
		if row.Marked {
			marked = "yes"
		}
		table.Row(output.Text(row.NativeID), output.Text(row.Place), output.Cell{Text: string(row.What), Style: output.Warn}, output.Text(marked))
		table.Remark(output.Plain, row.Reason)
	}
	return table
}

func (p *Program) showDriftAdvice(report workflows.VerifyReport) {
	if report.Marked == report.Drifted {
		p.out.Note(output.Plain, "The next complete run of each scope rewrites these rows, and the history shows what changed:")
		p.out.Command("  starter run %s --wait", report.Kind)
		return
	}
	p.out.Note(output.Plain, "Somebody edited these rows by hand. To let the next run write what the cloud has:")
	p.out.Command("  starter verify %s --repair", report.Kind)
}
