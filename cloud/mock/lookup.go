package mock

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// lookupLimit is how many ids most clouds take at once.
const lookupLimit = 100

// LookupLimit implements cloud.Provider.
func (c *Cloud) LookupLimit(string) int { return lookupLimit }

// Lookup implements cloud.Provider. It answers for the present tick.
func (c *Cloud) Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	c.calls.Add(1)
	existing, err := c.lookup(ctx, scope, nativeIDs)
	if err != nil {
		return nil, failed(lookupCall, scope, err)
	}
	return existing, nil
}

func (c *Cloud) lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	if err := c.quota.take(scope.Region); err != nil {
		return nil, err
	}
	if err := wait(ctx, c.pageDelay); err != nil {
		return nil, err
	}
	l, err := c.now(scope)
	if err != nil {
		return nil, err
	}
	l.call = lookupCall
	if err := c.faults.fail(ctx, l); err != nil {
		return nil, err
	}
	return c.existing(l, nativeIDs), nil
}

// existing are those of the ids that the listing would have, at the cost of the ids
// alone.
func (c *Cloud) existing(l listing, nativeIDs []string) (existing []string) {
	for _, id := range nativeIDs {
		if c.lists(l, id) && !slices.Contains(existing, id) {
			existing = append(existing, id)
		}
	}
	return existing
}

// lists says whether a resource of that id is in the listing.
func (c *Cloud) lists(l listing, nativeID string) bool {
	return slices.ContainsFunc(c.candidates(l, nativeID), func(row resource.Row) bool {
		return row.RowMeta().NativeID == nativeID
	})
}

// candidates are the few rows of the listing that can have the id.
func (c *Cloud) candidates(l listing, nativeID string) (rows []resource.Row) {
	p := &c.places[l.region]
	for number := range l.kind.fixed {
		rows = l.kind.rows(rows, p, life{slot: number})
	}
	id, ok := lifeOf(nativeID)
	if !ok || l.kind.fixed > 0 {
		return rows
	}
	life, ok := c.population.of(id, l.tick)
	if !ok || regionOf(life.slot, len(c.places)) != l.region || !l.kind.with(p.positionOf(life)) {
		return nil
	}
	return l.kind.rows(nil, p, life)
}

// lifeOf reads which host's life an id belongs to: it stands behind a word of the kind.
func lifeOf(nativeID string) (id uint64, ok bool) {
	_, digits, ok := strings.Cut(nativeID, "-")
	digits, _, _ = strings.Cut(digits, "-")
	id, err := strconv.ParseUint(digits, 16, 64)
	return id, ok && err == nil
}

var _ cloud.Provider = (*Cloud)(nil)
