package activities

import (
	"context"
	"sync"
	"time"

	"cloudsync/resource"
	"cloudsync/store"
)

const (
	// maxHandedOver bounds the entries that wait in storedEntries, at 32 bytes each.
	maxHandedOver = 1 << 20
	// handOverWithin is how old they may be: after a long listing or wait, the inventory is
	// read again.
	handOverWithin = time.Minute
)

// storedEntries hands what FetchCloud read of the inventory over to the ComputeDiff
// of the same scope, which mostly follows in the same worker. While the scope is
// claimed, nobody but an operator writes to it; what an operator changes in between
// is found when the batches are applied, or by the next run.
type storedEntries struct {
	mu      sync.Mutex
	of      map[store.Lease]readEntries
	entries int
}

// readEntries are a scope's entries, and when they were read.
type readEntries struct {
	entries []resource.Entry
	at      time.Time
}

// put keeps entries for take, unless there are too many.
func (s *storedEntries) put(lease store.Lease, entries []resource.Entry, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(lease)
	if len(entries) > maxHandedOver {
		return
	}
	for other := range s.of { // whose ComputeDiff went to another worker
		if s.entries+len(entries) <= maxHandedOver {
			break
		}
		s.forget(other)
	}
	if s.of == nil {
		s.of = map[store.Lease]readEntries{}
	}
	s.of[lease] = readEntries{entries: entries, at: at}
	s.entries += len(entries)
}

// take returns what was put, once, unless it is too old.
func (s *storedEntries) take(lease store.Lease) (entries []resource.Entry, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read, ok := s.of[lease]
	s.forget(lease)
	if !ok || time.Since(read.at) > handOverWithin {
		return nil, false
	}
	return read.entries, true
}

func (s *storedEntries) forget(lease store.Lease) {
	s.entries -= len(s.of[lease].entries)
	delete(s.of, lease)
}

// loadStored returns the inventory's entries of a scope, by UID.
func (a *Activities) loadStored(ctx context.Context, kind *resource.Kind, in ScopeIn) ([]resource.Entry, error) {
	if entries, ok := a.stored.take(in.lease()); ok {
		return entries, nil
	}
	return a.deps.Store.LoadScope(ctx, kind, in.Scope.ID, in.Scope.Local.Count)
}
