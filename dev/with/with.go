// Package with runs a command against throw-away servers: a MariaDB or MySQL
// in a temporary folder and a Temporal that keeps its state in memory.
package with

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"cloudsync/dev/console"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
	"cloudsync/dev/setup"
	"cloudsync/dev/temporalserver"
)

// The variables that the command finds the servers by.
const (
	// MySQLVariable is the DSN of the root account, without a database.
	MySQLVariable = "CLOUDSYNC_TEST_MYSQL"
	// TemporalVariable is host:port.
	TemporalVariable = "CLOUDSYNC_TEST_TEMPORAL"
)

// stopWithin bounds the stop of both servers, and of a command that is told to
// end because its launcher was.
const stopWithin = 30 * time.Second

// Servers are a MariaDB or MySQL and a Temporal server with nothing in them.
type Servers struct {
	Database *mariadb.Server
	Temporal *temporalserver.Server
	dir      string
}

// Options are what differs from the servers of the tests.
type Options struct {
	DatabaseArgs, TemporalArgs []string
}

// Start starts both servers.
func Start(ctx context.Context, programs setup.Programs, o Options) (*Servers, error) {
	dir, err := os.MkdirTemp("", "cloudsync-with-")
	if err != nil {
		return nil, fmt.Errorf("make the servers' folder: %w", err)
	}
	s := &Servers{dir: dir}
	if err := s.start(ctx, programs, o); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Servers) start(ctx context.Context, programs setup.Programs, o Options) error {
	var err error
	s.Database, err = mariadb.Start(ctx, mariadb.Options{Dir: s.dir, Installation: programs.Database, ExtraArgs: o.DatabaseArgs})
	if err != nil {
		return err
	}
	s.Temporal, err = temporalserver.Start(ctx, temporalserver.Options{
		Binary: programs.Temporal, Dir: s.dir, Headless: true, ExtraArgs: o.TemporalArgs,
	})
	return err
}

// Stop ends both servers and removes all that they wrote.
func (s *Servers) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var errs []error
	if s.Temporal != nil {
		errs = append(errs, s.Temporal.Stop(ctx))
	}
	if s.Database != nil {
		errs = append(errs, s.Database.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// Environment is what the command finds the servers by.
func (s *Servers) Environment() []string {
	return []string{
		MySQLVariable + "=" + s.Database.DSN(""),
		// For a command that starts servers of its own, or this program again.
		mariadb.Variable + "=" + s.Database.Installation().Choice,
		TemporalVariable + "=" + s.Temporal.Address(),
	}
}

// died tells of a server that ended while the command ran, for that explains
// most of what the command says then.
func (s *Servers) died() error {
	var errs []error
	for _, child := range []*process.Child{s.Database.Process(), s.Temporal.Process()} {
		if !child.Running() {
			errs = append(errs, child.Died())
		}
	}
	return errors.Join(errs...)
}

// quickDrainage lets the server see within seconds, not minutes, that a build of the worker
// has no runs left.
var quickDrainage = []string{
	"--dynamic-config-value", `matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"`,
	"--dynamic-config-value", `matching.wv.VersionDrainageStatusRefreshInterval="1s"`,
}

// onePartition spares a task queue the four parts that it has for thousands of tasks a second: what
// a poller of one part finds in another is passed on. That is a fifth of the server's work here.
var onePartition = []string{
	"--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
	"--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
}

// noSync keeps MariaDB from waiting for the disk, above all while it creates the tables of
// each test. What these servers hold, nobody wants after a power cut. MySQL has no such
// option, and gains nothing from the one that is nearest, innodb_flush_method=nosync.
var noSync = []string{"--loose-debug-no-sync"}

// noSpin lets a thread of the database sleep until it may go on, where it would otherwise look
// again and again: with as few cores as test machines have, it looks in the time of the thread
// that it waits for. MariaDB has no threads of their own for its log.
var noSpin = []string{"--innodb-sync-spin-loops=0", "--innodb-spin-wait-delay=0", "--loose-innodb-log-writer-threads=OFF"}

// Run runs a command against throw-away servers and returns its exit status. The
// command has this process's terminal; when the context ends it is told to end.
func Run(ctx context.Context, programs setup.Programs, c *console.Console, command []string) (int, error) {
	servers, err := Start(ctx, programs, Options{
		DatabaseArgs: slices.Concat(noSync, noSpin),
		TemporalArgs: slices.Concat(quickDrainage, onePartition),
	})
	if err != nil {
		return 0, err
	}
	if err := introduce(ctx, servers, programs, c); err != nil {
		return 0, errors.Join(err, servers.Stop())
	}
	status, err := run(ctx, command, servers.Environment())
	return status, errors.Join(err, servers.died(), servers.Stop())
}

func introduce(ctx context.Context, s *Servers, programs setup.Programs, c *console.Console) error {
	version, err := temporalserver.Version(ctx, programs.Temporal)
	if err != nil {
		return err
	}
	c.Printf("%s at %s", programs.Database, ports.Address(s.Database.Port()))
	c.Printf("Temporal %s at %s", version, s.Temporal.Address())
	return nil
}

func run(ctx context.Context, command, environment []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopWithin

	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return statusOf(exit), nil
	}
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", command[0], err)
	}
	return 0, nil
}

// statusOf is the exit status, or 1 for a command that a signal ended.
func statusOf(exit *exec.ExitError) int {
	return max(1, exit.ExitCode())
}
