package activities

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

const (
	// chunkBytes is the size from which a snapshot is staged as it arrives; compressed,
	// it is about a fifth. If the server takes less, the size is smaller. A smaller
	// snapshot is staged only if it differs from the inventory.
	chunkBytes = 8 << 20
	// maxRestarts is how often an attempt starts over a listing whose cursor expired.
	maxRestarts = 3
)

// FetchCloud lists each scope to its end, seals the rows and folds their digest. A
// snapshot that equals the inventory leaves nothing behind; any other waits in staging.
// A result is a complete listing; everything else is a failure.
func (a *Activities) FetchCloud(ctx context.Context, in Bundle[ScopeIn]) (Results[FetchCloudOut], error) {
	door := &door{}
	return onBundle(ctx, in, func(ctx context.Context, in ScopeIn, at *position) (out FetchCloudOut, err error) {
		err = door.pass(ctx, in.Scope, func() error {
			out, err = a.fetch(ctx, in, at)
			return err
		})
		return out, err
	})
}

func (a *Activities) fetch(ctx context.Context, in ScopeIn, at *position) (FetchCloudOut, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return FetchCloudOut{}, notConfigured(in.Kind)
	}
	client, err := a.deps.Accounts.Client(in.scope())
	if err != nil {
		return FetchCloudOut{}, nonRetryable(NotConfiguredType, err)
	}
	f := &fetch{deps: a.deps, kind: kind, client: client, in: in, at: at, writer: newWriter(), sealer: kind.Sealer(in.scope(), in.Scope.ID)}
	f.read, _ = a.stored.take(in.lease())
	f.takeChunk()
	defer f.giveBack()
	f.progress = at.begin
	if err := f.list(ctx); err != nil {
		return FetchCloudOut{}, temporalError(ctx, err)
	}
	out, err := f.finish(ctx)
	if err == nil && out.Unchanged && in.Scope.Holds && !in.Run.IsPlan() {
		err = a.deps.Store.EndHold(ctx, in.lease()) // every row of it is listed again
	}
	if err == nil && !out.Unchanged && f.read.known() {
		a.stored.put(in.lease(), f.read)
	}
	return out, temporalError(ctx, err)
}

// Chunks are reused. For a scope that may fill one, it is made in its final size: growing
// one in each scope is a tenth of the work of an unchanged run, and leaves several times its
// size to the garbage collector. The last page goes beyond chunkBytes. Where the inventory's
// entries are at hand, a chunk holds hardly more than a page. A scope with few rows, or of
// which nothing is stored, is most likely small, and thousands of them are listed in a run.
var (
	chunks      = sync.Pool{New: func() any { return staged.NewChunk(chunkBytes + chunkBytes/16) }}
	smallChunks = sync.Pool{New: func() any { return staged.NewChunk(chunkBytes / 16) }}
)

// fewRows are those that a small chunk has room for.
const fewRows = 1000

func (f *fetch) takeChunk() {
	f.chunks = &chunks
	if len(f.read.Entries) > 0 || f.in.Scope.Local.Count <= fewRows {
		f.chunks = &smallChunks
	}
	f.chunk = f.chunks.Get().(*staged.Chunk)
	f.settleChunk()
}

// nextChunk empties the chunk.
func (f *fetch) nextChunk() {
	f.chunk.Reset()
	f.settleChunk()
}

// settleChunk drops from the chunk the content of rows that the inventory has with the
// same hash, which are almost all. The comparison only needs to know which ones they
// are.
func (f *fetch) settleChunk() {
	if f.read.known() {
		f.chunk.Settle(f.read.Stored)
	}
}

func (f *fetch) giveBack() {
	f.chunk.Reset()
	f.chunks.Put(f.chunk)
}

// progress is what a retried FetchCloud goes on from: every page before Cursor
// is in Staged.
type progress struct {
	Cursor   string          `json:"cursor"`
	Staged   []store.Segment `json:"staged"`
	Digest   resource.Digest `json:"digest"` // of the usable rows
	Listed   int64           `json:"listed"`
	totals                   // of the list that is read
	Ended    ended           `json:"ended,omitzero"`   // where the listing is of several lists
	Twice    int64           `json:"twice,omitempty"`  // rows that repeat one of their own page
	Others   int64           `json:"others,omitempty"` // resources that the total counts, and that are none of the scope's
	Unusable int64           `json:"unusable"`
}

// fetch is one attempt to list a scope.
type fetch struct {
	progress
	deps     Deps
	kind     *resource.Kind
	client   cloud.Provider
	in       ScopeIn
	writer   int
	at       *position
	chunk    *staged.Chunk
	chunks   *sync.Pool // that it is from
	sealer   *resource.Sealer
	room     []byte // for the encodings of a page's rows
	rows     []sealedRow
	cursors  map[string]bool
	restarts int
	first    *listedPage // of the list, where this attempt began it
	before   *listedPage // the page before the latest one, if this attempt listed it
	latest   *listedPage
	rose     bool        // the total did
	again    int         // pages that were read again
	read     readEntries // of the inventory, by UID: handed over, or read to stage something
}

// startOver forgets all that was listed. What was staged is swept with the run. What
// follows is staged under another name, since a later attempt may still be given the
// checkpoint from before.
func (f *fetch) startOver() {
	f.progress = progress{}
	f.writer = newWriter()
	f.cursors = nil
	f.first, f.before, f.latest = nil, nil, nil
	f.rose, f.again = false, 0
	f.nextChunk()
	f.at.save(f.progress)
}

func (f *fetch) list(ctx context.Context) error {
	for {
		page, err := f.page(ctx, f.Cursor)
		if cloud.ClassOf(err) == cloud.ExpiredCursor && f.restarts < maxRestarts {
			f.restarts++
			f.startOver()
			continue
		}
		if err != nil {
			return err
		}
		if page.Begins {
			if err := f.endList(ctx); err != nil {
				return err
			}
		}
		if err := f.takePage(ctx, page); err != nil {
			return err
		}
		if page.Next == "" {
			return f.endList(ctx)
		}
		if f.inCircles(page.Next) {
			return f.badAnswer("the next page's cursor is one that was used before")
		}
		f.Cursor = page.Next
		if err := f.checkpoint(ctx); err != nil {
			return err
		}
	}
}

// takePage takes a page. If the total fell, resources were deleted, and rows moved from
// this page to the end of the page before: it reads that one again.
func (f *fetch) takePage(ctx context.Context, page cloud.Page) error {
	fell := page.Total > 0 && page.Total < f.Latest
	f.rose = f.rose || f.Latest > 0 && page.Total > f.Latest
	f.take(page)
	if !fell {
		return nil
	}
	if f.before == nil {
		return nil
	}
	_, err := f.readAgain(ctx, f.before.cursor, f.before)
	return err
}

// endList ends a list that was read to its end: the listing, or one of the several that it
// is of. If the total rose, it reads the first pages again, where most new resources are.
func (f *fetch) endList(ctx context.Context) error {
	if f.rose {
		if err := f.readFront(ctx); err != nil {
			return err
		}
	}
	if err := f.checkComplete(); err != nil {
		return err
	}
	f.Ended.add(f.totals, f.listed())
	f.totals = totals{}
	f.first, f.before, f.latest = nil, nil, nil
	f.rose = false
	return nil
}

// listed is how many resources of the list were listed that its total counts.
func (f *fetch) listed() int64 { return f.Listed + f.Others - f.Ended.Listed }

// maxAgain is how many pages of a moving listing are read again: it is made whole only
// if that costs little.
const maxAgain = 10

// readFront reads pages of the list from the first one on, as long as every row of them is
// new.
func (f *fetch) readFront(ctx context.Context) (err error) {
	if f.first == nil {
		return nil
	}
	for cursor := f.first.cursor; ; {
		cursor, err = f.readAgain(ctx, cursor, f.first)
		if err != nil || cursor == "" {
			return err
		}
	}
}

// readAgain reads the page at a cursor again and takes the rows that are new on it. If
// all of them are new, it gives the cursor of the next page. If it fails, the listing
// is as good as before.
func (f *fetch) readAgain(ctx context.Context, cursor string, listed *listedPage) (next string, err error) {
	if listed == nil || f.again == maxAgain {
		return "", nil
	}
	f.again++
	page, err := f.page(ctx, cursor)
	if err != nil {
		return "", ctx.Err()
	}
	if page.Begins && cursor != listed.cursor { // it is of another list
		return "", nil
	}
	rows := len(page.Rows)
	came := slices.DeleteFunc(page.Rows, func(row resource.Row) bool {
		uid := f.in.scope().UID(row.RowMeta().NativeID)
		return listed.has(uid) || f.latest.has(uid)
	})
	f.Listed += int64(len(came))
	f.addRows(f.seal(came, &listedPage{}))
	if len(came) < rows {
		return "", nil
	}
	return page.Next, nil
}

// inCircles says that this attempt has listed the page at next before.
func (f *fetch) inCircles(next string) bool {
	if f.cursors == nil {
		f.cursors = map[string]bool{f.Cursor: true}
	}
	before := f.cursors[next]
	f.cursors[next] = true
	return before
}

// How long, and how often, a throttled page waits within the attempt. A longer wait
// ends the attempt: Temporal shows it, and the worker is free meanwhile.
const (
	maxPageWait  = 5 * time.Second
	maxPageWaits = 10 // in a row
)

// page waits while a provider throttles for a moment: another attempt would begin at
// the last checkpoint.
func (f *fetch) page(ctx context.Context, cursor string) (cloud.Page, error) {
	pause := func(waits int, asked time.Duration) (time.Duration, bool) {
		return asked, waits < maxPageWaits && asked > 0 && asked <= maxPageWait && !f.at.workerStops()
	}
	return waitOut(ctx, pause, func() (cloud.Page, error) {
		return callProvider(ctx, listSpan, f.in.scope(), "list "+f.in.Scope.Place(), func(ctx context.Context) (cloud.Page, error) {
			return f.client.List(ctx, f.in.scope(), cursor)
		})
	})
}

// take seals the rows of a page and folds them in.
func (f *fetch) take(page cloud.Page) {
	f.note(page.Total)
	f.turn(page.Begins)
	rows := f.seal(page.Rows, f.latest)
	if f.standsStill(page) {
		return
	}
	f.Others += page.Others
	f.Listed += int64(len(rows))
	f.addRows(rows)
	for _, problem := range page.Problems {
		f.Listed++
		f.Unusable++
		item := staged.Item{NativeID: problem.NativeID, Problem: shortText(errors.New(problem.Text))}
		if problem.NativeID != "" {
			item.UID = f.in.scope().UID(problem.NativeID)
		}
		f.chunk.Add(item)
	}
}

// turn makes room for the page at the cursor; two pages take turns.
func (f *fetch) turn(begins bool) {
	spare := f.before
	if spare == nil || spare == f.first {
		spare = &listedPage{}
	}
	f.before, f.latest = f.latest, spare
	f.latest.cursor = f.Cursor
	if f.Cursor == "" || begins {
		f.first = f.latest
	}
}

// sealedRow is a row of a page, as far as it can be used.
type sealedRow struct {
	resource.Entry
	begin, end int // of its encoding, in the room
	problem    *staged.Item
	twofold    bool // others of the page have its id, and other content
	repeats    bool // one that came before on the page
}

// seal seals the rows of a page. A row that cannot be used is kept with its reason: it
// exists, so it is not deleted.
func (f *fetch) seal(rows []resource.Row, page *listedPage) []sealedRow {
	page.begin(page.cursor, len(rows))
	f.room, f.rows = f.room[:0], f.rows[:0]
	keys := f.tagKeys()
	for _, row := range rows {
		f.kind.PlaceInTree(row, keys)
		begin := len(f.room)
		var err error
		f.room, err = f.sealer.Append(f.room, row)
		meta := row.RowMeta()
		sealed := sealedRow{Entry: meta.Entry(), begin: begin, end: len(f.room)}
		if err != nil {
			sealed.Hash = resource.Hash{}
			sealed.problem = &staged.Item{Entry: resource.Entry{UID: meta.UID}, NativeID: meta.NativeID, Problem: shortText(err)}
		}
		f.rows = append(f.rows, sealed)
		if earlier, repeated := page.add(sealed.Entry); repeated {
			f.pair(earlier, len(f.rows)-1, meta.NativeID)
		}
	}
	return f.rows
}

// pair looks at two rows of a page that have one id. No move of a listing explains
// that: either one resource is listed twice, or two resources have the id, and nobody
// knows which one is meant.
func (f *fetch) pair(earlier, later int, nativeID string) {
	first, second := &f.rows[earlier], &f.rows[later]
	switch {
	case second.problem != nil, first.problem != nil && !first.twofold:
		return // one of them is told
	case first.Hash != second.Hash:
		first.twofold = true
		first.problem = &staged.Item{Entry: resource.Entry{UID: first.UID}, NativeID: nativeID, Problem: shortText(errors.New(twofoldText(nativeID)))}
	}
	second.repeats = true
}

// standsStill says that the latest page repeats the page before, or the first one, as a
// whole. So answers an API that ignores the offset, at least beyond some number. The
// last page of a listing that moved may have nothing but repeats too, but it has fewer
// rows.
func (f *fetch) standsStill(page cloud.Page) bool {
	rows := int64(len(page.Rows))
	if page.Total == 0 || rows == 0 || f.before == nil || len(page.Problems) > 0 {
		return false
	}
	return (f.before.hasAll(f.rows) || f.first.hasAll(f.rows)) &&
		(len(page.Rows) >= len(f.before.entries) || f.listed()+page.Others+rows > page.Total)
}

func (f *fetch) addRows(rows []sealedRow) {
	for i := range rows {
		row := &rows[i]
		switch {
		case row.repeats:
			f.Twice++
		case row.problem != nil:
			f.Unusable++
			f.chunk.Add(*row.problem)
		default:
			f.Digest.Add(row.Entry)
			f.chunk.Add(staged.Item{Entry: row.Entry, Row: f.room[row.begin:row.end]})
		}
	}
}

// tagKeys are those that place a host in the service tree.
func (f *fetch) tagKeys() resource.TagKeys {
	keys := f.deps.TagKeys
	if provider, says := f.client.(cloud.Caseless); says {
		keys.Caseless = provider.HasCaselessTags()
	}
	return keys
}

// checkpoint stages a full chunk, or what there is when the worker stops. It is
// called between pages, so a checkpoint never cuts one in two.
func (f *fetch) checkpoint(ctx context.Context) error {
	stops := f.at.workerStops()
	if !stops && f.chunk.Size() < chunkBytes && f.chunk.IndexSize() < f.deps.Store.IndexBytes() {
		return nil
	}
	if err := f.stage(ctx); err != nil {
		return err
	}
	f.at.save(f.progress)
	if stops {
		return errWorkerStops
	}
	return nil
}

func (f *fetch) stage(ctx context.Context) error {
	if f.chunk.Len() == 0 {
		return nil
	}
	if err := f.readStored(ctx); err != nil {
		return err
	}
	f.Staged = slices.Clone(f.Staged) // the beats read the one in the checkpoint
	last := len(f.Staged) - 1
	if last < 0 || f.Staged[last].Writer != f.writer {
		f.Staged = append(f.Staged, store.Segment{Writer: f.writer})
		last++
	}
	if err := f.deps.Store.PutChunk(ctx, f.in.lease(), f.writer, f.Staged[last].Chunks, f.chunk); err != nil {
		return err
	}
	f.Staged[last].Chunks++
	f.nextChunk()
	return nil
}

// readStored reads the inventory's entries, if they were not handed over.
func (f *fetch) readStored(ctx context.Context) error {
	if f.read.known() || f.in.Scope.Local.Count == 0 {
		return nil
	}
	at := time.Now()
	stored, err := f.deps.Store.LoadScope(ctx, f.kind, f.in.Scope.ID, f.in.Scope.Local.Count)
	if err != nil {
		return err
	}
	f.read = readEntries{Stored: stored, at: at}
	f.settleChunk()
	return nil
}

// checkComplete compares what was listed of a list with what was announced. A listing that
// was cut short is begun again by the next attempt. The comparison, which knows what pages
// repeated, checks once more.
func (f *fetch) checkComplete() error {
	if _, usable := f.missing(f.listed(), f.listed()); usable {
		return nil
	}
	err := incomplete(f.in.Scope.Place(), f.listed(), f.Announced)
	f.startOver()
	return err
}

func (f *fetch) badAnswer(what string) error {
	return &cloud.Error{Class: cloud.BadAnswer, Doing: "list " + f.in.Scope.Place(), Err: errors.New(what)}
}

func (f *fetch) finish(ctx context.Context) (FetchCloudOut, error) {
	unchanged := f.Digest == f.in.Scope.Local && f.Unusable == 0
	if !unchanged {
		if err := f.stage(ctx); err != nil {
			return FetchCloudOut{}, err
		}
	}
	return FetchCloudOut{
		Unchanged: unchanged, Listed: f.Listed, Announced: max(0, f.Ended.announced()-f.Others), Moves: f.Ended.Moves, Twice: f.Twice,
		Digest: f.Digest, Unusable: f.Unusable, Staged: f.Staged,
	}, nil
}
