package activities

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// ConfirmAbsentOut is what became of the deletion candidates. Its batches are in
// staging, for BatchDelete.
type ConfirmAbsentOut struct {
	Writer int   `json:"writer"`
	Absent int64 `json:"absent"` // the provider says that they do not exist
	// PagingSkips are the candidates that exist although the listing lacked them, and
	// those whose row was edited by hand, so that nobody can ask for them.
	PagingSkips int64 `json:"pagingSkips"`
}

// maxThrottled is how often in a row ConfirmAbsent asks a provider that throttles
// it, before the attempt fails.
const maxThrottled = 10

// ConfirmAbsent asks the provider for each deletion candidate by its id, and writes
// those that do not exist as the batches to delete. A listing can lack a resource that
// exists: with pages by offset, a deletion during the listing moves another resource to
// a page that was read already. With EndsHold, the scope's hold ends: the next run
// judges anew the rows that stay because they exist.
func (a *Activities) ConfirmAbsent(ctx context.Context, in Bundle[ConfirmAbsentIn]) (Results[ConfirmAbsentOut], error) {
	return onScopes(ctx, in, a.confirm)
}

func (a *Activities) confirm(ctx context.Context, in ConfirmAbsentIn) (ConfirmAbsentOut, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return ConfirmAbsentOut{}, notConfigured(in.Kind)
	}
	client, err := a.deps.Accounts.Client(in.scope())
	if err != nil {
		return ConfirmAbsentOut{}, nonRetryable(NotConfiguredType, err)
	}
	c := newConfirmation(a.deps.Store, kind, client, in)
	if err := a.deps.Store.EachBatched(ctx, c.candidates, func(item staged.Item) error { return c.take(ctx, item.Entry) }); err != nil {
		return ConfirmAbsentOut{}, temporalError(ctx, err)
	}
	if err := c.finish(ctx); err != nil {
		return ConfirmAbsentOut{}, temporalError(ctx, err)
	}
	if in.EndsHold {
		if err := a.deps.Store.EndHold(ctx, in.lease()); err != nil {
			return ConfirmAbsentOut{}, temporalError(ctx, err)
		}
	}
	return c.out, nil
}

// confirmation is one attempt to confirm a scope's candidates.
type confirmation struct {
	store      *store.Store
	kind       *resource.Kind
	client     cloud.Provider
	scope      resource.Scope
	candidates store.BatchSet
	absent     *store.BatchWriter
	limit      int
	taken      int              // candidates read
	pending    []resource.Entry // of those, not asked for yet
	out        ConfirmAbsentOut
}

func newConfirmation(s *store.Store, kind *resource.Kind, client cloud.Provider, in ConfirmAbsentIn) *confirmation {
	writer := newWriter()
	return &confirmation{
		store: s, kind: kind, client: client, scope: in.scope(),
		candidates: store.BatchSet{Lease: in.lease(), Writer: in.Writer, Op: cmp.Or(in.Op, diff.Candidates)},
		absent:     s.NewBatchWriter(store.BatchSet{Lease: in.lease(), Writer: writer, Op: diff.Delete}),
		limit:      max(1, client.LookupLimit(kind.Name())),
		out:        ConfirmAbsentOut{Writer: writer},
	}
}

func (c *confirmation) take(ctx context.Context, entry resource.Entry) error {
	c.taken++
	c.pending = append(c.pending, entry)
	if len(c.pending) < c.limit {
		return nil
	}
	return c.ask(ctx)
}

// ask looks the pending candidates up and keeps those that do not exist. It skips one
// that left the inventory meanwhile.
func (c *confirmation) ask(ctx context.Context) error {
	entries := c.pending
	c.pending = c.pending[:0]
	nativeIDs, err := c.nativeIDs(ctx, entries)
	if err != nil || len(nativeIDs) == 0 {
		return err
	}
	existing, err := c.existing(ctx, nativeIDs)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		nativeID, stored := nativeIDs[entry.UID]
		switch {
		case !stored:
		case existing[nativeID], c.scope.UID(nativeID) != entry.UID:
			// The second is a row whose id or scope somebody edited: what was asked for
			// is not the resource of that row.
			c.out.PagingSkips++
		default:
			c.out.Absent++
			if err := c.absent.Add(ctx, staged.Item{Entry: entry}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *confirmation) nativeIDs(ctx context.Context, entries []resource.Entry) (map[resource.UID]string, error) {
	uids := make([]resource.UID, len(entries))
	for i, entry := range entries {
		uids[i] = entry.UID
	}
	return c.store.NativeIDs(ctx, c.kind, uids)
}

func (c *confirmation) existing(ctx context.Context, nativeIDs map[resource.UID]string) (map[string]bool, error) {
	ids := make([]string, 0, len(nativeIDs))
	for _, id := range nativeIDs {
		ids = append(ids, id)
	}
	found, err := c.lookup(ctx, ids)
	if err != nil {
		return nil, err
	}
	existing := make(map[string]bool, len(found))
	for _, id := range found {
		existing[id] = true
	}
	return existing, c.checkAnswer(ids, existing)
}

// checkAnswer refuses an id that was not asked for. It may be one that was, in another
// spelling, and that one would be taken for absent.
func (c *confirmation) checkAnswer(asked []string, existing map[string]bool) error {
	known := 0
	for _, id := range asked {
		if existing[id] {
			known++
		}
	}
	if known == len(existing) {
		return nil
	}
	return &cloud.Error{Class: cloud.BadAnswer, Doing: "look up ids in " + c.scope.Place(),
		Err: fmt.Errorf("%d of the %d resources found have an id that was not asked for", len(existing)-known, len(existing))}
}

// lookup waits while a provider throttles: a new attempt would ask for everything once
// more.
func (c *confirmation) lookup(ctx context.Context, ids []string) ([]string, error) {
	pause := func(waits int, asked time.Duration) (time.Duration, bool) {
		return min(max(asked, time.Second), maxRetryDelay), waits+1 < maxThrottled
	}
	return waitOut(ctx, pause, func() ([]string, error) {
		return callProvider(ctx, lookupSpan, c.scope, fmt.Sprintf("look up %d ids in %s", len(ids), c.scope.Place()), func(ctx context.Context) ([]string, error) {
			return c.client.Lookup(ctx, c.scope, ids)
		})
	})
}

func (c *confirmation) finish(ctx context.Context) error {
	if c.taken == 0 { // there were some: a newer run swept them
		return fmt.Errorf("confirm deletions in %s: %w", c.scope.Place(), store.ErrSuperseded)
	}
	if err := c.ask(ctx); err != nil {
		return err
	}
	return c.absent.Flush(ctx)
}
