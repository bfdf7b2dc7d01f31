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
	// handOverWithin is how old they may be: after a long listing, the inventory is
	// read again.
	handOverWithin = time.Minute
)

// storedEntries hands what FetchCloud read of the inventory over to the ComputeDiff
// of the same scope, which mostly follows in the same worker. While the scope is
// claimed, nobody but an operator writes to it; what an operator changes in between
// is found when the batches are applied, or by the next run.
type storedEntries struct {
	mu      sync.Mutex
	of      map[store.Lease][]resource.Entry
	entries int
}

// put keeps entries for take, unless there are too many.
func (s *storedEntries) put(lease store.Lease, entries []resource.Entry) {
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
		s.of = map[store.Lease][]resource.Entry{}
	}
	s.of[lease] = entries
	s.entries += len(entries)
}

// take returns what was put, once.
func (s *storedEntries) take(lease store.Lease) (entries []resource.Entry, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries, ok = s.of[lease]
	s.forget(lease)
	return entries, ok
}

func (s *storedEntries) forget(lease store.Lease) {
	s.entries -= len(s.of[lease])
	delete(s.of, lease)
}

// loadStored returns the inventory's entries of a scope, by UID.
func (a *Activities) loadStored(ctx context.Context, kind *resource.Kind, in ScopeIn) ([]resource.Entry, error) {
	if entries, ok := a.stored.take(in.lease()); ok {
		return entries, nil
	}
	return a.deps.Store.LoadScope(ctx, kind, in.Scope.ID, in.Scope.Local.Count)
}
