package page

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"cloudsync/address"
	"cloudsync/resource"
	"cloudsync/store"
)

// heldThere is a hold in the place of a resource.
type heldThere struct {
	Path string
	// IsIt says that the resource is of the held set. If it is not set, the set is too large to
	// be looked through for a page: it may be.
	IsIt bool
}

const (
	// heldKept is for how long it is taken for granted what waits in a scope.
	heldKept = 5 * time.Second
	// searchedHolds is how many rows the sets have at most, all together, that are looked through
	// for a page.
	searchedHolds = 10_000
	// keptScopes and keptHeld are how many scopes, and rows of their sets, are kept.
	keptScopes, keptHeld = 10_000, 20 * searchedHolds
)

// heldScopes keeps what waits in scopes, for a while. It is safe for concurrent use.
type heldScopes struct {
	mu     sync.Mutex
	scopes map[int64]heldScope
	rows   int // of all sets
}

// heldScope is what waits in a scope.
type heldScope struct {
	path  string // of the hold; empty: nothing waits
	known bool   // the rows are known
	rows  map[resource.UID]bool
	until time.Time
}

// of says whether the deletion of a row waits; nil: it does not.
func (h heldScope) of(uid resource.UID) *heldThere {
	if h.path == "" || h.known && !h.rows[uid] {
		return nil
	}
	return &heldThere{Path: h.path, IsIt: h.known}
}

// known are those of the scopes of which it is known what waits there, and the others.
func (h *heldScopes) known(scopeIDs []int64, now time.Time) (found map[int64]heldScope, others []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found = make(map[int64]heldScope, len(scopeIDs))
	for _, id := range scopeIDs {
		if scope, ok := h.scopes[id]; ok && now.Before(scope.until) {
			found[id] = scope
		} else {
			others = append(others, id)
		}
	}
	return found, others
}

// keep keeps what waits in scopes. What is too much is forgotten, and asked for again.
func (h *heldScopes) keep(scopes map[int64]heldScope) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.scopes == nil || len(h.scopes)+len(scopes) > keptScopes || h.rows > keptHeld {
		h.scopes, h.rows = map[int64]heldScope{}, 0
	}
	for id, scope := range scopes {
		h.rows += len(scope.rows) - len(h.scopes[id].rows)
		h.scopes[id] = scope
	}
}

// heldIn says what waits in the scopes of rows. It asks for these scopes alone, and not each time.
func (p *Page) heldIn(ctx context.Context, scopeIDs []int64) (map[int64]heldScope, error) {
	slices.Sort(scopeIDs)
	found, others := p.held.known(slices.Compact(scopeIDs), p.Now())
	if len(others) == 0 {
		return found, nil
	}
	holds, err := p.Store.StandingHoldsIn(ctx, others)
	if err != nil {
		return nil, err
	}
	asked := make(map[int64]heldScope, len(others))
	for _, id := range others {
		asked[id] = heldScope{until: p.Now().Add(heldKept)}
	}
	// The smallest first, so that most are known.
	slices.SortFunc(holds, func(a, b store.HeldScope) int { return cmp.Compare(a.Rows, b.Rows) })
	left := int64(searchedHolds)
	for _, hold := range holds {
		scope := heldScope{path: address.Hold(hold.ScopeID), until: p.Now().Add(heldKept)}
		if left -= hold.Rows; left >= 0 {
			if scope.rows, scope.known, err = p.heldRows(ctx, hold); err != nil {
				return nil, err
			}
		}
		asked[hold.ScopeID] = scope
	}
	p.held.keep(asked)
	for id, scope := range asked {
		found[id] = scope
	}
	return found, nil
}

// heldRows are the rows of a held set; not known where nobody knows them any more.
func (p *Page) heldRows(ctx context.Context, hold store.HeldScope) (rows map[resource.UID]bool, known bool, err error) {
	entries, err := p.Store.LoadHold(ctx, hold.ScopeID, hold.Digest)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, resource.ErrCorrupt) {
		return nil, false, nil
	}
	rows = make(map[resource.UID]bool, len(entries))
	for _, entry := range entries {
		rows[entry.UID] = true
	}
	return rows, true, err
}

// heldRow looks whether the deletion of a row waits; nil: it does not.
func (p *Page) heldRow(ctx context.Context, row resource.Row) (*heldThere, error) {
	meta := row.RowMeta()
	scopes, err := p.heldIn(ctx, []int64{meta.ScopeID})
	if err != nil {
		return nil, err
	}
	return scopes[meta.ScopeID].of(meta.UID), nil
}
