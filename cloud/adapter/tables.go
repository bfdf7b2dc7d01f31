package adapter

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Tables keeps what listings are joined with, such as the volumes of a region, by
// the place that they are of. A table is loaded when a listing begins, and serves
// all pages of it.
type Tables[T any] struct {
	// MaxAge is how old a table may be for a listing that goes on; 0: 10 minutes.
	MaxAge time.Duration
	// MaxAgeAtStart is how old it may be for a listing that begins; 0: it is loaded
	// anew.
	MaxAgeAtStart time.Duration

	mu     sync.Mutex
	tables map[string]*table[T]
}

type table[T any] struct {
	one    *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	loaded time.Time
	value  T
}

const defaultMaxAge = 10 * time.Minute

// Get returns the place's table; begins says that a listing begins with it. Two that
// need the same table wait for one load.
func (t *Tables[T]) Get(ctx context.Context, place string, begins bool, load func(context.Context) (T, error)) (T, error) {
	of := t.of(place)
	if err := of.one.Acquire(ctx, 1); err != nil {
		var nothing T
		return nothing, err
	}
	defer of.one.Release(1)
	if !of.loaded.IsZero() && time.Since(of.loaded) < t.maxAge(begins) {
		return of.value, nil
	}
	began := time.Now()
	value, err := load(ctx)
	if err != nil {
		return value, err
	}
	of.loaded, of.value = began, value
	return value, nil
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
