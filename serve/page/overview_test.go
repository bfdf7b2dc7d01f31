package page_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/starter/schedule"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// hostile is text that nobody should be able to do anything with.
var hostile = "<script>alert(1)</script>\u202e\x1b[31m\"'&{{7*7}}" + strings.Repeat("😀", 40)

// requireHarmless looks whether hostile text came through.
func requireHarmless(t *testing.T, body string) {
	t.Helper()
	require.Contains(t, body, "&lt;script&gt;alert(1)&lt;/script&gt;")
	for _, raw := range []string{"<script>alert", "\u202e", "\x1b"} {
		require.NotContains(t, body, raw)
	}
}

// counted is an inventory that says how many rows it has.
type counted struct {
	*inventory.Tables
	rows int64
}

func (c counted) State() inventory.State {
	return inventory.State{AsOf: now, Kinds: []inventory.KindState{{Kind: "resource_host", Loaded: true, Rows: c.rows, Version: "1"}}}
}

// scheduled is a Desk that has schedules.
type scheduled struct {
	page.Desk
	schedules []schedule.Overview
	err       error
}

func (s scheduled) Schedules(context.Context) ([]schedule.Overview, error) { return s.schedules, s.err }

func hosts(account, region string, n int) (rows []resource.Row) {
	for i := range n {
		rows = append(rows, &resource.Host{
			Meta: resource.Meta{Provider: "mock", Account: account, Region: region, NativeID: fmt.Sprint("i-", i)}, Name: fmt.Sprint("web-", i),
		})
	}
	return rows
}

func TestOverviewOfNothing(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	_, body := open(t, s, func(o *page.Options) { o.Desk = scheduled{} }).get("/")
	require.Contains(t, body, "Nothing is synced yet")
	_, body = open(t, s, func(o *page.Options) {
		o.Desk = scheduled{schedules: []schedule.Overview{{Kind: "resource_host", Every: time.Minute}}}
	}).get("/")
	require.Contains(t, body, "Kinds")
	require.Contains(t, body, "no run yet")
}

func TestOverviewShowsWhatNeedsAPerson(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := hosts("prod", "<b>beijing</b>", 9)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", WorkflowID: "w", StartedAt: now.Add(-time.Hour)}, resource.HostKind, rows[:7], 9, "7 of 9 rows would go "+hostile)
	site := open(t, s, func(o *page.Options) {
		o.Inventory = counted{inventory.FromTables(s), 1234567}
		o.Desk = scheduled{schedules: []schedule.Overview{
			{Kind: "resource_host", Every: time.Minute, Next: now.Add(30 * time.Second)},
			{Kind: "resource_disk", Every: time.Minute, Paused: true, Note: "the cloud is being moved (ada)"},
		}}
	})
	status, body := site.get("/")
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		"7 deletions of host rows are held", fmt.Sprintf(`href="/holds/%d"`, held.ScopeID), "7 of 9 rows would go",
		"host is late", "disk is paused", "the cloud is being moved (ada)", "1\u202f234\u202f567", "in 30s", "9 added, 0 modified, 0 deleted in all",
	} {
		require.Contains(t, body, want)
	}
	requireHarmless(t, body)
	require.Less(t, strings.Index(body, "7 deletions"), strings.Index(body, "host is late"), "the most urgent is first")
}

// What MySQL has is shown while Temporal is away.
func TestOverviewWithoutTemporal(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, hosts("prod", "beijing", 3))
	status, body := open(t, s, func(o *page.Options) { o.Desk = scheduled{err: fmt.Errorf("dial: %w", operate.ErrNoTemporal)} }).get("/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Temporal does not answer")
	require.Contains(t, body, "mock/prod")
}

// hanging is a Desk whose Temporal never answers.
type hanging struct{ page.Desk }

func (hanging) Schedules(ctx context.Context) ([]schedule.Overview, error) {
	<-ctx.Done()
	return nil, fmt.Errorf("list the schedules: %w", context.Cause(ctx))
}

func (hanging) Tasks() []operate.Task { return nil }

// A page waits for Temporal for a moment only, and says who is at fault.
func TestPagesWithoutSchedules(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, hosts("prod", "beijing", 3))
	for want, desk := range map[string]page.Desk{
		"Temporal has not told its schedules yet": hanging{},
		"Temporal answers with an error":          &fakeDesk{err: fmt.Errorf("%w: rpc error: no such namespace", operate.ErrTemporal)},
		"Temporal does not answer":                &fakeDesk{err: operate.ErrNoTemporal},
	} {
		for _, path := range []string{"/", "/kinds/host"} {
			status, body := open(t, s, func(o *page.Options) { o.Desk = desk }).get(path)
			require.Equal(t, http.StatusOK, status, path)
			require.Contains(t, body, want, path)
			require.NotContains(t, body, "rpc error", path)
		}
	}
	site := open(t, s, func(o *page.Options) {
		o.Desk = &fakeDesk{lookErr: fmt.Errorf("%w: rpc error: no such namespace", operate.ErrTemporal)}
	})
	status, body := site.get("/plans/w/r")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "Temporal answers with an error")
	require.NotContains(t, body, "rpc error")
}
