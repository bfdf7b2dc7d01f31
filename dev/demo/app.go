package demo

import (
	"context"
	"fmt"
	"path"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/process"
)

// App is where worker and starter are built from.
type App struct {
	// Dir is a folder of their module.
	Dir string
	// Worker and Starter are their packages as seen from there. The programs are
	// called as the packages' folders.
	Worker, Starter string
}

// Application is cloudsync itself, with the worker that has the mock cloud only: the SDKs of the
// real clouds take longer to compile than a person waits for a demo.
func Application(l layout.Layout) App {
	return App{Dir: l.Root, Worker: "./worker/mockonly", Starter: "./starter"}
}

// worker and starter are the paths of the programs that build makes.
func (a App) worker(l layout.Layout) string  { return l.Bin(path.Base(a.Worker)) }
func (a App) starter(l layout.Layout) string { return l.Bin(path.Base(a.Starter)) }

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
