package demo

import (
	"context"
	"fmt"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/process"
)

// App is where worker and starter are built from.
type App struct {
	// Dir is a folder of their module.
	Dir string
	// Worker and Starter are their packages as seen from there. The programs are
	// called worker and starter whatever the packages are.
	Worker, Starter string
}

// Application is cloudsync itself.
func Application(l layout.Layout) App {
	return App{Dir: l.Root, Worker: "./worker", Starter: "./starter"}
}

func (a App) build(ctx context.Context, l layout.Layout, c *console.Console) error {
	step := c.Step("cloudsync")
	step.Detail("compiling worker and starter")
	packages := 0
	build := process.Command{
		Path: "go",
		// Without version control's stamp a new commit alone is not a new build.
		Args:   []string{"build", "-v", "-buildvcs=false", "-o", l.Bin("") + "/", a.Worker, a.Starter},
		Dir:    a.Dir,
		OnLine: func(string) { packages++; step.Detail("%d packages compiled", packages) },
	}
	if err := step.End(build.Run(ctx), "worker and starter compiled"); err != nil {
		return fmt.Errorf("compile worker and starter: %w", err)
	}
	return nil
}
