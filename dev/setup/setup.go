// Package setup brings a machine to where the local stack and the tests can run.
package setup

import (
	"context"
	"errors"
	"fmt"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/temporalserver"
)

// Programs are the servers, ready to be started.
type Programs struct {
	MariaDB mariadb.Installation
	// Temporal is the path of the Temporal command-line tool.
	Temporal string
}

// Servers finds, installs or builds the two servers.
func Servers(ctx context.Context, l layout.Layout, c *console.Console) (Programs, error) {
	database, err := mariadb.Ensure(ctx, machine.Local(), c)
	if err != nil {
		return Programs{}, err
	}
	temporal, err := temporalserver.Build(ctx, l, c)
	if err != nil {
		return Programs{}, err
	}
	return Programs{MariaDB: database, Temporal: temporal}, nil
}

// errNoCompiler says what to install for the race detector.
var errNoCompiler = errors.New(`no C compiler was found, and Go's race detector needs one. Install one, then try again:
  Debian, Ubuntu:  sudo apt-get install gcc libc6-dev
  Fedora:          sudo dnf install gcc
  macOS:           xcode-select --install`)

// Compiler finds or installs the C compiler that `go test -race` needs.
func Compiler(ctx context.Context, m machine.Machine, c *console.Console) error {
	if m.First("gcc", "clang", "cc") != "" {
		return nil
	}
	step := c.Step("C compiler")
	err := m.AptInstall(ctx, func(line string) { step.Detail("%s", line) }, "gcc", "libc6-dev")
	if errors.Is(err, machine.ErrCannotInstall) {
		err = fmt.Errorf("%w\n(%w)", errNoCompiler, err)
	}
	return step.End(err, "gcc installed with apt-get")
}
