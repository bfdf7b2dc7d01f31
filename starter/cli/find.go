package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"cloudsync/store"
)

// latest names the newest run.
const latest = "latest"

// findRun finds the run that an operator names: latest, a kind for its newest
// run, a number, or the beginning of a run id.
func (p *Program) findRun(ctx context.Context, s *store.Store, name string) (store.Run, error) {
	switch {
	case name == latest:
		return newestRun(ctx, s, "")
	case slices.Contains(p.kinds.Names(), name):
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

func newestRun(ctx context.Context, s *store.Store, kind string) (store.Run, error) {
	runs, err := s.Runs(ctx, kind, 1)
	if err != nil {
		return store.Run{}, err
	}
	if len(runs) == 0 {
		return store.Run{}, errors.New("no run is recorded: start one with `starter run KIND`")
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
		return store.Run{}, fmt.Errorf("no run %q is recorded: `starter runs` lists them", prefix)
	default:
		return store.Run{}, fmt.Errorf("several run ids begin with %q, such as %s and %s: write more of it, or the number that `starter runs` shows",
			prefix, runs[0].RunID, runs[1].RunID)
	}
}
