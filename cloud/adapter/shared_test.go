package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// yard has hosts and disks, whose Key is their host, on pages of two.
type yard struct {
	mu     sync.Mutex
	hosts  int
	disks  []thingOfRegion
	asked  []string // of the disks
	failAt int      // the question for disks that fails; 0: none
}

// newYard has so many hosts with a disk each.
func newYard(hosts int) *yard {
	y := &yard{hosts: hosts}
	for n := range hosts {
		y.disks = append(y.disks, diskOf(n, n+1))
	}
	return y
}

func diskOf(host, size int) thingOfRegion {
	return thingOfRegion{ID: fmt.Sprintf("d%d-%d", host, size), Key: fmt.Sprint("h", host), Size: fmt.Sprint(size)}
}

func (y *yard) add(host, size int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.hosts, y.disks = max(y.hosts, host+1), append(y.disks, diskOf(host, size))
}

func (y *yard) ask(_ context.Context, _ *everywhere, q adapter.Query) (answer adapter.Answer[thingOfRegion], err error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	all := y.disks
	if q.Action == "Hosts" {
		all = nil
		for n := range y.hosts {
			all = append(all, thingOfRegion{ID: fmt.Sprint("h", n)})
		}
	} else {
		y.asked = append(y.asked, fmt.Sprint(q.Token, q.IDs))
		if len(y.asked) == y.failAt {
			return answer, &cloud.Error{Class: cloud.Throttled, Err: errors.New("slow down")}
		}
	}
	if len(q.IDs) > 0 { // of hosts
		all = slices.DeleteFunc(slices.Clone(all), func(d thingOfRegion) bool { return !slices.Contains(q.IDs, d.Key) })
	}
	from, _ := strconv.Atoi(q.Token)
	to := min(from+2, len(all))
	if to < len(all) {
		answer.Next = strconv.Itoa(to)
	}
	text, err := json.Marshal(all[from:to])
	return answer, errors.Join(err, json.Unmarshal(text, &answer.Items))
}

// open serves hosts, which are joined with the sizes of their disks, and disks.
func (y *yard) open(byIDs bool) cloud.Provider {
	id := func(t *thingOfRegion) string { return t.ID }
	disks := &adapter.Listing[*everywhere, thingOfRegion]{
		Kind: resource.DiskKind, What: "disk", Action: "Disks", Path: "things", Pages: adapter.Tokens(2), IDs: adapter.Together(2),
		Shared: true, Ask: y.ask, ID: id,
		Row: func(f *adapter.Fields, t *thingOfRegion) resource.Row {
			return &resource.Disk{Meta: resource.Meta{NativeID: f.ID()}, HostNativeID: t.Key, SizeGiB: f.Whole("Size", t.Size)}
		},
	}
	ofHosts := &adapter.Beside[*everywhere, thingOfRegion, int64]{
		List: disks, Add: adapter.Sum, ByIDs: byIDs,
		Of: func(f *adapter.Fields, t *thingOfRegion) (int64, []string) {
			return f.Whole("Size", t.Size), []string{t.Key}
		},
	}
	hosts := &adapter.Listing[*everywhere, thingOfRegion]{
		Kind: resource.HostKind, What: "host", Action: "Hosts", Path: "things", Pages: adapter.Tokens(2), IDs: adapter.Together(2), Ask: y.ask, ID: id,
		Join: func(ctx context.Context, s *everywhere, page adapter.Batch[thingOfRegion]) (func(*adapter.Fields, *thingOfRegion) resource.Row, error) {
			gib, err := ofHosts.Join(ctx, s, page.Visit(), page.IDs(id))
			return func(f *adapter.Fields, t *thingOfRegion) resource.Row {
				return &resource.Host{Meta: resource.Meta{NativeID: t.ID}, DiskGiB: gib(f, t.ID)}
			}, err
		},
	}
	return adapter.Adapter{
		Provider: "thing", RequestsPerSecond: 1e6, Listings: []adapter.Declared{hosts, disks},
		Open:     func(adapter.Account) (adapter.Session, error) { return &everywhere{}, nil },
		Answered: func(error) adapter.Answered { return adapter.Answered{} },
	}.New(settings(""))
}

// sizes are those of the hosts, or of the disks' hosts, from a cursor on.
func sizes(ctx context.Context, provider cloud.Provider, kind *resource.Kind, cursor string) (map[string]int64, error) {
	all := map[string]int64{}
	for {
		page, err := provider.List(ctx, resource.Scope{Kind: kind.Name(), Provider: "thing", Account: "prod", Region: "north"}, cursor)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			switch row := row.(type) {
			case *resource.Host:
				all[row.NativeID] += row.DiskGiB
			case *resource.Disk:
				all[row.HostNativeID] += row.SizeGiB
			}
		}
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

var (
	hostsFirst = []*resource.Kind{resource.HostKind, resource.DiskKind}
	disksFirst = []*resource.Kind{resource.DiskKind, resource.HostKind}
)

// requireSizes lists the kinds one after the other.
func (y *yard) requireSizes(t *testing.T, provider cloud.Provider, kinds ...*resource.Kind) {
	t.Helper()
	want := map[string]int64{}
	for _, disk := range y.disks {
		size, err := strconv.ParseInt(disk.Size, 10, 64)
		require.NoError(t, err)
		want[disk.Key] += size
	}
	for _, kind := range kinds {
		got, err := sizes(t.Context(), provider, kind, "")
		require.NoError(t, err)
		require.Equal(t, want, got, kind.Name())
	}
}

// Disks that hosts and disks both need are asked for once in a run, and anew in the next.
func TestASharedListIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for _, kinds := range [][]*resource.Kind{hostsFirst, disksFirst} {
		y := newYard(5)
		provider := y.open(false)
		y.requireSizes(t, provider, kinds...)
		require.Equal(t, []string{"[]", "2[]", "4[]"}, y.asked)
		y.disks[0].Size = "77"
		y.requireSizes(t, provider, kinds...)
		require.Equal(t, []string{"[]", "2[]", "4[]", "[]", "2[]", "4[]"}, y.asked)
	}
}

func TestASharedListSideBySide(t *testing.T) {
	t.Parallel()
	y := newYard(40)
	provider := y.open(false)
	for run := 1; run <= 3; run++ {
		var all sync.WaitGroup
		got, failed := make([]map[string]int64, 2), make([]error, 2)
		for i, kind := range hostsFirst {
			all.Go(func() { got[i], failed[i] = sizes(t.Context(), provider, kind, "") })
		}
		all.Wait()
		require.NoError(t, errors.Join(failed...))
		require.Len(t, got[0], 40)
		require.Equal(t, got[0], got[1])
		require.Len(t, y.asked, 20*run)
	}
}

// What another kind has listed before a host was made is no proof that the host has no disk.
func TestASharedListIsReadAnewForANewHost(t *testing.T) {
	t.Parallel()
	y := newYard(5)
	provider := y.open(false)
	y.requireSizes(t, provider, resource.DiskKind)
	y.add(5, 6) // on the last page of hosts
	y.requireSizes(t, provider, resource.HostKind)
	require.Len(t, y.asked, 3+3)
}

// A kind that repeats a page is not given the same again.
func TestASharedPageServesEachOnce(t *testing.T) {
	t.Parallel()
	y := newYard(5)
	provider := y.open(false)
	first, err := provider.List(t.Context(), resource.Scope{Kind: resource.DiskKind.Name(), Provider: "thing", Account: "prod", Region: "north"}, "")
	require.NoError(t, err)
	for range 2 {
		_, err = sizes(t.Context(), provider, resource.DiskKind, first.Next)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"[]", "2[]", "4[]", "2[]", "4[]"}, y.asked)
	y.requireSizes(t, provider, resource.HostKind)
	require.Len(t, y.asked, 5)
	y.requireSizes(t, provider, resource.HostKind)
	require.Len(t, y.asked, 8)
}

func TestASharedListThatFails(t *testing.T) {
	t.Parallel()
	for failAt := 1; failAt <= 3; failAt++ {
		y := newYard(5)
		y.failAt = failAt
		provider := y.open(false)
		_, err := sizes(t.Context(), provider, resource.DiskKind, "")
		require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
		y.requireSizes(t, provider, resource.HostKind)
		require.Len(t, y.asked, 3+1, "what did not fail serves")
		y.requireSizes(t, provider, resource.DiskKind)
	}
}

func TestASharedListAges(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		kinds []*resource.Kind
		wait  time.Duration
		want  int
	}{
		{disksFirst, 59 * time.Second, 3}, {disksFirst, 61 * time.Second, 6},
		{hostsFirst, 4 * time.Second, 3}, {hostsFirst, 6 * time.Second, 6}, // the disks' own rows are of their run
	} {
		synctest.Test(t, func(t *testing.T) {
			y := newYard(5)
			provider := y.open(false)
			y.requireSizes(t, provider, of.kinds[0])
			<-time.After(of.wait)
			y.requireSizes(t, provider, of.kinds[1])
			require.Len(t, y.asked, of.want)
		})
	}
}

// Only so many pages wait for a kind that is slower.
func TestASharedListKeepsFewPages(t *testing.T) {
	t.Parallel()
	y := newYard(120)
	provider := y.open(false)
	y.requireSizes(t, provider, hostsFirst...)
	require.Len(t, y.asked, 60+10)
}

// Where one call by ids does, the only page of a list that the other kind has asked for does as
// well.
func TestASharedListByIDs(t *testing.T) {
	t.Parallel()
	y := newYard(2)
	y.requireSizes(t, y.open(true), hostsFirst...)
	require.Equal(t, []string{"[h0 h1]", "[]"}, y.asked)

	y = newYard(2)
	provider := y.open(true)
	y.requireSizes(t, provider, disksFirst...)
	require.Equal(t, []string{"[]"}, y.asked)
	y.requireSizes(t, provider, resource.HostKind)
	require.Equal(t, []string{"[]", "[h0 h1]"}, y.asked, "in its next run")

	y = newYard(1)
	provider = y.open(true)
	y.requireSizes(t, provider, resource.DiskKind)
	y.add(1, 5)
	y.requireSizes(t, provider, resource.HostKind)
	require.Equal(t, []string{"[]", "[h1]"}, y.asked, "it is newer than the list")

	y = newYard(2)
	y.add(0, 100)
	y.requireSizes(t, y.open(true), disksFirst...)
	require.Equal(t, []string{"[]", "2[]", "[h0 h1]", "2[h0 h1]"}, y.asked, "the list has two pages")
}
