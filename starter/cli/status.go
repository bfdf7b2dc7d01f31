package cli

import (
	"fmt"

	"cloudsync/activities"
)

// The exit statuses.
const (
	statusOK      = 0
	statusError   = 1
	statusChanges = 2
	statusNothing = 2
	statusPartial = 3
	statusHeld    = 4
	statusFailed  = 5
)

const statusHelp = `Exit status:
  0  done; with run --wait: the run ended ok or unchanged
  1  an error: nothing is known about a run
  2  plan: a run would change something
  3  the run ended partial: a scope failed, or rows were refused; or it ended
     well, but no scope had a set to delete that --approve named
  4  the run ended held: deletions wait for a decision
  5  the run failed, or was cancelled or terminated`

// changesError ends a plan that has changes. They have been shown.
type changesError struct{}

func (changesError) Error() string { return "a run would change something" }

// outcomeError ends a command whose run did not end well. It has been reported.
type outcomeError struct{ outcome activities.Outcome }

func (e outcomeError) Error() string { return fmt.Sprintf("the run ended %s", e.outcome) }

func (e outcomeError) status() int {
	switch e.outcome {
	case activities.Partial:
		return statusPartial
	case activities.Held:
		return statusHeld
	case activities.Failed:
		return statusFailed
	default:
		return statusError
	}
}

// outcomeResult is nil for a run that ended well.
func outcomeResult(outcome activities.Outcome) error {
	if outcome == activities.OK || outcome == activities.Unchanged {
		return nil
	}
	return outcomeError{outcome: outcome}
}
