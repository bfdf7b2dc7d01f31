// Package bench measures the whole job: real servers, a worker process, a mock
// cloud, and beside it what the same rows cost without this program.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/ports"
	"cloudsync/dev/setup"
	"cloudsync/dev/with"
)

// ScopeHosts is how many hosts a scope has, but in the case of a single scope.
const ScopeHosts = 20_000

// Options say what to measure and where the results go.
type Options struct {
	Layout   layout.Layout
	Console  *console.Console // for what is being done
	Programs setup.Programs
	Fleets   []Fleet
	Edges    bool      // measure many scopes, several workers and a slow cloud, too
	JSON     bool      // an object a line instead of a table
	Out      io.Writer // for the results
	Plot     string    // file for the plot, .svg or .png; empty: none
	Profiles string    // folder for the worker's profiles; empty: none
}

// Fleet is the size of a cloud: hosts in scopes of equal size.
type Fleet struct {
	Hosts  int
	Scopes int
}

// rounds is how often a fleet is measured whose seconds have bounds: one measurement is
// off by several percent.
const rounds = 3

// Fleets are those to measure, one after the other: that of n hosts or, for 0, those of
// the whole benchmark. Of a fleet that is there several times, the medians count.
func Fleets(n int) []Fleet {
	if n > 0 {
		return []Fleet{ofScopes(n)}
	}
	fleets := []Fleet{ofScopes(10_000)}
	for _, bounded := range []Fleet{mediumFleet, largeFleet} {
		fleets = append(fleets, slices.Repeat([]Fleet{bounded}, rounds)...)
	}
	return append(fleets, single)
}

const million = 1_000_000

func ofScopes(hosts int) Fleet {
	return Fleet{Hosts: hosts, Scopes: max(1, (hosts+ScopeHosts-1)/ScopeHosts)}
}

// String is such as "1000000 hosts in 50 scopes".
func (f Fleet) String() string { return fmt.Sprintf("%d hosts in %d scopes", f.Hosts, f.Scopes) }

// ErrNotMet says that a figure is not what it must be.
var ErrNotMet = errors.New("not every bound is met")

// databaseArgs are those of a server of some size with a durable log, as an
// inventory has one; the references have the same.
func databaseArgs(server mariadb.Installation) []string {
	log := "--innodb-log-file-size=2G"
	if !server.IsMariaDB() {
		log = "--innodb-redo-log-capacity=2G"
	}
	return append([]string{"--innodb-buffer-pool-size=4G", log, "--innodb-flush-log-at-trx-commit=1"}, rowsOf(server).args...)
}

// temporalArgs make the development server hand an activity to the worker whose
// workflow asks for it, as larger servers and Temporal Cloud are set to: by default
// each one waits for a poll, up to 50 ms.
var temporalArgs = []string{"--dynamic-config-value", "system.enableActivityEagerExecution=true"}

// Run measures everything and writes the results. ErrNotMet comes after the
// last of them.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "cloudsync-bench-")
	if err != nil {
		return fmt.Errorf("make the benchmark's folder: %w", err)
	}
	return errors.Join(run(ctx, o, dir), os.RemoveAll(dir))
}

func run(ctx context.Context, o Options, dir string) error {
	worker, err := buildWorker(ctx, o.Layout, dir)
	if err != nil {
		return err
	}
	started, err := with.Start(ctx, o.Programs, with.Options{DatabaseArgs: databaseArgs(o.Programs.Database), TemporalArgs: temporalArgs})
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
		s.options.Programs.Database, ports.Address(s.Database.Port()), s.Temporal.Address(), machineSize())
	for _, fleet := range s.options.Fleets {
		if err := s.measureFleet(ctx, fleet); err != nil {
			return fmt.Errorf("measure %s: %w", fleet, err)
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
	for _, bound := range bounds {
		if !bound.Met {
			return ErrNotMet
		}
	}
	return nil
}
