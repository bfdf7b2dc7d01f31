package mock_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

var (
	kinds = resource.Standard().Names()
	// networks are the kinds whose rows neither come nor go.
	networks = []string{"resource_vpc", "resource_subnet"}
)

func scopeOf(kind, region string) resource.Scope {
	return resource.Scope{Kind: kind, Provider: "mock", Account: "prod", Region: region}
}

// list pages through a scope to its end.
func list(t require.TestingT, c *mock.Cloud, scope resource.Scope) (rows []resource.Row, total int64) {
	for cursor := ""; ; {
		page, err := c.List(context.Background(), scope, cursor)
		require.NoError(t, err)
		rows, total, cursor = append(rows, page.Rows...), page.Total, page.Next
		if cursor == "" {
			return rows, total
		}
	}
}

// seal seals the rows, which must all be sound, and returns their hashes by UID.
func seal(t require.TestingT, scope resource.Scope, rows []resource.Row) map[resource.UID]resource.Hash {
	kind, err := resource.Standard().Kind(scope.Kind)
	require.NoError(t, err)
	sealed := make(map[resource.UID]resource.Hash, len(rows))
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scope, 1))
		sealed[row.RowMeta().UID] = row.RowMeta().Hash
	}
	require.Len(t, sealed, len(rows), "a resource is listed twice")
	return sealed
}

// everything is the whole account's content of a kind at a tick.
func everything(t require.TestingT, c *mock.Cloud, kind string, tick int64) map[resource.UID]resource.Hash {
	all := map[resource.UID]resource.Hash{}
	for _, region := range mock.DefaultRegions() {
		scope := scopeOf(kind, region)
		for uid, hash := range seal(t, scope, c.Snapshot(scope, tick)) {
			all[uid] = hash
		}
	}
	return all
}

type changes struct{ added, modified, deleted int }

func compare(before, after map[resource.UID]resource.Hash) (c changes) {
	for uid, hash := range after {
		old, stayed := before[uid]
		switch {
		case !stayed:
			c.added++
		case old != hash:
			c.modified++
		}
	}
	c.deleted = len(before) + c.added - len(after)
	return c
}

func TestSeedAndTickSayWhatThereIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		settings := mock.DefaultSettings()
		settings.Seed = rapid.Uint64().Draw(t, "seed")
		settings.PageSize = rapid.IntRange(2, 20).Draw(t, "pageSize")
		tick := rapid.Int64Range(0, mock.MaxTick).Draw(t, "tick")
		one, other := mock.New(settings, nil), mock.New(settings, nil)
		one.SetTick(tick)
		for _, kind := range kinds {
			scope := scopeOf(kind, rapid.SampledFrom(mock.DefaultRegions()).Draw(t, "region"))
			listed, total := list(t, one, scope)
			require.Equal(t, other.Snapshot(scope, tick), listed)
			require.EqualValues(t, len(listed), total)
		}
	})
}

func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	one, other := mock.DefaultSettings(), mock.DefaultSettings()
	other.Seed = 1
	scope := scopeOf("resource_host", "beijing")
	require.NotEqual(t, mock.New(one, nil).Snapshot(scope, 0), mock.New(other, nil).Snapshot(scope, 0))
}

func TestNumberOfHostsStaysWithinBounds(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), nil)
	seen := map[int]bool{}
	for tick := range int64(1000) {
		hosts := 0
		for _, region := range mock.DefaultRegions() {
			n := len(c.Snapshot(scopeOf("resource_host", region), tick))
			require.GreaterOrEqual(t, n, 5, "every region keeps its share of the steady hosts")
			hosts += n
		}
		require.True(t, hosts >= 25 && hosts <= 60, "%d hosts at tick %d", hosts, tick)
		seen[hosts] = true
	}
	require.Greater(t, len(seen), 5, "the number varies")
}

func TestChurn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		hosts mock.Hosts
		churn float64
	}{
		"default profile": {mock.DefaultSettings().Hosts, mock.DefaultSettings().Churn},
		"a fixed number":  {mock.ExactHosts(500), 0.01},
		"everything":      {mock.ExactHosts(100), 1},
		"nothing":         {mock.DefaultSettings().Hosts, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mock.New(mock.Settings{Hosts: test.hosts, Churn: test.churn}, nil)
			const ticks = 300
			var sum changes
			hosts, before := 0, everything(t, c, "resource_host", 0)
			for tick := int64(1); tick <= ticks; tick++ {
				after := everything(t, c, "resource_host", tick)
				step := compare(before, after)
				sum.added, sum.modified, sum.deleted = sum.added+step.added, sum.modified+step.modified, sum.deleted+step.deleted
				hosts, before = hosts+len(after), after
			}
			each := test.churn / 3 * float64(hosts)
			require.InEpsilon(t, 1+each, 1+float64(sum.added), 0.1)
			require.InEpsilon(t, 1+each, 1+float64(sum.modified), 0.1)
			require.InEpsilon(t, 1+each, 1+float64(sum.deleted), 0.1)
		})
	}
}

func TestFixedNumberOfHostsNeverChanges(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(123), Churn: 0.5}, nil)
	for tick := range int64(50) {
		require.Len(t, everything(t, c, "resource_host", tick), 123)
	}
}

func TestRegionsShareHostsEvenly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		hosts int64
		want  []int64
	}{
		"without remainder": {100_000, []int64{20_000, 20_000, 20_000, 20_000, 20_000}},
		"with remainder":    {13, []int64{3, 3, 3, 2, 2}},
		"fewer hosts":       {2, []int64{1, 1, 0, 0, 0}},
		"none":              {0, []int64{0, 0, 0, 0, 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mock.New(mock.Settings{Hosts: mock.ExactHosts(test.hosts)}, nil)
			for i, region := range mock.DefaultRegions() {
				page, err := c.List(t.Context(), scopeOf("resource_host", region), "")
				require.NoError(t, err)
				require.Equal(t, test.want[i], page.Total, region)
			}
		})
	}
}

func TestLargeCloudListsEveryHostOnce(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(100_000), Churn: 0.1, PageSize: 1000}, nil)
	ids, addresses := map[string]bool{}, map[string]bool{}
	for _, region := range mock.DefaultRegions() {
		rows, total := list(t, c, scopeOf("resource_host", region))
		require.EqualValues(t, 20_000, total)
		for _, row := range rows {
			ids[row.RowMeta().NativeID] = true
			addresses[row.(*resource.Host).PrivateIPs[0]] = true
		}
	}
	require.Len(t, ids, 100_000)
	require.Len(t, addresses, 100_000)
}

// The original sketch could never choose the last value of a list.
func TestEveryValueOccurs(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(2000)}, []string{"beijing"})
	seen := map[string]map[string]bool{}
	note := func(field, value string) {
		if seen[field] == nil {
			seen[field] = map[string]bool{}
		}
		seen[field][value] = true
	}
	for _, row := range c.Snapshot(scopeOf("resource_host", "beijing"), 0) {
		host := row.(*resource.Host)
		require.Len(t, host.Tags, 8)
		for key, value := range host.Tags {
			note(key, value)
		}
		note("type", host.InstanceType)
		note("vcpu", fmt.Sprint(host.VCPU))
		note("memory", fmt.Sprint(host.MemoryMiB/1024))
		note("disk", fmt.Sprint(host.DiskGiB))
		note("image", host.ImageID)
	}
	for field, want := range map[string][]string{
		"stree_group":   {"ads", "inf", "sys", "web"},
		"stree_product": {"cicd", "k8s", "monitor", "mq"},
		"stree_app":     {"es", "kafka", "prometheus", "zookeeper"},
		"cluster":       {"bigdata", "business", "inf", "middleware"},
		"type":          {"16c64g", "4c16g", "4c8g", "8c32g"},
		"vcpu":          {"128", "16", "32", "4", "64", "8"},
		"memory":        {"128", "16", "256", "32", "512", "64", "8"},
		"disk":          {"1024", "128", "2048", "256", "4096", "512", "8192"},
		"arch":          {"amd64", "arm64"},
		"idc":           {"idc-1", "idc-2", "idc-3"},
		"os":            {"darwin", "linux", "windows"},
		"job":           {"batch", "cron", "online", "test"},
	} {
		require.Equal(t, want, keys(seen[field]), field)
	}
	require.Len(t, seen["image"], 5*3, "five providers, three systems")
}

func TestOriginalNamesAndAddresses(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(400)}, []string{"beijing"})
	rows := c.Snapshot(scopeOf("resource_host", "beijing"), 0)
	for slot, want := range map[int]string{0: "8.8.8.1", 249: "8.8.8.250", 250: "8.8.9.0", 399: "8.8.9.149"} {
		host := rows[slot].(*resource.Host)
		require.Equal(t, fmt.Sprintf("genMockResourceHost_host_%d", slot), host.Name)
		require.Equal(t, []string{want}, host.PrivateIPs)
	}
}

func TestRowsAreOfTheExpectedSize(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(1000)}, []string{"beijing"})
	scope, bytes := scopeOf("resource_host", "beijing"), 0
	for _, row := range c.Snapshot(scope, 0) {
		require.NoError(t, resource.HostKind.Seal(row, scope, 1))
		image, err := resource.HostKind.Image(row)
		require.NoError(t, err)
		bytes += len(image)
	}
	t.Logf("%d bytes as JSON", bytes/1000)
	require.InDelta(t, 770, bytes/1000, 150)
}

func TestModificationKeepsTheHostAndChangesItsHash(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(1000), Churn: 0.3}, []string{"beijing"})
	scope := scopeOf("resource_host", "beijing")
	changed := map[string]bool{}
	before := byID(c.Snapshot(scope, 0))
	for tick := int64(1); tick <= 20; tick++ {
		after := byID(c.Snapshot(scope, tick))
		for id, row := range after {
			if old, stayed := before[id]; stayed {
				require.Equal(t, old.(*resource.Host).Name, row.(*resource.Host).Name)
				for _, change := range resource.HostKind.Changes(old, row) {
					changed[change.Field] = true
				}
			}
		}
		before = after
	}
	require.Equal(t, []string{"disk_gib", "instance_type", "public_ips", "status", "tags", "vcpu"}, keys(changed))
}

func TestDisksBelongToTheirHost(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), nil)
	roles := map[string]bool{}
	for tick := range int64(100) {
		for _, region := range mock.DefaultRegions() {
			sizes := map[string]int64{}
			for _, row := range c.Snapshot(scopeOf("resource_disk", region), tick) {
				disk := row.(*resource.Disk)
				require.Positive(t, disk.SizeGiB)
				sizes[disk.HostNativeID] += disk.SizeGiB
				roles[disk.Role] = true
			}
			want := map[string]int64{}
			for _, row := range c.Snapshot(scopeOf("resource_host", region), tick) {
				want[row.RowMeta().NativeID] = row.(*resource.Host).DiskGiB
			}
			require.Equal(t, want, sizes)
		}
	}
	require.Equal(t, []string{"data", "system"}, keys(roles))
}

func TestListingStaysAtItsTickWhileTheCloudMoves(t *testing.T) {
	t.Parallel()
	settings := mock.Settings{Hosts: mock.Hosts{Min: 100, Max: 400}, Churn: 0.9, PageSize: 7}
	for _, kind := range kinds {
		c := mock.New(settings, []string{"beijing"})
		scope := scopeOf(kind, "beijing")
		var rows []resource.Row
		cursor, tick := "", int64(0)
		for next := true; next; next = cursor != "" {
			page, err := c.List(t.Context(), scope, cursor)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Rows), 7)
			rows, cursor = append(rows, page.Rows...), page.Next
			tick++
			c.SetTick(tick)
		}
		if kind == "resource_host" || kind == "resource_disk" {
			require.Greater(t, tick, int64(10))
		}
		require.Equal(t, c.Snapshot(scope, 0), rows)
	}
}

func TestCursorOfNoListing(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), nil)
	for _, cursor := range []string{"x", "0", "0:1", "-1:1:9", "0:0:9", "0:13:9", "0:1:9x", "00:1:9", "99999999999:1:9"} {
		_, err := c.List(t.Context(), scopeOf("resource_host", "beijing"), cursor)
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), cursor)
	}
}

func TestUnknownRegionOrKind(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), []string{"beijing"})
	for _, scope := range []resource.Scope{scopeOf("resource_host", "paris"), scopeOf("resource_cat", "beijing")} {
		_, err := c.List(t.Context(), scope, "")
		require.Equal(t, cloud.NotFound, cloud.ClassOf(err))
		require.ErrorContains(t, err, "list "+scope.String())
		require.Empty(t, c.Snapshot(scope, 0))
	}
	require.False(t, c.Lists("resource_cat"))
	require.True(t, c.Lists("resource_disk"))
}

func TestRegions(t *testing.T) {
	t.Parallel()
	regions, err := mock.New(mock.DefaultSettings(), []string{"b", "a"}).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"b", "a"}, regions)
	regions, err = mock.New(mock.DefaultSettings(), nil).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, mock.DefaultRegions(), regions)
}

func TestPageDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		settings := mock.DefaultSettings()
		settings.PageDelay = time.Hour
		c := mock.New(settings, nil)
		start := time.Now()
		list(t, c, scopeOf("resource_host", "beijing"))
		require.Equal(t, time.Hour, time.Since(start))
	})
}

func TestCallsHonourTheContext(t *testing.T) {
	t.Parallel()
	settings := mock.DefaultSettings()
	settings.PageDelay = time.Hour
	hanging := mock.DefaultSettings()
	hanging.Faults = []mock.Fault{{Type: mock.Timeout, Delay: time.Hour}}
	for _, settings := range []mock.Settings{mock.DefaultSettings(), settings, hanging} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			start := time.Now()
			c := mock.New(settings, nil)
			_, err := c.List(ctx, scopeOf("resource_host", "beijing"), "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorAs(t, err, new(*cloud.Error))
			_, err = c.Regions(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.Zero(t, time.Since(start))
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := faulty()
	var group sync.WaitGroup
	for worker := range int64(4) {
		group.Go(func() {
			for tick := range int64(20) {
				c.SetTick(tick + worker)
				c.SetFaults([]mock.Fault{{Type: mock.Denied, Region: "tianjin", Times: 1}})
				list(t, c, beijing)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 4*20*10, c.Calls())
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(100), PageSize: 10}, []string{"beijing"})
	list(t, c, scopeOf("resource_host", "beijing"))
	_, err := c.List(t.Context(), scopeOf("resource_host", "paris"), "")
	require.Error(t, err)
	require.EqualValues(t, 11, c.Calls())
}

func byID(rows []resource.Row) map[string]resource.Row {
	m := make(map[string]resource.Row, len(rows))
	for _, row := range rows {
		m[row.RowMeta().NativeID] = row
	}
	return m
}

func keys(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for key := range set {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

func BenchmarkPage(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			c := mock.New(mock.Settings{Hosts: mock.ExactHosts(1_000_000), Churn: 0.01, PageSize: 1000}, nil)
			scope := scopeOf(kind, "shandong")
			cursor, rows := "", 0
			b.ReportAllocs()
			for b.Loop() {
				page, err := c.List(b.Context(), scope, cursor)
				if err != nil {
					b.Fatal(err)
				}
				cursor, rows = page.Next, rows+len(page.Rows)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/math.Max(1, float64(rows)), "ns/row")
		})
	}
}

// A listing begins with its total, which the rows are not made for.
func BenchmarkCount(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			c := mock.New(mock.Settings{Hosts: mock.ExactHosts(1_000_000), Churn: 0.01, PageSize: 2}, []string{"beijing"})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.List(b.Context(), scopeOf(kind, "beijing"), ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
