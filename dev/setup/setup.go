// Package setup brings a machine to where the local stack and the tests can run.
package setup

import (
	"context"
	"errors"
	"fmt"
	"os"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/temporalserver"
)

// Programs are the servers, ready to be started.
type Programs struct {
	Database mariadb.Installation
	// Temporal is the path of the Temporal command-line tool.
	Temporal string
}

// Servers finds, installs or builds the two servers.
func Servers(ctx context.Context, l layout.Layout, c *console.Console) (Programs, error) {
	database, err := Database(ctx, l, machine.Local(), c)
	if err != nil {
		return Programs{}, err
	}
	temporal, err := temporalserver.Build(ctx, l, c)
	if err != nil {
		return Programs{}, err
	}
	return Programs{Database: database, Temporal: temporal}, nil
}

// Database finds the database's server that the environment chooses, and installs or
// unpacks it where it is missing.
func Database(ctx context.Context, l layout.Layout, m machine.Machine, c *console.Console) (mariadb.Installation, error) {
	switch choice := os.Getenv(mariadb.Variable); choice {
	case "", mariadb.MariaDB:
		return mariadb.Ensure(ctx, m, c)
	case mariadb.MySQL:
		return mariadb.Unpack(ctx, l, m, c)
	default:
		return mariadb.At(ctx, m, choice)
	}
}

// ciVariable is set to true by all that calls itself continuous integration.
const ciVariable = "CI"

// Databases are the servers that the tests need: the one that the environment chooses,
// or else MariaDB and MySQL. Where MySQL cannot be had, people go on without; what
// continuous integration lets through was tested on both.
func Databases(ctx context.Context, l layout.Layout, m machine.Machine, c *console.Console) ([]mariadb.Installation, error) {
	first, err := Database(ctx, l, m, c)
	if err != nil {
		return nil, err
	}
	if os.Getenv(mariadb.Variable) != "" || !first.IsMariaDB() {
		return []mariadb.Installation{first}, nil
	}
	second, err := mariadb.Unpack(ctx, l, m, c)
	if errors.Is(err, mariadb.ErrNoMySQL) && os.Getenv(ciVariable) != "true" {
		c.Printf("  Going on without MySQL, with %s alone: %v", first, err)
		return []mariadb.Installation{first}, nil
	}
	if err != nil {
		return nil, err
	}
	return []mariadb.Installation{first, second}, nil
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
