package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/deployment"
	"cloudsync/human"
	"cloudsync/starter/output"
	"cloudsync/untrusted"
)

const buildsHelp = `Lists the builds of the worker that Temporal knows, the newest first.

A run ends on the build that began it. The current build takes the new runs,
others end their own:

  current   takes the new runs
  waiting   takes none yet: ` + "`starter deploy BUILD`" + ` lets it take the new ones
  draining  ends those that it began
  drained   has none left: its workers can be stopped

Temporal looks every few minutes whether a build is drained.`

func (p *Program) buildsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "builds", Short: "List the builds of the worker, and which runs they take", Long: buildsHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withTemporal(cmd.Context(), func(c connection) error {
				builds, err := deployment.Look(cmd.Context(), deployment.Handle(c))
				if err != nil {
					return err
				}
				views, err := readBuilds(cmd.Context(), c, builds)
				if err != nil {
					return err
				}
				return p.show(views, func() { p.showBuilds(views) })
			})
		},
	}
}

// buildView is a build in JSON.
type buildView struct {
	deployment.Build
	Workers int `json:"workers"`
	// UnderWay counts its workflows: runs, their parts, and upkeep.
	UnderWay int64 `json:"underWay"`
}

func readBuilds(ctx context.Context, c connection, builds deployment.Builds) ([]buildView, error) {
	workers, err := deployment.Workers(ctx, c)
	if err != nil {
		return nil, err
	}
	views := []buildView{}
	for _, build := range builds.All {
		view := buildView{Build: build, Workers: workers[build.ID]}
		if view.UnderWay, err = deployment.Open(ctx, c, build.ID); err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

func (p *Program) showBuilds(builds []buildView) {
	if len(builds) == 0 {
		p.out.Line("Temporal knows no build: start a worker with `worker --config FILE`")
		return
	}
	table := output.NewTable(
		output.Column{Title: "BUILD", Min: 12, Tail: true}, output.Column{Title: "STATE"}, output.Column{Title: "WORKERS", Right: true},
		output.Column{Title: "UNDER WAY", Right: true}, output.Column{Title: "FIRST SEEN", Right: true},
	)
	for _, build := range builds {
		table.Row(output.Text(build.ID), stateCell(build.State), output.Text(fmt.Sprint(build.Workers)),
			output.Text(fmt.Sprint(build.UnderWay)), output.Text(human.Ago(p.now(), build.FirstSeen)))
		table.Remark(buildRemark(build))
	}
	p.out.Table(table)
	for _, build := range builds {
		if build.stranded() {
			p.showMove(build.ID)
		}
	}
}

func stateCell(state deployment.State) output.Cell {
	style := output.Plain
	if state == deployment.Current {
		style = output.Good
	}
	return output.Cell{Text: string(state), Style: style}
}

// stranded says that what is under way waits for a worker that may never come. The current
// build's workers are only late.
func (b buildView) stranded() bool {
	return b.Workers == 0 && b.UnderWay > 0 && b.State != deployment.Current
}

// buildRemark says what to do about a build.
func buildRemark(build buildView) (output.Style, string) {
	switch {
	case build.stranded():
		return output.Bad, "no worker of it polls, and what is under way waits: start one, or move it as shown below"
	case build.State == deployment.Current && build.Workers == 0:
		return output.Bad, "no worker of it polls, and the new runs wait: start one, or `starter deploy` another build"
	case build.State == deployment.Waiting && build.Workers > 0:
		return output.Warn, "takes no runs: `starter deploy " + untrusted.Shell(build.ID) + "` lets it take the new ones"
	case build.State == deployment.Drained && build.Workers > 0:
		return output.Plain, "its workers can be stopped"
	default:
		return output.Plain, ""
	}
}

// showMove writes the command on short lines that can be pasted.
func (p *Program) showMove(build string) {
	p.out.Line("\nto let the current build go on with what is under way of %s:", build)
	p.out.Command("  temporal workflow update-options \\\n    --query %s \\\n    --versioning-override-behavior auto_upgrade", deployment.OpenQuery(build))
}

const deployHelp = `Lets a build take the new runs, from now on. Runs under way end on the build that
began them: keep a worker of it until ` + "`starter builds`" + ` says drained. To go back,
deploy the earlier build again.`

func (p *Program) deployCommand() *cobra.Command {
	return &cobra.Command{
		Use: "deploy BUILD", Short: "Let a build of the worker take the new runs", Long: deployHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one build, such as a worker's log has: `starter builds` lists them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withTemporal(cmd.Context(), func(c connection) error { return p.deploy(cmd.Context(), c, args[0]) })
		},
	}
}

// deployView is what deploy did, in JSON.
type deployView struct {
	Build    string `json:"build"`
	Previous string `json:"previous,omitempty"`
}

func (p *Program) deploy(ctx context.Context, c connection, id string) error {
	// The new runs would wait for a build of which no worker polls.
	workers, err := deployment.Workers(ctx, c)
	if err != nil {
		return err
	}
	if workers[id] == 0 {
		return fmt.Errorf("no worker of build %q polls: start one first; `starter builds` lists the builds", id)
	}
	previous, err := deployment.Deploy(ctx, deployment.Handle(c), id)
	if err != nil {
		return err
	}
	return p.show(deployView{Build: id, Previous: previous}, func() { p.showDeployed(id, previous) })
}

func (p *Program) showDeployed(id, previous string) {
	switch previous {
	case id:
		p.out.Line("build %s takes the new runs already", id)
	case "":
		p.out.Line("build %s takes the new runs", id)
	default:
		p.out.Line("build %s takes the new runs; keep the workers of build %s until it is drained:", id, previous)
		p.out.Line("  starter builds")
	}
}
