package demo

import (
	"context"
	"fmt"
	"path"
	"sync/atomic"
	"time"

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

// Build is a compilation of worker and starter that is under way.
type Build struct {
	cancel   context.CancelFunc
	packages atomic.Int64
	done     chan struct{}
	err      error
}

// Start begins to compile, beside what else is to be done: a compilation alone leaves a
// processor idle while it downloads and links. It ends with ctx.
func (a App) Start(ctx context.Context, l layout.Layout) *Build {
	ctx, cancel := context.WithCancel(ctx)
	b := &Build{cancel: cancel, done: make(chan struct{})}
	build := process.Command{
		Path: "go",
		// Without version control's stamp a new commit alone is not a new build.
		// Nobody debugs the demo, and to write what a debugger reads takes the linker seconds.
		Args:   []string{"build", "-v", "-buildvcs=false", "-ldflags", "-s -w", "-o", l.Bin("") + "/", a.Worker, a.Starter},
		Dir:    a.Dir,
		OnLine: func(string) { b.packages.Add(1) },
	}
	go func() {
		defer close(b.done)
		b.err = build.Run(ctx)
	}()
	return b
}

// Stop ends the compilation if it is under way, with the compilers.
func (b *Build) Stop() {
	b.cancel()
	<-b.done
}

// Wait shows how far the compilation is until it has ended.
func (b *Build) Wait(c *console.Console) error {
	step := c.Step("cloudsync")
	step.Detail("compiling worker and starter")
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		select {
		case <-b.done:
			if err := step.End(b.err, "worker and starter compiled"); err != nil {
				return fmt.Errorf("compile worker and starter: %w", err)
			}
			return nil
		case <-again.C:
			step.Detail("compiling worker and starter: %d packages", b.packages.Load())
		}
	}
}
