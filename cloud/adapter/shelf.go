package adapter

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

const (
	// shareFor is how old what is of the whole account may be for a region that begins: that
	// N regions of a run need it is no reason to ask for it N times.
	shareFor = 60 * time.Second
	// keepFor is how old anything may be for a listing that goes on; then it is given back.
	keepFor = 10 * time.Minute
)

// Shelf is where a session keeps what its listings are joined with, and what its regions
// share: a session embeds one. The zero value is empty.
type Shelf struct {
	mu     sync.Mutex
	tables map[any]any // a *table by what it is of
}

func (s *Shelf) shelf() *Shelf { return s }

func shelfOf(session any) *Shelf { return session.(interface{ shelf() *Shelf }).shelf() }

// table is what a shelf has of one thing.
type table[T any] struct {
	one    *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	newest *loaded[T]
	end    *time.Timer // of the newest
}

// loaded is one load of it, which may be the work of several calls.
type loaded[T any] struct {
	value        T
	began, ended time.Time       // ended is zero while there is more to load
	users        map[string]bool // that had it
}

func (l *loaded[T]) isWhole() bool { return !l.ended.IsZero() }

func (l *loaded[T]) isWithin(age time.Duration) bool { return time.Since(l.began) < age }

// serves says that a load is new enough for a visitor. One that begins does so once with
// the same load: a run sees nothing that was loaded before its user's last run.
func (l *loaded[T]) serves(v Visit) bool {
	if v.begins {
		return l.isWhole() && l.isWithin(shareFor) && !l.users[v.user]
	}
	return l.isWhole() && l.isWithin(keepFor)
}

// get is the newest load of what the key stands for, which is of no other type than T, or a
// new one where the newest does not fit. Those that need the same wait for it. A load that
// failed is gone on with where it fits. user is noted, "" for nobody.
func get[T any](ctx context.Context, session, key any, user string, fits func(*loaded[T]) bool, load func(context.Context, *T) error) (loaded[T], error) {
	of := on[T](shelfOf(session), key)
	if err := of.one.Acquire(ctx, 1); err != nil {
		return loaded[T]{}, &cloud.Error{Class: cloud.ClassOf(err), Err: err}
	}
	defer of.one.Release(1)
	if of.newest == nil || !fits(of.newest) {
		of.newest = &loaded[T]{began: time.Now(), users: map[string]bool{}}
		of.end.Reset(keepFor)
	}
	if !of.newest.isWhole() {
		if err := load(ctx, &of.newest.value); err != nil {
			return loaded[T]{}, err
		}
		of.newest.ended = time.Now()
	}
	of.newest.users[user] = true
	return *of.newest, nil
}

// on is the table of a key. It is given back a while after its newest load.
func on[T any](s *Shelf, key any) *table[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables == nil {
		s.tables = map[any]any{}
	}
	if s.tables[key] == nil {
		of := &table[T]{one: semaphore.NewWeighted(1)}
		of.end = time.AfterFunc(keepFor, func() { s.giveBack(key, of) })
		s.tables[key] = of
	}
	return s.tables[key].(*table[T])
}

// giveBack gives back a table, but not one that took its place.
func (s *Shelf) giveBack(key, table any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[key] == table {
		delete(s.tables, key)
	}
}

// forget gives back what there is of a key.
func (s *Shelf) forget(key any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tables, key)
}

// Recent is what the regions of an account share, as it was a short while ago; fresh: as
// it is now.
func Recent[T any](ctx context.Context, session Session, key string, fresh bool, load func(context.Context) (T, error)) (T, error) {
	fits := func(l *loaded[T]) bool { return !fresh && l.isWhole() && l.isWithin(shareFor) }
	got, err := get(ctx, session, key, "", fits, func(ctx context.Context, value *T) (err error) {
		*value, err = load(ctx)
		return err
	})
	return got.value, named(key, err)
}
