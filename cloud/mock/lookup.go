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
	l, err := c.open(scope, "")
	if err != nil {
		return nil, err
	}
	l.call = lookupCall
	if err := c.faults.fail(ctx, l); err != nil {
		return nil, err
	}
	return c.existing(l, nativeIDs), nil
}

// existing looks for the ids' hosts among all of the region, since an id does not
// tell its slot.
func (c *Cloud) existing(l listing, nativeIDs []string) (existing []string) {
	wanted := make(map[uint64][]string, len(nativeIDs))
	for _, id := range nativeIDs {
		if host, ok := hostOf(id); ok {
			wanted[host] = append(wanted[host], id)
		}
	}
	var rows []resource.Row
	for position := range c.slotsIn(l.region) {
		life, ok := c.lifeAt(l, position)
		if !ok || wanted[life.id] == nil {
			continue
		}
		rows = l.kind.rows(rows[:0], &c.places[l.region], life)
		for _, row := range rows {
			if id := row.RowMeta().NativeID; slices.Contains(wanted[life.id], id) {
				existing = append(existing, id)
			}
		}
	}
	return existing
}

// hostOf reads which life a host's or a disk's id belongs to.
func hostOf(nativeID string) (id uint64, ok bool) {
	_, digits, ok := strings.Cut(nativeID, "-")
	digits, _, _ = strings.Cut(digits, "-")
	id, err := strconv.ParseUint(digits, 16, 64)
	return id, ok && err == nil
}

var _ cloud.Provider = (*Cloud)(nil)
