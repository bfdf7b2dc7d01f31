package adapter

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

const (
	// shareFor is how old a list of the whole account may be for a region that begins:
	// that N regions of a run need it is no reason to ask for it N times.
	shareFor = 60 * time.Second
	// keepFor is how old it may be for a listing that goes on; then it is given back.
	keepFor = 10 * time.Minute
)

// shared is what the regions of an account share. A user, which is a kind in a region,
// begins only once with the same load of it: a run sees nothing that was loaded before its
// user's last run. The zero value is not loaded yet.
type shared[T any] struct {
	begin  sync.Once
	one    *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	newest *loaded[T]
	end    *time.Timer // of the newest
}

// loaded is one load of what is shared.
type loaded[T any] struct {
	value        T
	began, ended time.Time
	users        map[string]bool
}

// get is the newest load, or a new one where the newest does not fit. Those that need the
// same wait for it.
func (s *shared[T]) get(ctx context.Context, user string, fits func(*loaded[T]) bool, load func(context.Context) (T, error)) (*loaded[T], error) {
	if err := s.lock(ctx); err != nil {
		return nil, &cloud.Error{Class: cloud.ClassOf(err), Err: err}
	}
	defer s.one.Release(1)
	if s.newest == nil || !fits(s.newest) {
		began := time.Now()
		value, err := load(ctx)
		if err != nil {
			return nil, err
		}
		s.keep(&loaded[T]{value: value, began: began, ended: time.Now(), users: map[string]bool{}})
	}
	s.newest.users[user] = true
	return s.newest, nil
}

// serves says that a load is new enough for the user, who begins with it or goes on.
func (l *loaded[T]) serves(user string, begins bool) bool {
	age := time.Since(l.began)
	if begins {
		return age < shareFor && !l.users[user]
	}
	return age < keepFor
}

// lock is for one at a time, who may release it.
func (s *shared[T]) lock(ctx context.Context) error {
	s.begin.Do(func() { s.one = semaphore.NewWeighted(1) })
	return s.one.Acquire(ctx, 1)
}

// keep holds a load for keepFor, unless there is a newer one by then. The timer of the one
// before would hold that one.
func (s *shared[T]) keep(newest *loaded[T]) {
	if s.end != nil {
		s.end.Stop()
	}
	s.newest = newest
	s.end = time.AfterFunc(keepFor, func() {
		if s.lock(context.Background()) != nil {
			return
		}
		defer s.one.Release(1)
		if s.newest == newest {
			s.newest = nil
		}
	})
}

// Shelf is where a session keeps the lists that its regions share: a session that has some
// embeds one. The zero value is empty.
type Shelf struct {
	mu    sync.Mutex
	lists map[any]any // by census, each a *shared
}

func (s *Shelf) shelf() *Shelf { return s }

// on is what a shelf has for a census, which is of no other type than T.
func on[T any](s *Shelf, census any) *shared[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lists == nil {
		s.lists = map[any]any{}
	}
	if s.lists[census] == nil {
		s.lists[census] = &shared[T]{}
	}
	return s.lists[census].(*shared[T])
}
