package adapter

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

// Tables keeps what listings are joined with, such as the volumes of a region, by
// the place that they are of. A table is loaded when a listing begins, and serves
// all pages of it.
type Tables[T any] struct {
	// MaxAge is how old a table may be for a listing that goes on; 0: 10 minutes.
	MaxAge time.Duration
	// MaxAgeAtStart is how old it may be for a listing that begins; 0: it is loaded
	// anew. One that began and came to no second page may be repeated with the table
	// that it had.
	MaxAgeAtStart time.Duration

	mu     sync.Mutex
	tables map[string]*table[T]
}

type table[T any] struct {
	one        *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	began      time.Time           // zero: there is no value
	complete   bool
	cursor     string          // of the page that comes next, where it is not complete
	used       map[string]bool // cursors
	progressed bool            // a listing came to its second page with it
	value      T
}

const defaultMaxAge = 10 * time.Minute

// Get returns the place's table; begins says that a listing begins with it. Those
// that need the same table wait for one load.
func (t *Tables[T]) Get(ctx context.Context, place string, begins bool, load func(context.Context) (T, error)) (T, error) {
	return t.Pages(ctx, place, begins, func(ctx context.Context, _ T, _ string) (T, string, error) {
		value, err := load(ctx)
		return value, "", err
	})
}

// Pages is Get for a table of many pages, which may take longer to load than one
// call lasts: what was loaded stays, and the next who asks goes on from there. load
// is given the value so far (the zero value at first) and the cursor of a page, ""
// for the first, and returns the value with the page, and the cursor of the
// following one, "" after the last.
func (t *Tables[T]) Pages(ctx context.Context, place string, begins bool, load func(ctx context.Context, value T, cursor string) (T, string, error)) (T, error) {
	of := t.of(place)
	if err := of.one.Acquire(ctx, 1); err != nil {
		var nothing T
		return nothing, &cloud.Error{Class: cloud.ClassOf(err), Doing: joined(place), Err: err}
	}
	defer of.one.Release(1)
	if !of.fits(begins, t.maxAge(begins)) {
		of.reset()
	}
	of.progressed = of.progressed || !begins
	for !of.complete {
		if err := of.loadPage(ctx, place, load); err != nil {
			return of.value, err
		}
	}
	return of.value, nil
}

func joined(place string) string {
	if place == "" {
		return "load what listings are joined with"
	}
	return "load what listings of " + place + " are joined with"
}

// Forget gives the place's table back, once a listing is over.
func (t *Tables[T]) Forget(place string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tables, place)
}

func (t *Tables[T]) maxAge(begins bool) time.Duration {
	switch {
	case begins:
		return t.MaxAgeAtStart
	case t.MaxAge > 0:
		return t.MaxAge
	default:
		return defaultMaxAge
	}
}

func (t *Tables[T]) of(place string) *table[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tables == nil {
		t.tables = map[string]*table[T]{}
	}
	of, ok := t.tables[place]
	if !ok {
		of = &table[T]{one: semaphore.NewWeighted(1)}
		t.tables[place] = of
	}
	return of
}

// fits says that what there is may serve a listing, or be gone on with.
func (t *table[T]) fits(begins bool, maxAge time.Duration) bool {
	if !t.complete || begins && !t.progressed && maxAge == 0 {
		maxAge = defaultMaxAge
	}
	return time.Since(t.began) < maxAge
}

func (t *table[T]) reset() {
	var nothing T
	t.began, t.complete, t.cursor, t.progressed, t.value = time.Now(), false, "", false, nothing
	t.used = map[string]bool{"": true}
}

func (t *table[T]) loadPage(ctx context.Context, place string, load func(context.Context, T, string) (T, string, error)) error {
	value, next, err := load(ctx, t.value, t.cursor)
	switch {
	case cloud.ClassOf(err) == cloud.ExpiredCursor:
		t.reset()
		return err
	case err != nil:
		return err
	case next != "" && t.used[next]:
		t.reset()
		return &cloud.Error{Class: cloud.BadAnswer, Doing: joined(place), Err: errors.New("the next page's token is one that was used before")}
	}
	t.used[next] = true
	t.value, t.cursor, t.complete = value, next, next == ""
	return nil
}
