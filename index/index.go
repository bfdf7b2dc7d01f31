// Package index is the inventory in memory: for each label, which rows have which values. It
// answers what people ask all day in milliseconds, and what it answers is at most some
// moments old: it reads each change from the history.
package index

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

// Options are the settings of New.
type Options struct {
	// Every is how often the history is asked for changes; 0 means DefaultEvery.
	Every time.Duration
	// CompareEvery is how often each kind's rows are compared with the tables by their
	// hashes, which finds what the history does not tell; 0 means DefaultCompareEvery.
	CompareEvery time.Duration
	// SelectWithin is how long the rows of an export may be looked for, which takes as long as
	// it is read otherwise; 0 means DefaultSelectWithin.
	SelectWithin time.Duration
	// SegmentRows is how many rows are kept together; 0 means DefaultSegmentRows.
	SegmentRows int
	// Log is told what was read, and why the index is not up to date; nil means slog.Default.
	Log *slog.Logger
}

// The defaults of Options.
const (
	DefaultEvery        = 250 * time.Millisecond
	DefaultCompareEvery = 10 * time.Minute
	DefaultSelectWithin = 10 * time.Second
	// DefaultSegmentRows are as many as two bytes tell apart, with one number left for no
	// value. Another segment is made of them in no time.
	DefaultSegmentRows = 1<<16 - 1
)

// Index is the index of some kinds. It is safe for concurrent use; Run keeps it the same as
// the tables.
type Index struct {
	store  *store.Store
	tables *inventory.Tables
	opts   Options
	kinds  []*rows
	byName map[string]*rows

	mu      sync.Mutex
	asOf    time.Time                 // it had all that the tables had then
	problem string                    // why it has no more
	caught  chan struct{}             // closed when asOf moves
	again   map[string][]resource.UID // rows to be read again, by kind
}

// New returns an index of kinds, which is empty until Run has read them.
func New(s *store.Store, kinds []*resource.Kind, opts Options) *Index {
	if opts.Every == 0 {
		opts.Every = DefaultEvery
	}
	if opts.CompareEvery == 0 {
		opts.CompareEvery = DefaultCompareEvery
	}
	if opts.SelectWithin == 0 {
		opts.SelectWithin = DefaultSelectWithin
	}
	if opts.SegmentRows == 0 {
		opts.SegmentRows = DefaultSegmentRows
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	x := &Index{store: s, tables: inventory.FromTables(s), opts: opts, byName: map[string]*rows{}, caught: make(chan struct{}), again: map[string][]resource.UID{}}
	for _, kind := range kinds {
		r := &rows{schema: query.SchemaOf(kind), born: rand.Text()[:8], segmentRows: opts.SegmentRows}
		x.kinds, x.byName[kind.Name()] = append(x.kinds, r), r
	}
	return x
}

// State returns how the index is.
func (x *Index) State() inventory.State {
	x.mu.Lock()
	state := inventory.State{AsOf: x.asOf, Problem: x.problem}
	x.mu.Unlock()
	if state.Problem == "" && !state.AsOf.IsZero() && time.Since(state.AsOf) > maxAge {
		state.Problem = "nothing new has been read since then" // MySQL hangs, or there is more than can be read in that time
	}
	for _, rows := range x.kinds {
		kind := inventory.KindState{Kind: rows.schema.Kind.Name()}
		if view := rows.view.Load(); view != nil {
			kind.Loaded, kind.Rows = true, view.len()
			kind.Version = fmt.Sprintf("%s.%d", rows.born, view.changed)
		}
		state.Kinds = append(state.Kinds, kind)
	}
	return state
}

// caughtUp records that the index has all that the tables had at a time.
func (x *Index) caughtUp(at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.asOf, x.problem = at, ""
	close(x.caught)
	x.caught = make(chan struct{})
}

func (x *Index) troubled(problem string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.problem = problem
}

// WaitFresh waits until the index has all that the tables had at a time.
func (x *Index) WaitFresh(ctx context.Context, at time.Time) error {
	for {
		x.mu.Lock()
		asOf, problem, caught := x.asOf, x.problem, x.caught
		x.mu.Unlock()
		if !asOf.Before(at) {
			return nil
		}
		select {
		case <-ctx.Done():
			if problem != "" {
				return fmt.Errorf("the index is not up to date: %s", problem)
			}
			return fmt.Errorf("wait for the index: %w", ctx.Err())
		case <-caught:
		}
	}
}
