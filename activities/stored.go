package activities

import (
	"context"
	"slices"
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
	// fewEntries is what a scope costs besides its entries, counted in entries.
	fewEntries = 8
)

// storedEntries hands what LoadLocalHashes read of the inventory over to the FetchCloud
// of the same scope, and that to ComputeDiff, which mostly follow in the same worker.
// While the scope is claimed, nobody but an operator writes to it; what an operator
// changes in between is found when the batches are applied, or by the next run.
type storedEntries struct {
	mu      sync.Mutex
	of      map[store.Lease]readEntries
	entries int       // with fewEntries more for each scope
	swept   time.Time // when those that are too old were forgotten
}

// readEntries are a scope's entries, and when they were read.
type readEntries struct {
	resource.Stored
	at time.Time
}

// known says that they were read, even if there are none.
func (r readEntries) known() bool { return !r.at.IsZero() }

// cost is what they count.
func (r readEntries) cost() int { return len(r.Entries) + fewEntries }

// put keeps entries for take, unless there are too many, or they are too old.
func (s *storedEntries) put(lease store.Lease, read readEntries) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(lease)
	if len(read.Entries) > maxHandedOver || time.Since(read.at) > handOverWithin {
		return
	}
	s.sweep()
	for other := range s.of { // whose next activity went to another worker, or has to wait
		if s.entries+read.cost() <= maxHandedOver+fewEntries {
			break
		}
		s.forget(other)
	}
	if s.of == nil {
		s.of = map[store.Lease]readEntries{}
	}
	s.of[lease] = read
	s.entries += read.cost()
}

// sweep now and then forgets entries that nobody took in time: no later run asks for
// them.
func (s *storedEntries) sweep() {
	if time.Since(s.swept) < handOverWithin {
		return
	}
	s.swept = time.Now()
	for lease, read := range s.of {
		if time.Since(read.at) > handOverWithin {
			s.forget(lease)
		}
	}
}

// take returns what was put, once, unless it is too old.
func (s *storedEntries) take(lease store.Lease) (read readEntries, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read, ok = s.of[lease]
	s.forget(lease)
	if !ok || time.Since(read.at) > handOverWithin {
		return readEntries{}, false
	}
	return read, true
}

func (s *storedEntries) forget(lease store.Lease) {
	if read, ok := s.of[lease]; ok {
		s.entries -= read.cost()
		delete(s.of, lease)
	}
}

// rooms are for entries as they are read: how many come is not known, and one list that
// grows for each scope costs more than the copy.
var rooms = sync.Pool{New: func() any { return new([]resource.Entry) }}

// foldStored returns the digests of the inventory's entries of scopes, by the scope's id,
// and hands the entries over to FetchCloud, unless a scope has too many.
func (a *Activities) foldStored(ctx context.Context, kind *resource.Kind, leases []store.Lease) (map[int64]resource.Digest, error) {
	room := rooms.Get().(*[]resource.Entry)
	defer rooms.Put(room)
	entries, at := (*room)[:0], time.Now()
	of, ids := make(map[int64]store.Lease, len(leases)), make([]int64, len(leases))
	for i, lease := range leases {
		a.stored.take(lease) // what an earlier attempt read
		of[lease.ScopeID], ids[i] = lease, lease.ScopeID
	}
	digests := make(map[int64]resource.Digest, len(leases))
	err := a.deps.Store.ShowScopes(ctx, kind, ids, func(entry resource.Entry) {
		if len(entries) <= maxHandedOver {
			entries = append(entries, entry)
		}
	}, func(scopeID int64, digest resource.Digest) {
		digests[scopeID] = digest
		if len(entries) <= maxHandedOver {
			a.stored.put(of[scopeID], readEntries{Stored: resource.Stored{Entries: slices.Clone(entries), Digest: digest}, at: at})
		}
		entries = entries[:0]
	})
	*room = entries
	return digests, err
}

// loadStored returns what the inventory holds of a scope: as it was handed over, or
// else as it is now.
func (a *Activities) loadStored(ctx context.Context, kind *resource.Kind, in ScopeIn) (resource.Stored, error) {
	if read, ok := a.stored.take(in.lease()); ok {
		return read.Stored, nil
	}
	return a.deps.Store.LoadScope(ctx, kind, in.Scope.ID, in.Scope.Local.Count)
}
