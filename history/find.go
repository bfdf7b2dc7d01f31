package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"cloudsync/resource"
	"cloudsync/store"
)

// Latest names the newest run.
const Latest = "latest"

// FindRun finds the run that somebody names: latest, a kind for its newest run, a number,
// or the beginning of a run id. The error of a name that no run has, or several, is
// ErrNoRun.
func FindRun(ctx context.Context, s *store.Store, kinds *resource.Registry, name string) (store.Run, error) {
	switch {
	case name == Latest:
		return newestRun(ctx, s, "")
	case slices.Contains(kinds.Names(), name):
		return newestRun(ctx, s, name)
	}
	// Run ids may begin with digits, too; those of today begin with 0.
	if number, err := strconv.ParseInt(name, 10, 64); err == nil && name[0] != '0' {
		run, err := s.RunByNumber(ctx, number)
		if !errors.Is(err, store.ErrNotFound) {
			return run, err
		}
	}
	return runByPrefix(ctx, s, name)
}

// RunID is the id of the run that somebody names as for FindRun, or its beginning: the
// history may be kept for longer than the record of the run.
func RunID(ctx context.Context, s *store.Store, kinds *resource.Registry, name string) (string, error) {
	_, err := strconv.ParseInt(name, 10, 64)
	if err != nil && name != Latest && !slices.Contains(kinds.Names(), name) {
		return name, nil
	}
	run, err := FindRun(ctx, s, kinds, name)
	return run.RunID, err
}

// ErrNoRun is the error of a name that does not name one run.
var ErrNoRun = errors.New("no such run")

// noRun is an ErrNoRun in words.
type noRun string

func (e noRun) Error() string { return string(e) }

func (e noRun) Is(target error) bool { return target == ErrNoRun }

func newestRun(ctx context.Context, s *store.Store, kind string) (store.Run, error) {
	runs, err := s.Runs(ctx, kind, 1)
	if err != nil {
		return store.Run{}, err
	}
	if len(runs) == 0 {
		return store.Run{}, noRun("no run is recorded: start one with `starter run KIND`")
	}
	return runs[0], nil
}

func runByPrefix(ctx context.Context, s *store.Store, prefix string) (store.Run, error) {
	runs, err := s.FindRuns(ctx, prefix)
	if err != nil {
		return store.Run{}, err
	}
	for _, run := range runs {
		if run.RunID == prefix {
			return run, nil
		}
	}
	switch len(runs) {
	case 1:
		return runs[0], nil
	case 0:
		return store.Run{}, noRun(fmt.Sprintf("no run %q is recorded: `starter runs` lists them", prefix))
	default:
		return store.Run{}, noRun(fmt.Sprintf("several run ids begin with %q, such as %s and %s: write more of it, or the number that `starter runs` shows",
			prefix, runs[0].RunID, runs[1].RunID))
	}
}
