package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// asOf returns the images of the rows as of a time.
func (c *calendar) asOf(t *testing.T, at time.Time) []string {
	t.Helper()
	images := []string{}
	var last resource.UID
	err := c.AsOf(t.Context(), resource.HostKind, at, func(row resource.Row) error {
		image, err := resource.HostKind.Image(row)
		require.NoError(t, err)
		require.Less(t, last.String(), row.RowMeta().UID.String(), "in the order of uids")
		last = row.RowMeta().UID
		images = append(images, string(image))
		return nil
	})
	require.NoError(t, err)
	c.rowsAsOf(t, at, images)
	return images
}

// rowsAsOf looks whether some resources alone are at a time what they are among all.
func (c *calendar) rowsAsOf(t *testing.T, at time.Time, images []string) {
	t.Helper()
	for i := 1; i <= 3; i++ {
		id := fmt.Sprint("i-", i)
		row, err := c.RowAsOf(t.Context(), resource.HostKind, hostScope.UID(id), at)
		if errors.Is(err, store.ErrNotFound) {
			for _, image := range images {
				require.NotContains(t, image, fmt.Sprintf(`"native_id":%q`, id))
			}
			continue
		}
		require.NoError(t, err)
		image, err := resource.HostKind.Image(row)
		require.NoError(t, err)
		require.Contains(t, images, string(image))
	}
}

// present returns the images of the rows as they are stored.
func (c *calendar) present(t *testing.T) []string {
	t.Helper()
	return c.asOf(t, c.now.Add(24*time.Hour))
}

func TestAsOfUndoesEachOperation(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	before := c.now
	at := map[time.Time][]string{before: {}}
	remember := func(now time.Time) { at[now] = c.present(t) }
	remember(c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"), called("i-3", "c")))
	remember(c.then(t, diff.Modify, called("i-1", "a2")))
	remember(c.then(t, diff.Modify, host("i-1", func(h *resource.Host) { h.Name, h.Tags, h.PublicIPs = "a3", nil, []string{"8.8.8.8"} })))
	deletion := c.now.Add(time.Minute)
	remember(c.then(t, diff.Delete, called("i-2", "b"), called("i-3", "c")))
	remember(c.then(t, diff.Add, called("i-2", "other")))
	remember(c.then(t, diff.Modify, called("i-2", "another")))
	c.now = c.now.Add(time.Minute)
	c.restore(t, store.Deleted{Kind: resource.HostKind, UID: hostScope.UID("i-3")})
	remember(c.now)
	remember(c.then(t, diff.Delete, called("i-2", "another")))

	for now, images := range at {
		require.Equal(t, images, c.asOf(t, now), "as of %s", now)
		require.Equal(t, images, c.asOf(t, now.Add(time.Minute-time.Microsecond)), "until the next change")
	}
	require.Len(t, at[deletion], 1)
	require.Equal(t, at[deletion], c.asOf(t, deletion), "a change at that very time has happened")
	require.Len(t, c.asOf(t, deletion.Add(-time.Microsecond)), 3)
	require.Empty(t, c.asOf(t, before.AddDate(-10, 0, 0)))
}

// Whatever happens to a few resources, in whatever order, over more changes than
// are read at once.
func TestAsOfOfARandomHistory(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	random := rand.New(rand.NewPCG(3, 4))
	stored := map[int]*resource.Host{}
	at := map[time.Time][]string{c.now: {}}
	steps := 120
	if testing.Short() {
		steps = 30
	}
	for step := range steps {
		rows := map[diff.Op][]resource.Row{}
		for id := range 20 {
			present, op := stored[id], diff.Delete
			next := host(fmt.Sprint("i-", id), func(h *resource.Host) { h.Name, h.VCPU = fmt.Sprint("step ", step), random.Int64N(3) })
			switch dice := random.IntN(4); {
			case present == nil && dice == 0:
				op, stored[id] = diff.Add, next
			case present != nil && dice == 1:
				op, stored[id] = diff.Modify, next
			case present != nil && dice == 2:
				next = present
				delete(stored, id)
			default:
				continue
			}
			rows[op] = append(rows[op], next)
		}
		for op, rows := range rows {
			c.then(t, op, rows...)
			at[c.now] = c.present(t)
		}
	}
	for now, images := range at {
		require.Equal(t, images, c.asOf(t, now), "as of %s", now)
	}
}

// A worker whose clock goes before another's: the resource's changes stay in
// their order.
func TestAsOfWithClocksThatDiffer(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	added := c.then(t, diff.Add, called("i-1", "a"))
	atA := c.present(t)
	c.then(t, diff.Modify, called("i-1", "b")) // by the one that goes before
	early := c.now.Add(-30 * time.Second)
	c.now = early.Add(-time.Minute)
	require.Equal(t, early, c.then(t, diff.Modify, called("i-1", "c")))
	atC := c.present(t)
	c.then(t, diff.Modify, called("i-1", "d"))

	require.Equal(t, atA, c.asOf(t, added))
	require.Equal(t, atA, c.asOf(t, early.Add(-time.Microsecond)))
	require.Equal(t, atC, c.asOf(t, early), "and so the modification before it has happened, too")
}

// A restore from an operator's machine whose clock is wrong leaves the past as it
// was.
func TestAsOfAfterARestoreByAWrongClock(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"behind": -10 * time.Minute, "ahead": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.put(t, diff.Add, 1, host("i-1"), host("i-2"))
			b.claim(t, "run-2")
			b.put(t, diff.Delete, 1, host("i-2"))
			between := time.Now().Add(time.Microsecond)
			laptop, err := store.Open(t.Context(), b.dsn, store.Options{Now: func() time.Time { return time.Now().Add(skew) }})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, laptop.Close()) })
			rows := func(at time.Time) (n int) {
				require.NoError(t, b.AsOf(t.Context(), resource.HostKind, at, func(resource.Row) error { n++; return nil }))
				return n
			}
			require.Equal(t, 1, rows(between))
			_, err = laptop.Restore(t.Context(), byRun("run-2"), store.RestoreOrder{RunID: store.NewRestoreID()}, func(store.RestoreCounts) {})
			require.NoError(t, err)
			require.Equal(t, 1, rows(between))
			require.Equal(t, 2, rows(time.Now().Add(time.Minute)), "it happened now")
			require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE updated_at <= UTC_TIMESTAMP(6)"))
		})
	}
}

// A worker's clock that goes before the server's: the restore comes after the
// deletion all the same.
func TestRestoreComesAfterTheDeletion(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"))
	c.claim(t, "run-2")
	deleted := c.then(t, diff.Delete, called("i-1", "a"))
	c.now = c.now.Add(-30 * time.Second)
	require.EqualValues(t, 1, c.restore(t, byRun("run-2")).Restored)
	require.Empty(t, c.asOf(t, deleted))
	require.Len(t, c.asOf(t, deleted.Add(time.Microsecond)), 1)
}

// Ids and times of different resources disagree in the same way.
func TestAsOfInDisorder(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	began := c.now
	c.now = began.Add(50 * time.Minute)
	ahead := c.then(t, diff.Add, called("i-1", "a"))
	c.now = began
	behind := c.then(t, diff.Add, called("i-2", "b"))
	require.Empty(t, c.asOf(t, began))
	require.Len(t, c.asOf(t, behind), 1)
	require.Len(t, c.asOf(t, ahead.Add(-time.Microsecond)), 1)
	require.Len(t, c.asOf(t, ahead), 2)
}

func TestAsOfOverManyPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c := newCalendar(t)
	var rows, renamed []resource.Row
	for i := range 2600 {
		rows = append(rows, called(fmt.Sprintf("i-%04d", i), "old"))
		renamed = append(renamed, called(fmt.Sprintf("i-%04d", i), "new"))
	}
	c.then(t, diff.Add, rows...)
	added := c.now
	before := c.present(t)
	require.Len(t, before, 2600)
	c.then(t, diff.Modify, renamed[100:2500]...)
	c.then(t, diff.Delete, renamed[1000:2100]...)
	c.flap(t, rows[0], 2400)
	require.Equal(t, before, c.asOf(t, added))
	require.Empty(t, c.asOf(t, added.Add(-time.Minute)))
}

// flap records n modifications of one resource that leave it as it was.
func (c *calendar) flap(t *testing.T, row resource.Row, n int) {
	t.Helper()
	_, err := storetest.Connect(t, c.dsn).Exec(`INSERT INTO resource_change (kind, uid, native_id, scope_id, run_id, op, changed_at, fields)
		SELECT kind, ?, native_id, scope_id, run_id, 'modify', ?, '[{"field":"name","old":"old","new":"old"}]'
		FROM resource_change WHERE op = 'add' LIMIT ?`, row.RowMeta().UID[:], c.now.Add(time.Minute), n)
	require.NoError(t, err)
}

// What a sync writes while the rows are read is not of the past, nor is what was
// read before.
func TestAsOfIsOneSnapshot(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	var rows []resource.Row
	for i := range 2200 {
		rows = append(rows, called(fmt.Sprintf("i-%04d", i), "old"))
	}
	// So much later that the first page of changes is the last.
	now := c.then(t, diff.Add, rows...).Add(2 * time.Hour)
	c.now = now
	want := c.present(t)
	seen := 0
	err := c.AsOf(t.Context(), resource.HostKind, now, func(row resource.Row) error {
		if seen == 0 {
			c.then(t, diff.Delete, rows...)
			c.then(t, diff.Add, called("i-new", "new"))
		}
		image, err := resource.HostKind.Image(row)
		require.NoError(t, err)
		require.Equal(t, want[seen], string(image))
		seen++
		return nil
	})
	require.NoError(t, err)
	require.Len(t, want, seen)
	require.Equal(t, want, c.asOf(t, now), "and afterwards")
}

func TestAsOfEnds(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"))
	full := errors.New("disk full")
	shown := 0
	err := c.AsOf(t.Context(), resource.HostKind, c.now, func(resource.Row) error { shown++; return full })
	require.ErrorIs(t, err, full)
	require.Equal(t, 1, shown)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.AsOf(ctx, resource.HostKind, c.now, func(resource.Row) error { return nil }), context.Canceled)
}

func TestAsOfBeforeTheHorizon(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	first := c.then(t, diff.Add, called("i-1", "a"))
	whole, err := c.Horizon(t.Context(), resource.HostKind)
	require.NoError(t, err)
	require.Zero(t, whole)
	_, err = storetest.Connect(t, c.dsn).Exec("INSERT INTO sync_horizon VALUES ('resource_host', ?)", first)
	require.NoError(t, err)

	require.Len(t, c.asOf(t, first), 1)
	err = c.AsOf(t.Context(), resource.HostKind, first.Add(-time.Microsecond), func(resource.Row) error { return nil })
	require.ErrorIs(t, err, store.ErrPruned)
	require.EqualError(t, err, "rebuild resource_host as of 2025-01-02T03:01:00.123455Z: "+
		"the history does not go back that far: choose a time from 2025-01-02T03:01:00.123456Z on")
	require.NoError(t, c.AsOf(t.Context(), resource.DiskKind, first.AddDate(-1, 0, 0), func(resource.Row) error { return nil }), "another kind")
}

// A row that somebody deleted by hand left no image; one that was edited by hand
// is another row until the sync sets it right.
func TestAsOfOfWhatWasDoneByHand(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	now := c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"))
	c.then(t, diff.Modify, called("i-1", "a2"), called("i-2", "b2"))
	db := storetest.Connect(t, c.dsn)
	_, err := db.Exec("DELETE FROM resource_host WHERE native_id = 'i-1'")
	require.NoError(t, err)
	_, err = db.Exec("UPDATE resource_host SET region = 'mars', status = 'odd' WHERE native_id = 'i-2'")
	require.NoError(t, err)
	images := c.asOf(t, now)
	require.Len(t, images, 1)
	require.Contains(t, images[0], `"name":"b"`)
	require.Contains(t, images[0], `"region":"mars"`)
	require.Contains(t, images[0], hostScope.UID("i-2").String())
}

func TestAsOfOfADamagedImage(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	now := c.then(t, diff.Add, called("i-1", "a"))
	c.then(t, diff.Delete, called("i-1", "a"))
	_, err := storetest.Connect(t, c.dsn).Exec(`UPDATE resource_change SET image = '{"vcpu": "four"}' WHERE op = 'delete'`)
	require.NoError(t, err)
	err = c.AsOf(t.Context(), resource.HostKind, now, func(resource.Row) error { return nil })
	require.ErrorContains(t, err, "undo change 2: read image of resource_host : column vcpu")
}
