package mock_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

// faulty is a cloud of one region with 100 hosts on ten pages.
func faulty(faults ...mock.Fault) *mock.Cloud {
	return mock.New(mock.Settings{Hosts: mock.ExactHosts(100), Churn: 0.1, PageSize: 10, Faults: faults}, []string{"beijing"})
}

// manyPages is a cloud of one region with so many hosts and so small pages that all kinds
// have several pages, but for the one network.
func manyPages(faults ...mock.Fault) *mock.Cloud {
	return mock.New(mock.Settings{Hosts: mock.ExactHosts(300), Churn: 0.1, PageSize: 2, Faults: faults}, []string{"beijing"})
}

var beijing = scopeOf("resource_host", "beijing")

func TestFaultsThatFailTheCall(t *testing.T) {
	t.Parallel()
	tests := map[mock.FaultType]cloud.Class{
		mock.Denied:            cloud.Denied,
		mock.InvalidCredential: cloud.InvalidCredential,
		mock.Throttled:         cloud.Throttled,
		mock.Timeout:           cloud.Timeout,
		mock.Unavailable:       cloud.Unavailable,
	}
	for fault, class := range tests {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			page, err := faulty(mock.Fault{Type: fault}).List(t.Context(), beijing, "")
			require.Empty(t, page)
			require.Equal(t, class, cloud.ClassOf(err))
			require.ErrorContains(t, err, "list resource_host/mock/prod/beijing: "+string(class))
		})
	}
}

func TestThrottledSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	for setting, want := range map[time.Duration]time.Duration{0: time.Second, time.Minute: time.Minute} {
		_, err := faulty(mock.Fault{Type: mock.Throttled, RetryAfter: setting}).List(t.Context(), beijing, "")
		var failure *cloud.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, want, failure.RetryAfter)
	}
}

func TestFaultsAreNarrowedToScopesAndTicks(t *testing.T) {
	t.Parallel()
	fault := mock.Fault{Type: mock.Denied, Kind: "resource_host", Region: "beijing", FromTick: 2, ToTick: 3}
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(10), Faults: []mock.Fault{fault}}, nil)
	struck := map[resource.Scope][]int64{}
	for tick := range int64(6) {
		c.SetTick(tick)
		for _, kind := range kinds {
			for _, region := range mock.DefaultRegions() {
				if _, err := c.List(t.Context(), scopeOf(kind, region), ""); err != nil {
					struck[scopeOf(kind, region)] = append(struck[scopeOf(kind, region)], tick)
				}
			}
		}
	}
	require.Equal(t, map[resource.Scope][]int64{beijing: {2, 3}}, struck)
}

func TestFaultRateIsAShareOfListings(t *testing.T) {
	t.Parallel()
	c, twin := faulty(mock.Fault{Type: mock.Denied, Rate: 0.2}), faulty(mock.Fault{Type: mock.Denied, Rate: 0.2})
	struck := 0
	for tick := range int64(1000) {
		c.SetTick(tick)
		twin.SetTick(tick)
		_, err := c.List(t.Context(), beijing, "")
		_, again := c.List(t.Context(), beijing, "")
		_, same := twin.List(t.Context(), beijing, "")
		require.Equal(t, err, again)
		require.Equal(t, err, same)
		if err != nil {
			struck++
		}
	}
	require.InDelta(t, 200, struck, 40)
}

func TestFaultStrikesSoManyTimesAListing(t *testing.T) {
	t.Parallel()
	c := faulty(mock.Fault{Type: mock.Unavailable, Times: 2})
	for tick := range int64(3) {
		c.SetTick(tick)
		for call, wantErr := range []bool{true, true, false, false} {
			_, err := c.List(t.Context(), beijing, "")
			require.Equal(t, wantErr, err != nil, "tick %d, call %d", tick, call)
		}
	}
	c.SetTick(0)
	_, err := c.List(t.Context(), beijing, "")
	require.NoError(t, err, "an older listing has had its share")
}

func TestSetFaults(t *testing.T) {
	t.Parallel()
	c := faulty()
	list(t, c, beijing)
	c.SetFaults([]mock.Fault{{Type: mock.Denied}})
	_, err := c.List(t.Context(), beijing, "")
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	c.SetFaults(nil)
	list(t, c, beijing)
}

func TestExpiredCursor(t *testing.T) {
	t.Parallel()
	c := faulty(mock.Fault{Type: mock.ExpiredCursor, Times: 1})
	page, err := c.List(t.Context(), beijing, "")
	require.NoError(t, err)
	_, err = c.List(t.Context(), beijing, page.Next)
	require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err))
	rows, _ := list(t, c, beijing)
	require.Equal(t, c.Snapshot(beijing, 0), rows)
}

func TestTruncated(t *testing.T) {
	t.Parallel()
	rows, total := list(t, faulty(mock.Fault{Type: mock.Truncated}), beijing)
	require.EqualValues(t, 100, total)
	require.Len(t, rows, 15)

	single := mock.New(mock.Settings{Hosts: mock.ExactHosts(1), Faults: []mock.Fault{{Type: mock.Truncated}}}, []string{"beijing"})
	rows, total = list(t, single, beijing)
	require.EqualValues(t, 1, total)
	require.Empty(t, rows)
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		c, scope := manyPages(mock.Fault{Type: mock.Duplicate}), scopeOf(kind, "beijing")
		rows, total := list(t, c, scope)
		truth := c.Snapshot(scope, 0)
		if kind != "resource_vpc" {
			require.Greater(t, len(rows), len(truth), kind)
		}
		require.EqualValues(t, len(truth), total)
		require.Equal(t, byID(truth), byID(rows))
	}
}

func TestPoisonedRowsKeepTheirID(t *testing.T) {
	t.Parallel()
	variants := map[string]bool{}
	for _, kindName := range kinds {
		c, scope := manyPages(mock.Fault{Type: mock.Poisoned}), scopeOf(kindName, "beijing")
		kind, err := resource.Standard().Kind(kindName)
		require.NoError(t, err)
		refused := 0
		for tick := range int64(10) {
			c.SetTick(tick)
			rows, total := list(t, c, scope)
			require.EqualValues(t, len(rows), total)
			for _, row := range rows {
				if err := kind.Seal(row, scope, 1); err != nil {
					refused++
					require.NotZero(t, row.RowMeta().UID)
					variants[kindName+": "+err.Error()[:len("field ****")]] = true
				}
			}
			require.Equal(t, idsOf(c.Snapshot(scope, tick)), idsOf(rows))
		}
		require.EqualValues(t, c.Calls(), refused, "one on each page")
	}
	require.Len(t, variants, 2*len(kinds), "a name with a NUL and an invalid status, in all kinds")
}

func TestPoisonedRowsWithoutID(t *testing.T) {
	t.Parallel()
	c := faulty(mock.Fault{Type: mock.PoisonedNoID, Times: 3})
	rows, _ := list(t, c, beijing)
	nameless := 0
	for _, row := range rows {
		require.True(t, utf8.ValidString(row.(*resource.Host).Status))
		if err := resource.HostKind.Seal(row, beijing, 1); err != nil {
			require.ErrorIs(t, err, resource.ErrNoID)
			nameless++
		}
	}
	require.Equal(t, 3, nameless)
	require.Len(t, rows, 100)
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	rows, total := list(t, faulty(mock.Fault{Type: mock.Empty}), beijing)
	require.Empty(t, rows)
	require.Zero(t, total)
}

func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	var all []mock.Fault
	for _, fault := range mock.FaultTypes() {
		all = append(all, mock.Fault{Type: fault, Rate: 0.3})
	}
	c := faulty(all...)
	for tick := range int64(500) {
		c.SetTick(tick)
		for cursor, next := "", true; next; {
			page, err := c.List(t.Context(), beijing, cursor)
			cursor, next = page.Next, err == nil && page.Next != ""
		}
	}
}

func idsOf(rows []resource.Row) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.RowMeta().NativeID
	}
	return ids
}
