package index

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"cloudsync/resource"
	"cloudsync/store"
)

// What a follower reads at once, and from when on it reads all of a kind instead.
const (
	changesAtOnce = 10_000
	// changesLookedBack is how far the first look goes back for changes that appear late.
	changesLookedBack = 100_000
	// outage is after how long without an answer the rows are compared: the history may have
	// gone on without those that retention removed.
	outage = 30 * time.Second
	// settling divides the time between comparisons while a database may still be put back.
	settling = 40
	// retryAfter is how long it waits after an error.
	retryAfter = time.Second
)

// Run reads all kinds, and keeps the index the same as the tables until ctx ends. It goes on
// after errors, which State tells of.
func (x *Index) Run(ctx context.Context) error {
	f := follower{index: x, work: make(chan workDone)}
	for _, rows := range x.kinds {
		f.kinds = append(f.kinds, &followed{rows: rows, due: true, stale: true, changed: uidSet{}, again: uidSet{}})
	}
	for {
		wait := x.opts.Every
		if err := f.step(ctx); err != nil && ctx.Err() == nil {
			wait = max(wait, retryAfter)
			f.tell(ctx, err)
		}
		select {
		case <-ctx.Done():
			f.waitForWork()
			return nil
		case done := <-f.work:
			f.finish(ctx, done)
		case <-time.After(wait):
		}
	}
}

// follower reads the history.
type follower struct {
	index    *Index
	kinds    []*followed
	tail     *tail              // nil: where to begin is not known
	runs     int64              // the number of the run up to which all have ended
	ended    map[int64]struct{} // numbers of later runs that have ended, too
	answered time.Time
	working  bool
	work     chan workDone
	pause    time.Time // no work before
	settled  time.Time // before it, a database may still be put back
	told     string
}

// followed is one kind.
type followed struct {
	*rows
	due      bool // to be read anew
	doubted  bool // to be compared
	stale    bool // it may lack what the table has until that is done
	compared time.Time
	loading  bool
	changed  uidSet // rows to be read again
	again    uidSet // likewise, when the kind has been read anew
}

type uidSet map[resource.UID]struct{}

// workDone is what a goroutine in the background has read.
type workDone struct {
	kind     *followed
	segments []*segment     // of a load
	differ   []resource.UID // of a comparison
	err      error
}

// tell logs an error once, and keeps it for State.
func (f *follower) tell(ctx context.Context, err error) {
	f.index.troubled(err.Error())
	if f.told != err.Error() {
		f.index.opts.Log.WarnContext(ctx, "the index does not follow the tables", "error", err)
		f.told = err.Error()
	}
}

// step takes in what is new.
func (f *follower) step(ctx context.Context) error {
	now := time.Now()
	if err := f.position(ctx, now); err != nil {
		return err
	}
	if !f.answered.IsZero() && now.Sub(f.answered) > outage {
		f.doubt(f.kinds...)
	}
	if err := f.readChanges(ctx, now); err != nil {
		return err
	}
	if err := f.readRuns(ctx); err != nil {
		return err
	}
	f.answered = now
	f.noteAgain()
	if err := f.rereadAll(ctx); err != nil {
		return err
	}
	f.startWork(ctx, now)
	if !slices.ContainsFunc(f.kinds, func(kind *followed) bool { return kind.stale }) {
		f.index.caughtUp(now)
		f.told = ""
	}
	return nil
}

// noteAgain notes the rows that somebody wants to be read again.
func (f *follower) noteAgain() {
	for name, uids := range f.index.takeAgain() {
		for _, uid := range uids {
			f.note(name, uid)
		}
	}
}

// position finds where to begin: before anything is read, so that nothing falls between. If
// the history ends before that, it is another one, and everything is read anew.
func (f *follower) position(ctx context.Context, now time.Time) error {
	ids, err := f.index.store.ChangeIDs(ctx)
	if err != nil {
		return err
	}
	if f.tail != nil && ids.Last >= f.tail.next-1 {
		return nil
	}
	if f.tail != nil {
		f.distrust(ctx, now, ids)
	}
	first := max(ids.First, ids.Last-changesLookedBack, 1)
	begun := &tail{next: first}
	for begun.next <= ids.Last {
		rows, err := f.index.store.ChangedRows(ctx, []store.IDs{{First: begun.next, Last: ids.Last}}, changesAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		begun.take(now, rows)
	}
	ended, all, err := f.index.store.EndedRuns(ctx, 0)
	if err != nil {
		return err
	}
	f.tail, f.runs, f.ended = begun, 0, map[int64]struct{}{}
	f.takeEnded(ended, all)
	return nil
}

// takeEnded takes in which runs have ended, and returns those that had not before.
func (f *follower) takeEnded(ended []store.EndedRun, all int64) (fresh []store.EndedRun) {
	for _, run := range ended {
		if _, known := f.ended[run.ID]; !known {
			fresh = append(fresh, run)
			f.ended[run.ID] = struct{}{}
		}
	}
	f.runs = all
	maps.DeleteFunc(f.ended, func(id int64, _ struct{}) bool { return id <= all })
	return fresh
}

// distrust is for a history that ends before what was read of it: it is empty, or another
// one. A backup is put back table by table, the history before most kinds, which are read from
// tables that are old then: they are compared again and again for a time.
func (f *follower) distrust(ctx context.Context, now time.Time, ids store.IDs) {
	f.settled = now.Add(f.index.opts.CompareEvery)
	if ids.Last == 0 {
		f.doubt(f.kinds...)
		return
	}
	f.index.opts.Log.WarnContext(ctx, "the history is another one: the index is read anew", "expected", f.tail.next-1, "last", ids.Last)
	for _, kind := range f.kinds {
		kind.due, kind.stale = true, true
	}
}

// readChanges notes which rows have changed.
func (f *follower) readChanges(ctx context.Context, now time.Time) error {
	if err := f.noteAll(ctx, now, f.tail.missing(now)); err != nil {
		return err
	}
	return f.noteAll(ctx, now, f.tail.rest())
}

// noteAll notes which rows the changes with some ids are of. Where there are many, the rows are
// read meanwhile.
func (f *follower) noteAll(ctx context.Context, now time.Time, ids []store.IDs) error {
	for len(ids) > 0 {
		changed, err := f.index.store.ChangedRows(ctx, ids, changesAtOnce)
		if err != nil {
			return err
		}
		for _, row := range changed {
			f.note(row.Kind, row.UID)
		}
		f.tail.take(now, changed)
		if len(changed) < changesAtOnce {
			return nil
		}
		if err := f.rereadAll(ctx); err != nil {
			return err
		}
		ids = idsAfter(ids, changed[len(changed)-1].ID)
	}
	return nil
}

// of is what is followed of a kind, nil if it is not.
func (f *follower) of(kind string) *followed {
	i := slices.IndexFunc(f.kinds, func(k *followed) bool { return k.schema.Kind.Name() == kind })
	if i < 0 {
		return nil
	}
	return f.kinds[i]
}

// note notes that a row is to be read again.
func (f *follower) note(kind string, uid resource.UID) {
	if k := f.of(kind); k != nil {
		k.note(uid)
	}
}

func (k *followed) note(uid resource.UID) { k.changed[uid] = struct{}{} }

// readRuns looks for runs that rewrote hashes: the history has no change of such rows, and
// yet they may have columns that they did not have.
func (f *follower) readRuns(ctx context.Context) error {
	ended, all, err := f.index.store.EndedRuns(ctx, f.runs)
	if err != nil {
		return err
	}
	for _, run := range f.takeEnded(ended, all) {
		if kind := f.of(run.Kind); kind != nil && run.Rehashed > 0 {
			f.doubt(kind)
		}
	}
	return nil
}

// doubt lets kinds be compared with their tables.
func (f *follower) doubt(kinds ...*followed) {
	for _, kind := range kinds {
		kind.doubted, kind.stale = true, true
	}
}

func (f *follower) rereadAll(ctx context.Context) error {
	for _, kind := range f.kinds {
		if err := f.reread(ctx, kind); err != nil {
			return err
		}
	}
	return nil
}

// reread reads the rows of a kind that have changed. While the kind is read anew, they are to
// be read again after that: nobody knows whether it has seen them.
func (f *follower) reread(ctx context.Context, kind *followed) error {
	if kind.loading {
		maps.Copy(kind.again, kind.changed)
	}
	if len(kind.changed) == 0 || kind.view.Load() == nil {
		return nil
	}
	fresh, gone, err := reread(ctx, f.index.store, kind.schema, slices.Collect(maps.Keys(kind.changed)))
	if err != nil {
		return err
	}
	kind.change(fresh, gone)
	clear(kind.changed)
	return nil
}

// startWork lets one kind be read anew, or compared, beside everything else.
func (f *follower) startWork(ctx context.Context, now time.Time) {
	if f.working || now.Before(f.pause) {
		return
	}
	kind := f.next(now)
	switch {
	case kind == nil:
	case kind.due:
		kind.due, kind.doubted, kind.loading, kind.compared = false, false, true, now
		f.start(func() workDone {
			segments, err := kind.load(ctx, f.index.store)
			return workDone{kind: kind, segments: segments, err: err}
		})
	default:
		kind.doubted, kind.compared = false, now
		f.start(func() workDone {
			differ, err := kind.differing(ctx, f.index.store)
			return workDone{kind: kind, differ: differ, err: err}
		})
	}
}

// next is the kind to work on, nil for none: one that is to be read, or doubted, or else the
// one whose comparison is the longest ago.
func (f *follower) next(now time.Time) *followed {
	oldest := slices.MinFunc(f.kinds, func(a, b *followed) int {
		return cmp.Or(cmp.Compare(a.urgency(), b.urgency()), a.compared.Compare(b.compared))
	})
	every := f.index.opts.CompareEvery
	if now.Before(f.settled) {
		every /= settling
	}
	if oldest.urgency() > 1 && now.Sub(oldest.compared) < every {
		return nil
	}
	return oldest
}

// urgency is less for what is more urgent.
func (k *followed) urgency() int {
	switch {
	case k.due:
		return 0
	case k.doubted:
		return 1
	default:
		return 2
	}
}

func (f *follower) start(do func() workDone) {
	f.working = true
	go func() { f.work <- do() }()
}

func (f *follower) waitForWork() {
	if f.working {
		<-f.work
	}
}

func (f *follower) finish(ctx context.Context, done workDone) {
	kind, name := done.kind, done.kind.schema.Kind.Name()
	switch {
	case done.err != nil:
		kind.due, kind.doubted = kind.due || kind.loading, !kind.loading
		f.pause = time.Now().Add(retryAfter)
		f.tell(ctx, fmt.Errorf("read %s: %w", name, done.err))
	case kind.loading:
		kind.replace(done.segments)
		f.index.opts.Log.InfoContext(ctx, "read into the index", "kind", name, "rows", kind.view.Load().len())
	case len(done.differ) > 0:
		f.index.opts.Log.InfoContext(ctx, "rows in the index are not those of the table: they are read again", "kind", name, "rows", len(done.differ))
	}
	for _, uid := range done.differ {
		kind.note(uid)
	}
	if kind.loading {
		maps.Copy(kind.changed, kind.again)
		clear(kind.again)
	}
	if done.err == nil {
		kind.stale = kind.due || kind.doubted // once more
	}
	kind.loading, f.working = false, false
}
