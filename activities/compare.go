package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// maxRecordedFailures bounds the unusable rows of a scope that are recorded one
// by one; all are counted.
const maxRecordedFailures = 1000

// ComputeDiff compares staged snapshots with the inventory and writes what has to be done
// as batches. It changes nothing in the inventory.
func (a *Activities) ComputeDiff(ctx context.Context, in Bundle[ComputeDiffIn]) (Results[ComputeDiffOut], error) {
	return onScopes(ctx, in, a.compare)
}

func (a *Activities) compare(ctx context.Context, in ComputeDiffIn) (ComputeDiffOut, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return ComputeDiffOut{}, notConfigured(in.Kind)
	}
	local, err := a.loadStored(ctx, kind, in.ScopeIn)
	if err != nil {
		return ComputeDiffOut{}, temporalError(ctx, err)
	}
	c := newComparison(a.deps.Store, kind, in, local)
	err = c.run(ctx)
	if err == nil && len(c.clashing) > 0 {
		twofold := c.clashing
		c = newComparison(a.deps.Store, kind, in, local)
		c.twofold = twofold
		err = c.run(ctx)
	}
	return c.out, temporalError(ctx, err)
}

// comparison is one attempt to compare a scope; its batches carry its number.
type comparison struct {
	store    *store.Store
	kind     *resource.Kind
	in       ComputeDiffIn
	local    resource.Stored // the inventory's side
	diff     *diff.Diff
	batches  map[diff.Op]*store.BatchWriter
	failures []store.Failure
	read     resource.Digest // of the usable rows that were staged
	clashes  int64           // rows that repeat another one's id, and not its content
	// clashing are the ids of clashes that no move explains. Their first rows are in
	// batches already when that shows, so the comparison is made again, knowing these
	// ids.
	clashing map[resource.UID]bool
	// twofold are ids that several resources have, each told once.
	twofold map[resource.UID]bool
	told    map[resource.UID]bool
	out     ComputeDiffOut
}

func newComparison(s *store.Store, kind *resource.Kind, in ComputeDiffIn, local resource.Stored) *comparison {
	writer := newWriter()
	c := &comparison{
		store: s, kind: kind, in: in, local: local, diff: diff.New(local.Entries),
		clashing: map[resource.UID]bool{}, told: map[resource.UID]bool{},
		batches: make(map[diff.Op]*store.BatchWriter, len(writtenOps)),
		out:     ComputeDiffOut{Writer: writer, DBNum: int64(len(local.Entries))},
	}
	for _, op := range writtenOps {
		c.batches[op] = s.NewBatchWriter(store.BatchSet{Lease: in.lease(), Writer: writer, Op: op})
	}
	return c
}

var writtenOps = [...]diff.Op{
	diff.Add, diff.Modify, diff.Candidates, diff.HeldCandidates, diff.FreshCandidates, diff.Compared,
}

func (c *comparison) run(ctx context.Context) error {
	err := c.store.EachStaged(ctx, c.in.lease(), c.in.Snapshot.Staged, func(chunk staged.Index) error {
		return c.see(ctx, chunk)
	})
	if err != nil {
		return err
	}
	if err := c.checkRead(); err != nil {
		return err
	}
	c.out.Unusable += int64(len(c.told))
	if err := c.checkComplete(); err != nil || len(c.clashing) > 0 {
		return err
	}
	if err := c.writeDeletions(ctx); err != nil {
		return err
	}
	return c.finish(ctx)
}

func (c *comparison) see(ctx context.Context, chunk staged.Index) error {
	settled, digest, ok := chunk.Settled(c.local)
	if !ok {
		return c.inventoryChanged()
	}
	c.read.Merge(digest)
	for _, at := range settled {
		c.seeStored(at)
	}
	for _, part := range chunk.Parts {
		if err := c.seePart(ctx, part); err != nil {
			return err
		}
	}
	for _, item := range chunk.Unusable {
		c.seeUnusable(item)
	}
	return nil
}

// seePart makes one batch of a part whose rows are all to be added, or all to be
// modified. Of any other part it picks the rows.
func (c *comparison) seePart(ctx context.Context, part staged.Part) error {
	ops := make([]diff.Op, len(part.Entries))
	for i, entry := range part.Entries {
		c.read.Add(entry)
		ops[i] = c.seeEntry(entry)
		if err := c.remember(ctx, ops[i], entry.UID); err != nil {
			return err
		}
	}
	if same := slices.Compact(slices.Clone(ops)); len(same) == 1 && same[0] != twofold {
		if batch, written := c.batches[same[0]]; written {
			return batch.AddPart(ctx, part)
		}
		return nil
	}
	next := 0
	return c.store.EachInPart(ctx, c.in.lease(), part, func(item staged.Item) error {
		op := ops[next]
		next++
		if op == twofold {
			return c.tellTwofold(item)
		}
		if batch, written := c.batches[op]; written {
			return batch.Add(ctx, item)
		}
		return nil
	})
}

// remember keeps what was compared with a row to modify, for the description of a plan.
// A run does not need it: it looks at what is stored when it applies.
func (c *comparison) remember(ctx context.Context, op diff.Op, uid resource.UID) error {
	if op != diff.Modify || !c.in.Run.IsPlan() {
		return nil
	}
	hash, _ := c.diff.Stored(uid)
	return c.batches[diff.Compared].Add(ctx, staged.Item{Entry: resource.Entry{UID: uid, Hash: hash}})
}

// twofold is the operation of a row whose id several resources have.
const twofold diff.Op = "twofold"

func (c *comparison) seeEntry(entry resource.Entry) diff.Op {
	if c.twofold[entry.UID] {
		c.seeTwofold(entry.UID)
		return twofold
	}
	op := c.diff.See(entry)
	c.noteClash(op, entry.UID)
	return op
}

func (c *comparison) seeStored(at int) {
	uid := c.local.Entries[at].UID
	if c.twofold[uid] {
		c.seeTwofold(uid)
		return
	}
	c.noteClash(c.diff.SeeStored(at), uid)
}

// seeTwofold counts all rows of the id but the first.
func (c *comparison) seeTwofold(uid resource.UID) {
	if c.diff.SeeUnreadable(uid) == diff.Repeat {
		c.clashes++
	}
}

// noteClash notes a row that has the id of an earlier row and other content. If the
// pages moved, the resource changed between two of them: the first row counts, and the
// next run sees the other. Pages that did not move repeat nothing: then the row is
// another resource's.
func (c *comparison) noteClash(op diff.Op, uid resource.UID) {
	if op != diff.Clash {
		return
	}
	c.clashes++
	if !c.in.Snapshot.pagesMoved() {
		c.clashing[uid] = true
	}
}

// tellTwofold records the problem of an id that several resources have, once.
func (c *comparison) tellTwofold(item staged.Item) error {
	if c.told[item.UID] {
		return nil
	}
	c.told[item.UID] = true
	row, err := c.kind.Decode(item.Row, c.in.scope(), c.in.Scope.ID)
	if err != nil {
		return err
	}
	nativeID := row.RowMeta().NativeID
	c.fail(staged.Item{Entry: resource.Entry{UID: item.UID}, NativeID: nativeID, Problem: shortText(errors.New(twofoldText(nativeID)))})
	return nil
}

// inventoryChanged is the error about a row that was stored with the listed hash when
// it was listed, and no longer is: somebody else wrote to the inventory meanwhile.
func (c *comparison) inventoryChanged() error {
	return nonRetryable(InventoryChangedType, fmt.Errorf(
		"compare %s: the inventory was changed between the listing and the comparison, by something else than a sync; the next run compares anew",
		c.in.Scope.Place()))
}

func (c *comparison) seeUnusable(item staged.Item) {
	c.out.Unusable++
	if item.HasUID() {
		c.noteUnusable(item.UID)
	} else {
		c.out.Unidentified++
	}
	c.fail(item)
}

// noteUnusable notes an unusable row whose id is known. If another row has the id, it
// is judged like any two rows that clash.
func (c *comparison) noteUnusable(uid resource.UID) {
	if op := c.diff.SeeUnreadable(uid); op == diff.Repeat {
		c.clashes++
	} else {
		c.noteClash(op, uid)
	}
}

func (c *comparison) fail(item staged.Item) {
	if len(c.failures) < maxRecordedFailures {
		c.failures = append(c.failures, store.FailureOf(c.in.lease(), item))
	}
}

// checkRead makes sure that what was staged is what was listed. If anything mixed them
// up, nothing is deleted because of it.
func (c *comparison) checkRead() error {
	listed := c.in.Snapshot
	if c.read == listed.Digest && c.out.Unusable == listed.Unusable {
		return nil
	}
	return fmt.Errorf("compare %s: %w: %s usable and %d unusable rows were listed, %s and %d are staged",
		c.in.Scope.Place(), resource.ErrCorrupt, listed.Digest, listed.Unusable, c.read, c.out.Unusable)
}

// checkComplete counts again, without the rows that pages repeated: a page that repeats
// one row may have skipped another.
func (c *comparison) checkComplete() error {
	c.out.CloudNum = c.diff.Seen() + c.out.Unidentified
	snapshot := c.in.Snapshot
	different := c.out.CloudNum + snapshot.Twice
	if !snapshot.pagesMoved() {
		different += c.clashes
	}
	missing, usable := snapshot.totals().missing(snapshot.Listed, different)
	switch {
	case !usable:
		return nonRetryable(ErrorType(cloud.Incomplete), incomplete(c.in.Scope.Place(), different, snapshot.Announced))
	case missing > 0:
		c.out.Moved = movedText(different, snapshot.Announced)
	}
	return nil
}

// writeDeletions writes what the cloud no longer lists. If some of these rows wait for
// a decision since an earlier run, it also writes them and the others apart.
func (c *comparison) writeDeletions(ctx context.Context) error {
	gone := c.diff.Gone()
	if err := c.writeCandidates(ctx, diff.Candidates, gone, &c.out.Deletions); err != nil {
		return err
	}
	hold, err := c.store.LoadStandingHold(ctx, c.in.Scope.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	standing, fresh := diff.DivideGone(gone, hold.Entries)
	if hold.Lost {
		standing, fresh = gone, nil
	}
	c.out.Back = c.listedAgain(hold.Entries, len(standing))
	switch {
	case len(standing) == 0 && len(gone) > 0 && c.out.Back > 0:
		return nil // its rows still count when the other deletions are judged
	case len(standing) == 0:
		return c.endHold(ctx)
	}
	c.out.Standing = &StandingHold{Standing: diff.Standing{
		Rows: int64(len(standing)), Base: hold.Base, Since: hold.Since, Reason: hold.Reason,
	}}
	if len(fresh) == 0 {
		c.out.Standing.Digest = c.out.Deletions
		return nil
	}
	if err := c.writeCandidates(ctx, diff.HeldCandidates, standing, &c.out.Standing.Digest); err != nil {
		return err
	}
	return c.writeCandidates(ctx, diff.FreshCandidates, fresh, &c.out.Standing.Fresh)
}

// listedAgain is how many of the held rows are stored and not gone from the listing.
func (c *comparison) listedAgain(held []resource.Entry, gone int) int64 {
	stored := 0
	for _, entry := range held {
		if _, is := c.diff.Stored(entry.UID); is {
			stored++
		}
	}
	return int64(max(0, stored-gone))
}

func (c *comparison) writeCandidates(ctx context.Context, op diff.Op, entries []resource.Entry, digest *resource.Digest) error {
	for _, entry := range entries {
		digest.Add(entry)
		if err := c.batches[op].Add(ctx, staged.Item{Entry: entry}); err != nil {
			return err
		}
	}
	return nil
}

// endHold ends a hold of which no row waits any more: the cloud has listed them again,
// or the inventory no longer has them. A plan leaves it.
func (c *comparison) endHold(ctx context.Context) error {
	if c.in.Run.IsPlan() {
		return nil
	}
	return c.store.EndHold(ctx, c.in.lease())
}

func (c *comparison) finish(ctx context.Context) error {
	for _, op := range writtenOps {
		if err := c.batches[op].Flush(ctx); err != nil {
			return err
		}
	}
	if len(c.failures) > 0 && !c.in.Run.IsPlan() {
		if err := c.store.ReplaceListFailures(ctx, c.in.lease(), c.failures); err != nil {
			return err
		}
	}
	c.out.ToAdd = c.batches[diff.Add].Rows()
	c.out.ToMod = c.batches[diff.Modify].Rows()
	c.out.ToDel = c.batches[diff.Candidates].Rows()
	return nil
}
