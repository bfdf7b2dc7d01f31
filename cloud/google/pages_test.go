package google_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// threeRegions has so many hosts in each region, with a disk each.
func threeRegions(t *testing.T, hosts ...int) (*fake.Cloud, cloud.Settings, []string) {
	t.Helper()
	c := &fake.Cloud{}
	owner := &fake.Account{ID: project, KeyID: keyID, Key: secret}
	names := []string{"asia-east1", "europe-west1", "us-east4"}
	for i, name := range names {
		r := &fake.Region{Name: name}
		many(r, hosts[i])
		owner.Regions = append(owner.Regions, r)
	}
	c.Add(owner)
	return c, serve(t, c), names
}

// One list has all regions, 500 a page; each zone's machine types are asked for once.
func TestManyHostsOfThreeRegions(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c, settings, names := threeRegions(t, 1200, 800, 500)
	provider := open(settings)
	for _, kind := range []string{"resource_host", "resource_disk"} {
		before := calls(c)
		ids := map[string]bool{}
		for i, name := range names {
			rows := listAll(t, provider, scopeOf(kind, name))
			require.Len(t, rows, []int{1200, 800, 500}[i])
			for _, row := range rows {
				ids[row.RowMeta().NativeID] = true
				switch row := row.(type) {
				case *resource.Host:
					require.EqualValues(t, 2048, row.MemoryMiB)
					require.EqualValues(t, 30, row.DiskGiB)
				case *resource.Disk:
					require.NotEmpty(t, row.HostNativeID)
				}
			}
		}
		require.Len(t, ids, 2500)
		after := calls(c)
		if kind == "resource_host" {
			require.Equal(t, map[string]int{"token": 1, projectGet: 1, regionList: 1, instanceList: 5, machineTypeList: 6}, after)
		} else {
			require.Equal(t, 5, after[diskList]-before[diskList])
			require.LessOrEqual(t, after[instanceList]-before[instanceList], 10, "after the disks, once or twice")
			require.Equal(t, 6, after[machineTypeList])
		}
	}
}

// A zone cannot be reached: its region is incomplete, in lists, joins and look-ups, and the
// others are whole.
func TestAZoneOutOfReach(t *testing.T) {
	t.Parallel()
	c, settings, names := threeRegions(t, 12, 8, 5)
	c.PageSize = 5
	c.Update(func(accounts []*fake.Account) { accounts[0].Regions[1].Unreachable = []string{"europe-west1-a"} })
	for _, kind := range []string{"resource_host", "resource_disk", "resource_database", "resource_cache", "resource_cluster"} {
		for i, name := range names {
			provider, scope := open(settings), scopeOf(kind, name)
			if i != 1 {
				listAll(t, provider, scope)
				continue
			}
			rows, err := listUntil(t, provider, scope)
			requireClass(t, cloud.Incomplete, err)
			require.ErrorContains(t, err, "the list has not all: ")
			require.Empty(t, rows)
			_, err = provider.Lookup(t.Context(), scope, []string{map[bool]string{true: "projects/p/locations/r/instances/x", false: "1"}[kind == "resource_cache"]})
			requireClass(t, cloud.Incomplete, err)
		}
	}
}

// All ways in which an answer says that it has not all. What names no region is of all.
func TestAnswersThatLackSomething(t *testing.T) {
	t.Parallel()
	aggregated := func(more string) string { return `{"kind":"compute#instanceAggregatedList",` + more + `}` }
	sql := func(more string) string { return `{"kind":"sql#instancesList",` + more + `}` }
	for body, lacks := range map[string][]string{
		aggregated(`"items":{"zones/europe-west1-b":{"warning":{"code":"NO_RESULTS_ON_PAGE"}},"regions/us-east4":{}}`): nil,
		aggregated(`"items":{"zones/europe-west1-b":{"warning":{"code":"UNREACHABLE","message":"m"}}}`):                {region},
		aggregated(`"items":{"zones/europe-west1-b":{"instances":[],"warning":{"code":"OTHER"}}}`):                     {region},
		aggregated(`"items":{"zones/us-east4-b":{"error":{"code":503}}}`):                                              {"us-east4"},
		aggregated(`"unreachables":["https://www.googleapis.com/compute/v1/projects/demo-project/zones/us-east4-c"]`):  {"us-east4"},
		aggregated(`"unreachables":["projects/p/regions/europe-west1"],"warning":{"code":"UNREACHABLE"}`):              {region},
		aggregated(`"unreachables":["somewhere"]`):                                                                     {region, "us-east4", "global"},
		aggregated(`"warning":{"code":"UNREACHABLE"}`):                                                                 {region, "us-east4", "global"},
		aggregated(`"unreachables":["zones/us-east4-c"],"warning":{"code":"OTHER"}`):                                   {region, "us-east4", "global"},
		aggregated(`"warning":{"code":"NO_RESULTS_ON_PAGE"}`):                                                          nil,
		aggregated(`"error":{"code":503}`):                                                                             {region, "us-east4", "global"},
		sql(`"warnings":[{"code":"REGION_UNREACHABLE","message":"m","region":"us-east4"}]`):                            {"us-east4"},
		sql(`"warnings":[{"code":"REGION_UNREACHABLE"}]`):                                                              {region, "us-east4", "global"},
		sql(`"warnings":[]`): nil,
	} {
		c, settings := setup(t)
		kind, action := "resource_host", instanceList
		if strings.Contains(body, "sql#") {
			kind, action = "resource_database", databaseList
		}
		c.Record(action, []byte(body))
		for _, name := range []string{region, "us-east4", "global"} {
			page, err := open(settings).List(t.Context(), scopeOf(kind, name), "")
			if slices.Contains(lacks, name) {
				requireClass(t, cloud.Incomplete, err)
			} else {
				require.NoError(t, err, "%s of %s", name, body)
				require.Empty(t, page.Rows)
			}
		}
	}
	for _, more := range []string{`"unreachable":["projects/p/locations/europe-west1"]`, `"unreachable":["projects/p/locations/us-east4"]`, `"missingZones":["europe-west1-b"]`} {
		for _, action := range []string{redisList, clusterList, valkeyList} {
			c, settings := setup(t)
			c.Record(action, []byte("{"+more+"}"))
			_, err := listUntil(t, open(settings), cacheScope)
			requireClass(t, cloud.Incomplete, err)
		}
	}
}

// The requests of a run do not grow with the regions, but for caches, which have no whole list.
func TestRequestsOfARun(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	owner := &fake.Account{ID: project, KeyID: keyID, Key: secret}
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("europe-west%d", i))
		owner.Regions = append(owner.Regions, &fake.Region{Name: names[i]})
	}
	owner.Regions[0].Hosts = []fake.Host{{ID: "1", Name: "one", Status: "RUNNING", Zone: "europe-west0-a", Type: "e2-small", VCPU: 1}}
	c.Add(owner)
	provider := open(serve(t, c))
	for _, run := range []struct {
		kind string
		want map[string]int
	}{
		{"resource_host", map[string]int{instanceList: 1, machineTypeList: 1}},
		{"resource_disk", map[string]int{diskList: 1, instanceList: 0}},
		{"resource_load_balancer", map[string]int{ruleList: 1}},
		{"resource_database", map[string]int{databaseList: 1, tierList: 0}},
		{"resource_vpc", map[string]int{networkList: 1}},
		{"resource_subnet", map[string]int{subnetworkList: 1}},
		{"resource_security_group", map[string]int{firewallList: 1}},
		{"resource_public_ip", map[string]int{addressList: 1}},
		{"resource_nat_gateway", map[string]int{routerList: 1, addressList: 0}},
		{"resource_snapshot", map[string]int{snapshotList: 1, regionSnapshots: 40}},
		{"resource_image", map[string]int{imageList: 1}},
		{"resource_cluster", map[string]int{gkeList: 1}},
		{"resource_bucket", map[string]int{bucketList: 1}},
		{"resource_certificate", map[string]int{certificateList: 1, managerList: 41, "certificatemanager.projects.locations.list": 1}},
		{"resource_cache", map[string]int{redisList: 40, clusterList: 40, valkeyList: 40, "redis.projects.locations.list": 1, "memorystore.projects.locations.list": 1}},
	} {
		before := calls(c)
		for _, name := range append(names, "global") {
			listAll(t, provider, scopeOf(run.kind, name))
		}
		after := calls(c)
		for action, n := range run.want {
			require.Equal(t, n, after[action]-before[action], "%s of %s", action, run.kind)
		}
	}
}

// The instances that were listed for hosts serve the disks, but for a disk that was attached since.
func TestDisksShareTheInstancesOfHosts(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	listAll(t, provider, hostScope)
	listAll(t, provider, diskScope)
	require.Equal(t, 1, calls(c)[instanceList])

	provider = open(settings)
	listAll(t, provider, hostScope)
	c.Update(func(accounts []*fake.Account) {
		disks := accounts[0].Region(region).Disks
		i := slices.IndexFunc(disks, func(d fake.Disk) bool { return d.Name == "spare" })
		disks[i].Host, disks[i].Device = accounts[0].Region(region).Hosts[1].ID, "late"
	})
	rows := listAll(t, provider, diskScope)
	i := slices.IndexFunc(rows, func(row resource.Row) bool { return row.(*resource.Disk).Name == "spare" })
	require.Equal(t, "late", rows[i].(*resource.Disk).Device)
	require.Equal(t, 1+2, calls(c)[instanceList])
}

// Another worker goes on where one stopped.
func TestResumeInAnotherProvider(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	const hosts = 1234
	c, settings := setup(t)
	c.PageSize = 400
	c.Update(func(accounts []*fake.Account) { many(accounts[0].Regions[0], hosts) })
	for _, scope := range []resource.Scope{hostScope, diskScope} {
		first, err := open(settings).List(t.Context(), scope, "")
		require.NoError(t, err)
		require.NotEmpty(t, first.Next)
		ids := map[string]bool{}
		for _, row := range append(first.Rows, listFrom(t, open(settings), scope, first.Next)...) {
			require.False(t, ids[row.RowMeta().NativeID], "twice")
			ids[row.RowMeta().NativeID] = true
		}
		require.Len(t, ids, hosts)
	}
}

// A page of a region's caches goes on by the product's token, from product to product.
func TestCachesOverPages(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 2
	c.Update(func(accounts []*fake.Account) {
		r := accounts[0].Regions[0]
		r.Caches = nil
		for i := range 5 {
			r.Caches = append(r.Caches,
				fake.Cache{ID: fmt.Sprintf("r%d", i), Name: fmt.Sprintf("r%d", i), Engine: "redis"},
				fake.Cache{ID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("c%d", i), Engine: "redis", Shards: 1},
				fake.Cache{ID: fmt.Sprintf("v%d", i), Name: fmt.Sprintf("v%d", i), Engine: "valkey", Shards: 1})
		}
	})
	rows := listAll(t, open(settings), cacheScope)
	require.Len(t, entries(t, cacheScope, rows), 15)
	require.Equal(t, 3, calls(c)[valkeyList])
	c.Break(fake.Fault{Action: clusterList, Cursor: true, Verdict: fake.ExpiredCursor})
	_, err := listUntil(t, open(settings), cacheScope)
	requireClass(t, cloud.ExpiredCursor, err)
}

func TestForeignCursors(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	for _, scope := range allScopes {
		for _, cursor := range []string{"nonsense", "https://elsewhere.example/x", "7+0+x"} {
			_, err := open(settings).List(t.Context(), scope, cursor)
			requireClass(t, cloud.ExpiredCursor, err)
		}
	}
}

// A look-up lists again, and believes no list of before.
func TestLookup(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	for scope, ids := range map[resource.Scope][]string{
		hostScope: {"1000000000000000001"}, diskScope: {"2000000000000000002"}, balancerScope: {"3000000000000000001", "3000000000000000003"},
		databaseScope: {"demo-project:europe-west1:orders"},
		cacheScope: {
			"projects/demo-project/locations/europe-west1/instances/sessions", "clusters/0c000000-1111-2222-3333-444444444444",
			"instances/0d000000-1111-2222-3333-444444444444", "somebody's own",
		},
		vpcScope: {"projects/demo-project/global/networks/prod"}, subnetScope: {"projects/demo-project/regions/europe-west1/subnetworks/front"}, groupScope: {"4100000000000000001"},
		addressScope: {"4200000000000000001"}, natScope: {"4300000000000000001/out"}, snapshotScope: {"4400000000000000001"}, imageScope: {"4500000000000000001"}, gkeScope: {"0e000000aaaa"},
		bucketScope: {"demo-logs"}, certificateScope: {"4600000000000000001", "projects/demo-project/locations/europe-west1/certificates/inner"},
	} {
		gone := map[resource.Scope]string{cacheScope: "clusters/gone"}[scope] + "9"
		existing, err := provider.Lookup(t.Context(), scope, append([]string{gone}, ids...))
		require.NoError(t, err)
		require.ElementsMatch(t, ids, existing, scope.Kind)
		require.Positive(t, provider.LookupLimit(scope.Kind))
	}
	c.Update(func(accounts []*fake.Account) { accounts[0].Regions[0].Hosts = nil })
	existing, err := provider.Lookup(t.Context(), hostScope, []string{"1000000000000000001"})
	require.NoError(t, err)
	require.Empty(t, existing)
	c.Record(redisList, []byte(`{"instances":[{"state":"READY"}]}`))
	_, err = provider.Lookup(t.Context(), cacheScope, []string{"projects/x"})
	requireClass(t, cloud.BadAnswer, err)
}

// A list of the whole project whose token is not taken any more begins anew with the next
// attempt, as a list of a region does.
func TestATokenOfAWholeListThatIsRefused(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 1
	c.Break(fake.Fault{Action: instanceList, Cursor: true, Verdict: fake.ExpiredCursor, Times: 2})
	provider := open(settings)
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.ExpiredCursor, err)
	_, err = provider.Lookup(t.Context(), hostScope, []string{"1000000000000000001"})
	requireClass(t, cloud.ExpiredCursor, err)
	require.NotEmpty(t, listAll(t, provider, hostScope))
}

func TestRegions(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	regions, err := open(settings).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{region, "global", "us-east4"}, regions)
	for _, body := range []string{`{"kind":"compute#regionList"}`, `{"kind":"compute#regionList","items":[{"name":""}]}`, `{"kind":"compute#regionList","items":[null,{"name":"a-b1"}]}`, `{"items":[{"name":"a-b1"}]}`} {
		c.Record(regionList, []byte(body))
		_, err := open(settings).Regions(t.Context())
		requireClass(t, cloud.BadAnswer, err)
	}
	settings.Regions = []string{"us-east4"}
	regions, err = open(settings).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"us-east4"}, regions)
}
