// Package operate carries out what operators decide on the page, in Temporal, as the command
// line does.
package operate

import (
	"errors"
	"time"

	"cloudsync/starter/execution"
	"cloudsync/workflows"
)

// ErrNoTemporal is the error of whatever needs Temporal while that does not answer.
var ErrNoTemporal = errors.New("no answer from Temporal")

// ErrTemporal is the error of what Temporal answered with an error, other than that there is
// no such run.
var ErrTemporal = errors.New("an error that Temporal answered")

// The states of a task.
const (
	Waiting = "waiting"  // for its run to begin
	Began   = "began"    // the run did
	Failed  = "failed"   // no run begins: Error says why
	GivenUp = "given up" // it waited too long, or the server stopped
)

// Task is something that was asked for and takes its time: a run that may have to wait for
// another.
type Task struct {
	ID             string
	Kind, By, What string // What: approve or run
	Digests        []string
	Note           string
	At             time.Time // when it was asked for
	State          string
	Behind         *execution.Run // that it waits for
	Run            *execution.Run // that began
	Warning, Error string         // in words
}

// Look is how far a run or a plan is.
type Look struct {
	Run       execution.Run
	Kind      string
	Plan      bool
	Outcome   string // execution.Running while it is
	StartedAt time.Time
	Progress  *workflows.Progress // nil: no worker answers, or it has ended
	Report    *workflows.Report   // once it has ended
	// Untold says that it ended without a report of its own, as when it was terminated:
	// the figures of Report say nothing.
	Untold  bool
	Trouble string // what keeps it from getting on
}
