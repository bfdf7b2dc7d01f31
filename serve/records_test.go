package serve_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// scopesOf registers scopes of hosts, one in each region of an account.
func scopesOf(t *testing.T, s *store.Store, accounts, regions int) []int64 {
	t.Helper()
	var scopes []resource.Scope
	for account := range accounts {
		for region := range regions {
			scopes = append(scopes, resource.Scope{Kind: "resource_host", Provider: "mock", Account: fmt.Sprintf("a%02d", account), Region: fmt.Sprintf("r%02d", region)})
		}
	}
	ids, err := s.EnsureScopes(t.Context(), "resource_host", scopes)
	require.NoError(t, err)
	return ids
}

// clock is a time that a test sets.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func TestGaugesOfScopesAreBounded(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	scopesOf(t, s, 4, 5)
	var ahead clock
	opts := options(s)
	opts.Now, opts.ScopeGauges = ahead.now, 3
	r := start(t, opts)

	require.Len(t, metrics(t, r.url, "cloudsync_scope_complete_age_seconds"), 10)
	accounts := metrics(t, r.url, "cloudsync_scope_complete_max_age_seconds")
	require.Len(t, accounts, 3)
	require.Equal(t, map[string]float64{"": 1}, metrics(t, r.url, "cloudsync_scope_complete_max_age_left_off"))
	require.Equal(t, map[string]float64{
		"resource_host|none": 20, "resource_host|ok": 0, "resource_host|unchanged": 0, "resource_host|partial": 0, "resource_host|held": 0, "resource_host|failed": 0,
	}, metrics(t, r.url, "cloudsync_scopes"))

	// The ages go on although MySQL is not asked again.
	ahead.ahead.Store(int64(30 * time.Second))
	for account, age := range metrics(t, r.url, "cloudsync_scope_complete_max_age_seconds") {
		require.Greater(t, age, accounts[account]+29)
	}
}

func TestGaugesOfHoldsAndRuns(t *testing.T) {
	t.Parallel()
	rows := hosts("inf||", "inf||")
	s := open(t, rows...)
	began := time.Now().Add(-time.Hour).UTC()
	inventorytest.Hold(t, s, store.Run{RunID: "holds", WorkflowID: "w", StartedAt: began}, resource.HostKind, rows[:1], 2, "too many")
	_, err := s.BeginRun(t.Context(), store.Run{RunID: "at work", WorkflowID: "w", Kind: "resource_disk", StartedAt: began})
	require.NoError(t, err)
	var ahead clock
	ahead.ahead.Store(int64(2 * time.Hour))
	opts := options(s)
	opts.Now = ahead.now
	r := start(t, opts)
	for family, want := range map[string]float64{"cloudsync_holds": 1, "cloudsync_held_rows": 1, "cloudsync_holds_unconfirmed": 0} {
		require.InDelta(t, want, metrics(t, r.url, family)["resource_host"], 0, family)
		require.Len(t, metrics(t, r.url, family), len(resource.Standard().Names()), "kinds without a hold have 0")
	}
	require.InDelta(t, 7200, metrics(t, r.url, "cloudsync_hold_oldest_age_seconds")["resource_host"], 60)
	require.InDelta(t, 0, metrics(t, r.url, "cloudsync_hold_oldest_age_seconds")["resource_disk"], 0)
	require.Equal(t, map[string]float64{
		"resource_host|held": 1, "resource_host|ok": 0, "resource_host|unchanged": 0, "resource_host|partial": 0, "resource_host|failed": 0,
	}, metrics(t, r.url, "cloudsync_newest_run_outcome"), "what is at work has none")
	ages := metrics(t, r.url, "cloudsync_newest_run_age_seconds")
	require.InDelta(t, 3*3600, ages["resource_host"], 60)
	require.InDelta(t, 3*3600, ages["resource_disk"], 60)
}

func TestRecordsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.NewDatabase(t), store.Options{})
	require.NoError(t, err)
	r := start(t, options(s))
	require.NoError(t, s.Close())
	require.Equal(t, map[string]float64{"": 0}, metrics(t, r.url, "cloudsync_records_up"))
	require.Empty(t, metrics(t, r.url, "cloudsync_holds"))
}

func TestRowsByAccount(t *testing.T) {
	t.Parallel()
	opts := options(open(t, hosts("", "", "")...))
	r := start(t, opts)
	require.Equal(t, map[string]float64{"prod|resource_host|mock": 3}, metrics(t, r.url, "cloudsync_inventory_rows"))
	require.Equal(t, map[string]float64{"": 0}, metrics(t, r.url, "cloudsync_inventory_rows_left_off"))
	require.Equal(t, map[string]float64{"": 1}, metrics(t, r.url, "cloudsync_inventory_up"))
}

func TestGaugesOfTemporal(t *testing.T) {
	t.Parallel()
	var asked, away atomic.Int64
	var ahead clock
	opts := options(open(t))
	opts.Now = ahead.now
	opts.Work = func(context.Context) (serve.Work, error) {
		asked.Add(1)
		if away.Load() > 0 {
			return serve.Work{}, errors.New("away")
		}
		return serve.Work{
			Schedules: []serve.Schedule{{Kind: "resource_host", Every: 5 * time.Minute, Paused: true, Changed: ahead.now().Add(-time.Hour)}, {Kind: "of others"}},
			Backlogs:  []serve.Backlog{{Type: "activity", Tasks: 7, Age: time.Minute}}, Workers: 2,
		}, nil
	}
	r := start(t, opts)
	for family, want := range map[string]map[string]float64{
		"cloudsync_temporal_up":                    {"": 1},
		"cloudsync_schedule_interval_seconds":      {"resource_host": 300},
		"cloudsync_schedule_paused":                {"resource_host": 1},
		"cloudsync_schedule_running":               {"resource_host": 0},
		"cloudsync_schedule_stranded":              {"resource_host": 0},
		"cloudsync_task_queue_backlog":             {"activity": 7},
		"cloudsync_task_queue_backlog_age_seconds": {"activity": 60},
		"cloudsync_task_queue_workers":             {"": 2},
	} {
		require.Equal(t, want, metrics(t, r.url, family), family)
	}
	require.EqualValues(t, 1, asked.Load())
	away.Store(1)
	ahead.ahead.Store(int64(time.Minute))
	require.Equal(t, map[string]float64{"": 0}, metrics(t, r.url, "cloudsync_temporal_up"))
	require.Empty(t, metrics(t, r.url, "cloudsync_schedule_paused"))
}

// A server that was started after a schedule was resumed has not seen that. It knows it by the run
// that did not begin when it was due. A schedule that starts none from then on grows old.
func TestAgeOfAScheduleThatWasResumedBefore(t *testing.T) {
	t.Parallel()
	created := time.Now()
	var ahead clock
	ahead.ahead.Store(int64(100*time.Hour + time.Minute))
	opts := options(open(t))
	opts.Now = ahead.now
	opts.Work = func(context.Context) (serve.Work, error) {
		skipped := ahead.now().Add(-time.Minute)
		return serve.Work{Schedules: []serve.Schedule{
			{Kind: "resource_host", Every: time.Hour, Changed: created, Skipped: skipped}, {Kind: "resource_disk", Every: time.Hour, Changed: created},
			{Kind: "resource_image", Every: time.Hour, Changed: skipped.Add(30 * time.Second), Skipped: skipped},
		}}, nil
	}
	r := start(t, opts)
	ages := metrics(t, r.url, "cloudsync_schedule_age_seconds")
	require.InDelta(t, 60, ages["resource_host"], 20)
	require.InDelta(t, 100*3600+60, ages["resource_disk"], 20)
	require.InDelta(t, 30, ages["resource_image"], 20, "changed after that")
	ahead.ahead.Store(int64(103*time.Hour + time.Minute))
	ages = metrics(t, r.url, "cloudsync_schedule_age_seconds")
	require.InDelta(t, 3*3600+60, ages["resource_host"], 20)
}

// A schedule that was resumed is as young as one that was created: its first run is yet to come.
func TestAgeOfASchedule(t *testing.T) {
	t.Parallel()
	created := time.Now()
	var ahead clock
	var paused, away atomic.Bool
	opts := options(open(t))
	opts.Now = ahead.now
	opts.Work = func(context.Context) (serve.Work, error) {
		if away.Load() {
			return serve.Work{}, errors.New("away")
		}
		return serve.Work{Schedules: []serve.Schedule{
			{Kind: "resource_host", Every: time.Hour, Paused: paused.Load(), Changed: created}, {Kind: "resource_disk", Every: time.Hour, Changed: created},
		}}, nil
	}
	r := start(t, opts)
	requireAges := func(hours int, host, disk float64) {
		ahead.ahead.Store(int64(time.Duration(hours) * time.Hour))
		ages := metrics(t, r.url, "cloudsync_schedule_age_seconds")
		require.InDelta(t, host*3600, ages["resource_host"], 300)
		require.InDelta(t, disk*3600, ages["resource_disk"], 300)
	}
	requireAges(1, 1, 1)
	paused.Store(true)
	requireAges(2, 2, 2)
	away.Store(true)
	ahead.ahead.Store(int64(30 * time.Hour))
	require.Empty(t, metrics(t, r.url, "cloudsync_schedule_age_seconds"))
	away.Store(false)
	paused.Store(false)
	requireAges(50, 0, 50)
	requireAges(53, 3, 53)
}
