// Package suite runs all tests: those of the main module, those of them that use a
// database on each of the servers, and the end-to-end tests.
package suite

import (
	"context"
	"os/exec"
	"strconv"
	"strings"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/setup"
	"cloudsync/dev/with"
)

// Options say what the tests run on.
type Options struct {
	Layout   layout.Layout
	Console  *console.Console
	Temporal string // the path of its tool
	// Databases are one or two, all of them.
	Databases []mariadb.Installation
}

// step is one of make's targets, with the server it is run on. A short one has fewer random
// runs, because another step has all.
type step struct {
	target   string
	database mariadb.Installation
	short    bool
}

// command is the step's, in the folder of the project.
func (s step) command(root string) []string {
	command := []string{"make", "--no-print-directory", "-C", root, s.target}
	if s.short {
		command = append(command, "SHORT=-short")
	}
	return command
}

// Run runs the tests, and returns the exit status of the first step that failed. What
// is compiled for one is there for the next.
func Run(ctx context.Context, o Options) (status int, err error) {
	for _, s := range steps(o.Databases, commits(ctx, o.Layout)) {
		programs := setup.Programs{Database: s.database, Temporal: o.Temporal}
		o.Console.Printf("make %s, on %s", s.target, s.database)
		status, err = with.Run(ctx, programs, o.Console, s.command(o.Layout.Root))
		if err != nil || status != 0 {
			return status, err
		}
	}
	return 0, nil
}

// steps has the whole main module on one server, with the race detector, and on the others
// what uses a database, without it. Then the first one leaves the many random runs to the
// others: the race detector needs few. The end-to-end tests come once, for they take most of the
// time: on the last server, so that each commit has about as much on one as on the other. The
// commits have the servers in turn, so that the same commit is always tested on the same ones.
func steps(databases []mariadb.Installation, commits int) []step {
	turn := commits % len(databases)
	all := []step{{target: "test-main", database: databases[turn], short: len(databases) > 1}}
	for i := range len(databases) - 1 {
		all = append(all, step{target: "test-again", database: databases[(turn+i+1)%len(databases)]})
	}
	return append(all, step{target: "test-dev", database: all[len(all)-1].database})
}

// commits counts those up to the present; none where this is no clone.
func commits(ctx context.Context, l layout.Layout) int {
	count := exec.CommandContext(ctx, "git", "rev-list", "--count", "HEAD")
	count.Dir = l.Root
	out, err := count.Output()
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return 0
	}
	return n
}
