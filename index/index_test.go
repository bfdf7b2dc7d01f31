package index_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cloudsync/diff"
	"cloudsync/index"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// kinds have all that a kind can have or lack.
var kinds = []*resource.Kind{
	resource.HostKind, resource.PublicIPKind, resource.LoadBalancerKind, resource.DatabaseKind, resource.SubnetKind, resource.CertificateKind,
}

// bundle is an index of a database of its own.
type bundle struct {
	*index.Index
	store *store.Store
	dsn   string
	db    *sql.DB
	rng   *rand.Rand
	runs  int
}

// setup returns an index that follows its tables until the test ends. Segments are small, so
// that there are several.
func setup(t *testing.T, opts index.Options) *bundle {
	t.Helper()
	dsn := storetest.NewDatabase(t)
	b := &bundle{store: storetest.OpenDSN(t, dsn), dsn: dsn, db: storetest.Connect(t, dsn), rng: rand.New(rand.NewPCG(seed(t), 0))}
	_, err := b.store.Migrate(t.Context())
	require.NoError(t, err)
	if opts.SegmentRows == 0 {
		opts.SegmentRows = 40
	}
	opts.Every = 20 * time.Millisecond
	b.Index = index.New(b.store, kinds, opts)
	ctx, cancel := context.WithCancel(t.Context())
	var running errgroup.Group
	running.Go(func() error { return b.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		require.NoError(t, running.Wait())
	})
	return b
}

// seed is the seed of the random tests, see CONTRIBUTING.md.
func seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("CLOUDSYNC_TEST_SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	return seed
}

// apply has a run apply an operation.
func (b *bundle) apply(t *testing.T, kind *resource.Kind, op diff.Op, rows []resource.Row) (runID string) {
	t.Helper()
	b.runs++
	runID = fmt.Sprintf("run-%d", b.runs)
	inventorytest.Apply(t, b.store, runID, kind, op, rows)
	return runID
}

// fresh waits until the index has all that the tables have.
func (b *bundle) fresh(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, b.WaitFresh(ctx, time.Now()))
}

// requireEqual asks n random questions of an index that is fresh, about some kinds or all.
func (b *bundle) requireEqual(t *testing.T, n int, some ...*resource.Kind) {
	t.Helper()
	if len(some) == 0 {
		some = kinds
	}
	b.fresh(t)
	inventorytest.Check(t, b.rng, b, inventorytest.Stored(t, b.store, some), some, time.Time{}, n)
}

func (b *bundle) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := b.db.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

func TestTheIndexAnswersAsANaiveFilter(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	for _, kind := range kinds {
		rows := inventorytest.RandomRows(b.rng, kind, 120)
		b.apply(t, kind, diff.Add, rows)
		b.apply(t, kind, diff.Modify, inventorytest.Changed(b.rng, kind, rows[:50]))
		b.apply(t, kind, diff.Delete, rows[80:])
	}
	b.requireEqual(t, 100)
}

func TestAQuestionBeforeTheIndexIsLoaded(t *testing.T) {
	t.Parallel()
	x := index.New(storetest.Open(t), kinds, index.Options{})
	scope := inventory.Scope{Kinds: kinds}
	_, err := x.Find(t.Context(), inventory.Find{Scope: scope, Limit: 1})
	require.ErrorIs(t, err, inventory.ErrNotLoaded)
	_, err = x.Count(t.Context(), inventory.Count{Scope: scope})
	require.ErrorIs(t, err, inventory.ErrNotLoaded)
	require.False(t, x.State().Loaded())
	require.True(t, x.State().AsOf.IsZero())
}

// Over random runs with additions, modifications, deletions, restores, prunes, repairs, rows
// that are removed by hand and retention, the index stays equal to the tables, while others ask it.
func TestTheIndexStaysEqualOverRandomRuns(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var asking errgroup.Group
	asking.Go(func() error { return askOn(ctx, b.Index) })
	life := &life{bundle: b, stored: map[*resource.Kind]map[string]resource.Row{}}
	for _, kind := range kinds {
		life.stored[kind] = map[string]resource.Row{}
	}
	all := []string{"add", "modify", "delete", "restore", "prune", "repair", "by hand", "retention"}
	isMissing := func(what string) bool { return life.did[what] == 0 }
	runs := 200
	if testing.Short() { // until each has happened
		runs = 50
	}
	for n := 0; n < runs || n < 200 && slices.ContainsFunc(all, isMissing); n++ {
		b.requireEqual(t, 2, life.step(t))
	}
	b.requireEqual(t, 20)
	cancel()
	require.NoError(t, asking.Wait())
	require.False(t, slices.ContainsFunc(all, isMissing), life.did)
}

// askOn asks until ctx ends: each answer is of one moment.
func askOn(ctx context.Context, x *index.Index) error {
	often := time.NewTicker(5 * time.Millisecond)
	defer often.Stop()
	for ctx.Err() == nil {
		<-often.C
		counts, err := x.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: kinds[:1]}, By: []string{"region"}})
		if err != nil {
			continue // not loaded yet, or over
		}
		sum := int64(0)
		for _, group := range counts.Groups {
			sum += group.Rows
		}
		if sum != counts.Total {
			return fmt.Errorf("%d rows in all, %d in groups", counts.Total, sum)
		}
	}
	return nil
}

// life is what happens to an inventory.
type life struct {
	*bundle
	stored    map[*resource.Kind]map[string]resource.Row // by uid
	deletions []string                                   // runs
	did       map[string]int
}

// some are about n of the rows that a kind has.
func (l *life) some(kind *resource.Kind, n int) (rows []resource.Row) {
	uids := make([]string, 0, len(l.stored[kind]))
	for uid := range l.stored[kind] {
		uids = append(uids, uid)
	}
	slices.Sort(uids)
	l.rng.Shuffle(len(uids), func(i, j int) { uids[i], uids[j] = uids[j], uids[i] })
	for _, uid := range uids[:min(n, len(uids))] {
		rows = append(rows, l.stored[kind][uid])
	}
	return rows
}

// step does something to a kind.
func (l *life) step(t *testing.T) (kind *resource.Kind) {
	t.Helper()
	kind = kinds[l.rng.IntN(len(kinds))]
	what := []string{"add", "add", "modify", "modify", "delete", "restore", "prune", "repair", "by hand", "retention"}[l.rng.IntN(10)]
	if l.did == nil {
		l.did = map[string]int{}
	}
	l.did[what]++
	some := l.some(kind, 1+l.rng.IntN(30))
	switch what {
	case "add":
		l.put(t, kind, diff.Add, inventorytest.RandomRows(l.rng, kind, 1+l.rng.IntN(60)))
	case "modify":
		l.put(t, kind, diff.Modify, inventorytest.Changed(l.rng, kind, some))
	case "delete":
		l.deletions = append(l.deletions, l.apply(t, kind, diff.Delete, some))
		for _, row := range some {
			delete(l.stored[kind], row.RowMeta().UID.String())
		}
	case "restore":
		l.restore(t, kind)
	case "prune":
		l.prune(t, kind, some)
	case "repair":
		l.repair(t, kind, some)
	case "by hand":
		for _, row := range some[:min(1, len(some))] {
			uid := row.RowMeta().UID
			l.exec(t, "DELETE FROM "+kind.Name()+" WHERE uid = ?", uid[:])
			delete(l.stored[kind], uid.String())
			l.rehash(t, kind) // only a comparison finds it
		}
	case "retention":
		_, err := l.store.ExpireChanges(t.Context(), time.Now().Add(-time.Duration(l.rng.IntN(2))*time.Second))
		require.NoError(t, err)
	}
	return kind
}

func (l *life) put(t *testing.T, kind *resource.Kind, op diff.Op, rows []resource.Row) {
	t.Helper()
	l.apply(t, kind, op, rows)
	for _, row := range rows {
		l.stored[kind][row.RowMeta().UID.String()] = row
	}
}

// restore puts rows back that a run deleted.
func (l *life) restore(t *testing.T, kind *resource.Kind) {
	t.Helper()
	if len(l.deletions) == 0 {
		return
	}
	l.runs++
	deleted := store.Deleted{Kind: kind, RunID: l.deletions[l.rng.IntN(len(l.deletions))]}
	_, err := l.store.Restore(t.Context(), deleted, store.RestoreOrder{RunID: fmt.Sprintf("restore-%d", l.runs), By: "test"}, func(store.RestoreCounts) {})
	require.NoError(t, err)
	for _, row := range inventorytest.Stored(t, l.store, []*resource.Kind{kind}) {
		l.stored[kind][row.Row.RowMeta().UID.String()] = row.Row
	}
}

// prune deletes all rows of a scope that one of the rows is of.
func (l *life) prune(t *testing.T, kind *resource.Kind, rows []resource.Row) {
	t.Helper()
	if len(rows) == 0 {
		return
	}
	l.runs++
	scope := inventorytest.ScopeOf(kind, rows[0])
	ref, err := l.store.BeginRun(t.Context(), store.Run{RunID: fmt.Sprintf("prune-%d", l.runs), Kind: kind.Name(), StartedAt: time.Now()})
	require.NoError(t, err)
	ids, err := l.store.EnsureScopes(t.Context(), kind.Name(), []resource.Scope{scope})
	require.NoError(t, err)
	claims, err := l.store.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	seen, err := l.store.LastChange(t.Context(), claims[0].Lease)
	require.NoError(t, err)
	pruned, err := l.store.PruneBatch(t.Context(), kind, store.Pruning{Lease: claims[0].Lease, Scope: scope, Seen: seen}, nil)
	require.NoError(t, err)
	require.Nil(t, pruned.Last)
	for uid, row := range l.stored[kind] {
		if inventorytest.ScopeOf(kind, row) == scope {
			delete(l.stored[kind], uid)
		}
	}
}

// repair marks rows that somebody edited, and a run rewrites them.
func (l *life) repair(t *testing.T, kind *resource.Kind, rows []resource.Row) {
	t.Helper()
	for _, row := range rows[:min(3, len(rows))] {
		meta := row.RowMeta()
		l.exec(t, "UPDATE "+kind.Name()+" SET name = 'edited' WHERE uid = ?", meta.UID[:])
		drift := store.Drift{RunID: "verify", UID: meta.UID, Hash: meta.Hash, NativeID: meta.NativeID, Reason: "edited"}
		_, err := l.store.RecordDrift(t.Context(), kind, []store.Drift{drift}, true)
		require.NoError(t, err)
	}
	l.rehash(t, kind)
	l.requireEqual(t, 1, kind)
	l.put(t, kind, diff.Modify, rows[:min(3, len(rows))])
}

// rehash records a run that rewrote hashes, of which the history has no changes.
func (l *life) rehash(t *testing.T, kind *resource.Kind) {
	t.Helper()
	l.runs++
	l.exec(t, "INSERT INTO sync_run (run_id, kind, workflow_id, outcome, started_at, finished_at, rehashed) VALUES (?, ?, '', 'ok', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1)",
		fmt.Sprintf("rehash-%d", l.runs), kind.Name())
	l.settle(t, kind)
}

// settle waits until a comparison that is due has been made: one step finds that it is due,
// the next ones wait for it, and what differs is read again.
func (l *life) settle(t *testing.T, kind *resource.Kind) {
	t.Helper()
	require.Eventually(t, func() bool {
		l.fresh(t)
		return slices.Equal(l.uids(t, kind), l.indexed(t, kind))
	}, time.Minute, time.Millisecond)
}

func (l *life) uids(t *testing.T, kind *resource.Kind) (texts []string) {
	t.Helper()
	for _, row := range inventorytest.Stored(t, l.store, []*resource.Kind{kind}) {
		texts = append(texts, row.Row.RowMeta().UID.String()+" "+name(row.Row, kind))
	}
	return texts
}

func name(row resource.Row, kind *resource.Kind) string {
	return fmt.Sprint(query.Values(query.SchemaOf(kind), row, "name"))
}

// indexed are the uids and names that the index has.
func (l *life) indexed(t *testing.T, kind *resource.Kind) (texts []string) {
	t.Helper()
	counts, err := l.Count(t.Context(), inventory.Count{Scope: inventory.Scope{Kinds: []*resource.Kind{kind}}, By: []string{"uid", "name"}})
	require.NoError(t, err)
	for _, group := range counts.Groups {
		texts = append(texts, group.Values[0]+" "+fmt.Sprint(slices.DeleteFunc([]string{group.Values[1]}, func(s string) bool { return s == "" })))
	}
	slices.Sort(texts)
	return texts
}

// Combinations of a few lists can be more than there is memory for, and take longer than there
// is time.
func TestACountOfTooManyGroups(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 1)
	host, ok := rows[0].(*resource.Host)
	require.True(t, ok)
	host.PrivateIPs = nil
	for i := range 40 {
		host.PrivateIPs = append(host.PrivateIPs, fmt.Sprintf("10.0.0.%d", i+1))
	}
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	scope := inventory.Scope{Kinds: kinds[:1]}
	for _, reader := range []inventory.Reader{b, inventory.FromTables(b.store)} {
		_, err := reader.Count(t.Context(), inventory.Count{Scope: scope, By: slices.Repeat([]string{"private_ips"}, 4), Limit: 1})
		require.ErrorIs(t, err, inventory.ErrTooManyGroups)
		counts, err := reader.Count(t.Context(), inventory.Count{Scope: scope, By: slices.Repeat([]string{"private_ips"}, 2), Limit: 1})
		require.NoError(t, err)
		require.Equal(t, 40*40-1, counts.Others)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := b.Count(ctx, inventory.Count{Scope: scope, By: slices.Repeat([]string{"private_ips"}, 5)})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// Others discover resources by the labels that queries have, and nothing while the index is not
// up to date.
func TestLabelsOfRows(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	b.apply(t, resource.HostKind, diff.Add, inventorytest.RandomRows(b.rng, resource.HostKind, 100))
	b.fresh(t)
	scope := inventory.Scope{Kinds: kinds[:1]}
	schema := query.SchemaOf(resource.HostKind)
	want := map[string][]string{} // by uid: LABEL=VALUE
	require.NoError(t, inventory.FromTables(b.store).Each(t.Context(), scope, func(found inventory.Found) error {
		uid := found.Row.RowMeta().UID.String()
		want[uid] = append(want[uid], "uid="+uid)
		resource.HostKind.EachText(found.Row, func(column int, key, text string) {
			label := schema.Columns[column].Name
			if schema.Columns[column].Type == resource.MapColumn {
				label = query.TagPrefix + key
			}
			value := label + "=" + text
			if text != "" && !slices.Contains(want[uid], value) { // a tag without a value is none
				want[uid] = append(want[uid], value)
			}
		})
		return nil
	}))
	seen := 0
	require.NoError(t, b.EachLabels(t.Context(), scope, func(kind *resource.Kind, labels *index.Labels) error {
		require.Equal(t, resource.HostKind, kind)
		var got []string
		labels.Each(func(label, value string) { got = append(got, label+"="+value) })
		seen++
		require.ElementsMatch(t, want[strings.TrimPrefix(got[0], "uid=")], got)
		return nil
	}))
	require.Len(t, want, seen)

	none := func(*resource.Kind, *index.Labels) error { return errors.New("there is one") }
	require.ErrorIs(t, index.New(b.store, kinds, index.Options{}).EachLabels(t.Context(), scope, none), inventory.ErrNotLoaded)
	b.exec(t, "RENAME TABLE resource_change TO away")
	require.Eventually(t, func() bool { return b.State().Problem != "" }, time.Minute, time.Millisecond)
	require.ErrorContains(t, b.EachLabels(t.Context(), scope, none), "the index is not up to date since 2")
}
