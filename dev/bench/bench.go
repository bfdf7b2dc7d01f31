// Package bench measures the whole job: real servers, a worker process, a mock
// cloud, and beside it what the same rows cost without this program.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/measure"
	"cloudsync/dev/ports"
	"cloudsync/dev/setup"
	"cloudsync/dev/with"
)

// Options say what to measure and where the results go.
type Options struct {
	Layout   layout.Layout
	Console  *console.Console // for what is being done
	Programs setup.Programs
	Plans    []Plan
	Edges    bool      // measure several workers and a slow cloud, too
	Fair     bool      // measure a slow account beside quick ones
	JSON     bool      // an object a line instead of a table
	Out      io.Writer // for the results
	Plot     string    // file for the plot, .svg or .png; empty: none
	Profiles string    // folder for the worker's profiles; empty: none
}

// databaseArgs are those of a server that counts the rows that it writes.
func databaseArgs(server mariadb.Installation, hosts int) []string {
	return append(measure.DatabaseArgs(server, hosts), rowsOf(server).args...)
}

// temporalArgs make the development server hand an activity to the worker whose
// workflow asks for it, as larger servers and Temporal Cloud are set to: by default
// each one waits for a poll, up to 50 ms.
var temporalArgs = []string{"--dynamic-config-value", "system.enableActivityEagerExecution=true"}

// Run measures everything and writes the results. measure.ErrNotMet comes after the
// last of them.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "cloudsync-bench-")
	if err != nil {
		return fmt.Errorf("make the benchmark's folder: %w", err)
	}
	return errors.Join(run(ctx, o, dir), os.RemoveAll(dir))
}

func run(ctx context.Context, o Options, dir string) error {
	worker, err := measure.Build(ctx, o.Layout, dir, "./worker")
	if err != nil {
		return err
	}
	started, err := with.Start(ctx, o.Programs, with.Options{DatabaseArgs: databaseArgs(o.Programs.Database, mostHosts(o.Plans)), TemporalArgs: temporalArgs})
	if err != nil {
		return err
	}
	s := &servers{Servers: started, options: o, dir: dir, worker: worker}
	return errors.Join(s.measure(ctx), s.Stop())
}

// servers are what a benchmark runs against.
type servers struct {
	*with.Servers
	options Options
	dir     string
	worker  string // the program
	results results
}

func (s *servers) measure(ctx context.Context) error {
	s.options.Console.Printf("%s at %s, Temporal at %s; %s",
		s.options.Programs.Database, ports.Address(s.Database.Port()), s.Temporal.Address(), measure.MachineSize())
	for _, plan := range s.options.Plans {
		if err := s.measurePlan(ctx, plan); err != nil {
			return fmt.Errorf("measure %s: %w", plan, err)
		}
	}
	if s.options.Fair {
		if err := s.measureEdgesOf(ctx, []edgeCase{{"a slow account beside quick ones", s.measureFair}}); err != nil {
			return err
		}
	}
	if s.options.Edges {
		if err := s.measureEdges(ctx); err != nil {
			return err
		}
	}
	return s.publish()
}

func (s *servers) publish() error {
	bounds := s.results.judge()
	if err := s.results.write(s.options.Out, s.options.JSON, bounds); err != nil {
		return err
	}
	if s.options.Plot != "" {
		if err := s.results.plot(s.options.Plot); err != nil {
			return err
		}
	}
	if !measure.AllMet(bounds) {
		return measure.ErrNotMet
	}
	return nil
}
