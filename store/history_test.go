package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// calendar is a store whose present the test sets.
type calendar struct {
	*bundle
	now     time.Time
	writers int
}

func newCalendar(t *testing.T) *calendar {
	t.Helper()
	c := &calendar{now: time.Date(2025, 1, 2, 3, 0, 0, 123456000, time.UTC)}
	dsn := storetest.NewMigrated(t)
	clock := func() time.Time { return c.now }
	s, err := store.Open(t.Context(), dsn, store.Options{Now: clock, ServerNow: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	c.bundle = &bundle{Store: s, dsn: dsn}
	c.claim(t, "run-1")
	return c
}

// then applies an operation a minute later than the last one, and returns when.
func (c *calendar) then(t *testing.T, op diff.Op, rows ...resource.Row) time.Time {
	t.Helper()
	c.now = c.now.Add(time.Minute)
	c.writers++
	counts := c.put(t, op, c.writers, rows...)
	require.EqualValues(t, len(rows), counts.Applied)
	return c.now
}

func (c *calendar) changes(t *testing.T, filter store.ChangeFilter) []store.Change {
	t.Helper()
	if filter.Limit == 0 {
		filter.Limit = 100
	}
	changes, err := c.Changes(t.Context(), filter)
	require.NoError(t, err)
	return changes
}

// told shows changes in few words.
func told(changes []store.Change) []string {
	words := make([]string, len(changes))
	for i, change := range changes {
		words[i] = fmt.Sprintf("%s %s", change.Op, change.NativeID)
	}
	return words
}

func called(id, name string) *resource.Host {
	return host(id, func(h *resource.Host) { h.Name = name })
}

var (
	hostsAndDisks = []*resource.Kind{resource.HostKind, resource.DiskKind}
	disks         = []*resource.Kind{resource.DiskKind}
)

func TestChangesByEachFilter(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	first := c.then(t, diff.Add, called("i-1", "web"), called("i-2", "db"))
	c.claim(t, "run-2")
	second := c.then(t, diff.Modify, called("i-1", `we<b "1"`))
	third := c.then(t, diff.Delete, called("i-2", "db"))
	c.claim(t, "other-3")
	c.then(t, diff.Add, called("i-2", "web"))
	all := []string{"add i-2", "delete i-2", "modify i-1", "add i-2", "add i-1"}
	uid := hostScope.UID("i-1")

	for name, test := range map[string]struct {
		filter store.ChangeFilter
		want   []string
	}{
		"none":             {store.ChangeFilter{}, all},
		"kind":             {store.ChangeFilter{Kinds: hostsAndDisks}, all},
		"another kind":     {store.ChangeFilter{Kinds: disks}, nil},
		"uid":              {store.ChangeFilter{UID: uid}, []string{"modify i-1", "add i-1"}},
		"native id":        {store.ChangeFilter{NativeID: "i-2"}, []string{"add i-2", "delete i-2", "add i-2"}},
		"unknown id":       {store.ChangeFilter{NativeID: "i-3"}, nil},
		"uid and id":       {store.ChangeFilter{UID: uid, NativeID: "i-2"}, nil},
		"id, other kind":   {store.ChangeFilter{NativeID: "i-2", Kinds: disks}, nil},
		"run":              {store.ChangeFilter{RunID: "run-2"}, []string{"delete i-2", "modify i-1"}},
		"run's beginning":  {store.ChangeFilter{RunID: "oth"}, []string{"add i-2"}},
		"unknown run":      {store.ChangeFilter{RunID: "zzz"}, nil},
		"odd run":          {store.ChangeFilter{RunID: "数"}, nil},
		"run and id":       {store.ChangeFilter{RunID: "run-2", NativeID: "i-2"}, []string{"delete i-2"}},
		"scope":            {store.ChangeFilter{Provider: "mock", Account: "demo", Region: "beijing"}, all},
		"region":           {store.ChangeFilter{Region: "beijing"}, all},
		"unknown region":   {store.ChangeFilter{Region: "mars"}, nil},
		"id in the region": {store.ChangeFilter{NativeID: "i-1", Region: "mars"}, nil},
		"since":            {store.ChangeFilter{Since: third}, []string{"add i-2", "delete i-2"}},
		"until":            {store.ChangeFilter{Until: first}, []string{"add i-2", "add i-1"}},
		"between":          {store.ChangeFilter{Since: second, Until: second}, []string{"modify i-1"}},
		"just after":       {store.ChangeFilter{Since: second.Add(time.Microsecond), Until: third}, []string{"delete i-2"}},
		"operations":       {store.ChangeFilter{Ops: []diff.Op{diff.Modify, diff.Delete}}, []string{"delete i-2", "modify i-1"}},
		"field":            {store.ChangeFilter{Field: "name"}, []string{"modify i-1"}},
		"another field":    {store.ChangeFilter{Field: "status"}, nil},
		"limit":            {store.ChangeFilter{Limit: 2}, all[:2]},
		"name now":         {store.ChangeFilter{Name: `we<b "1"`, Kinds: hostsAndDisks}, []string{"modify i-1", "add i-1"}},
		"name then":        {store.ChangeFilter{Name: "db"}, []string{"add i-2", "delete i-2", "add i-2"}},
		"name of two":      {store.ChangeFilter{Name: "web", Kinds: hostsAndDisks}, all},
		"name in scope":    {store.ChangeFilter{Name: "web", Region: "mars", Kinds: hostsAndDisks}, nil},
		"unknown name":     {store.ChangeFilter{Name: "WEB", Kinds: hostsAndDisks}, nil},
		"name and id":      {store.ChangeFilter{Name: "web", NativeID: "i-1", Kinds: hostsAndDisks}, []string{"modify i-1", "add i-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			changes := c.changes(t, test.filter)
			if test.want == nil {
				require.Empty(t, changes)
				return
			}
			require.Equal(t, test.want, told(changes))
		})
	}
	newest := c.changes(t, store.ChangeFilter{})
	require.Equal(t, []string{"modify i-1", "add i-2", "add i-1"}, told(c.changes(t, store.ChangeFilter{Before: newest[1].ID})))
}

func TestChangeSaysWhereAndWho(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "web"))
	at := c.then(t, diff.Modify, called("i-1", "db"))
	change := c.changes(t, store.ChangeFilter{})[0]
	require.Equal(t, store.Change{
		ID: change.ID, Kind: "resource_host", UID: hostScope.UID("i-1"), NativeID: "i-1", ScopeID: c.lease.ScopeID,
		RunID: "run-1", Op: diff.Modify, ChangedAt: at,
		Fields:   []resource.FieldChange{{Field: "name", Old: json.RawMessage(`"web"`), New: json.RawMessage(`"db"`)}},
		Provider: "mock", Account: "demo", Region: "beijing", RunNumber: c.run.Number,
	}, change)
}

func TestAmbiguousRunIsNamed(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "web"))
	c.claim(t, "run-12")
	c.then(t, diff.Add, called("i-2", "web"))
	_, err := c.Changes(t.Context(), store.ChangeFilter{RunID: "run", Limit: 1})
	require.EqualError(t, err, `read the history: the changes of several runs begin with "run", such as run-1 and run-12: write more of the id`)
	require.Equal(t, []string{"add i-1"}, told(c.changes(t, store.ChangeFilter{RunID: "run-1"})), "a whole id is no beginning")
}

// The same native id in two regions is two resources.
func TestNativeIDInTwoScopes(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "web"))
	_, err := storetest.Connect(t, c.dsn).Exec(`INSERT INTO sync_scope (kind, provider, account, region, created_at)
		VALUES ('resource_host', 'mock', 'demo', 'shanghai', NOW())`)
	require.NoError(t, err)
	there := resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "shanghai"}.UID("i-1")
	_, err = storetest.Connect(t, c.dsn).Exec(`INSERT INTO resource_change (kind, uid, native_id, scope_id, run_id, op, changed_at)
		SELECT kind, ?, 'i-1', id, 'run-1', 'add', NOW() FROM sync_scope WHERE region = 'shanghai'`, there[:])
	require.NoError(t, err)

	changes := c.changes(t, store.ChangeFilter{NativeID: "i-1"})
	require.Equal(t, []string{"shanghai", "beijing"}, []string{changes[0].Region, changes[1].Region})
	changes = c.changes(t, store.ChangeFilter{NativeID: "i-1", Region: "shanghai"})
	require.Len(t, changes, 1)
	require.Equal(t, there, changes[0].UID)
}

// Times that disagree with ids, as those of workers with other clocks and of long
// transactions do.
func TestChangesByTimeInDisorder(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	random := rand.New(rand.NewPCG(1, 2))
	db := storetest.Connect(t, c.dsn)
	var times []time.Time
	for i := range 300 {
		at := c.now.Add(time.Duration(i)*10*time.Minute + time.Duration(random.Int64N(int64(55*time.Minute)))).Truncate(time.Microsecond)
		times = append(times, at)
		uid := hostScope.UID(fmt.Sprint(i))
		_, err := db.Exec(`INSERT INTO resource_change (id, kind, uid, native_id, scope_id, run_id, op, changed_at)
			VALUES (?, 'resource_host', ?, ?, 1, 'run-1', 'add', ?)`, 3*i+5, uid[:], fmt.Sprint(i), at)
		require.NoError(t, err)
	}
	for range 50 {
		since, until := times[random.IntN(300)], times[random.IntN(300)]
		var want []string
		for i, at := range times {
			if !at.Before(since) && !at.After(until) {
				want = append([]string{fmt.Sprintf("add %d", i)}, want...)
			}
		}
		require.Equal(t, append([]string{}, want...), told(c.changes(t, store.ChangeFilter{Since: since, Until: until, Limit: 1000})))
	}
}

func TestChangesOfAnEmptyHistory(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	require.Empty(t, c.changes(t, store.ChangeFilter{Since: c.now, Until: c.now, RunID: "r", Name: "n", NativeID: "i"}))
	require.Empty(t, c.changes(t, store.ChangeFilter{Since: c.now, Until: c.now}))
}
