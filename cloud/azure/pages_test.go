package azure_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// cloudpods #22974: of more than 1,000 machines in a region only 1,000 came. Nothing is
// asked for once a machine.
func TestMoreThanAThousandOverPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	const hosts = 1234
	c, settings := setup(t)
	c.PageSize = 100
	c.Update(many(hosts))
	for _, scope := range []resource.Scope{hostScope, diskScope} {
		provider := open(settings)
		before := calls(c)
		rows := listAll(t, provider, scope)
		ids := map[string]bool{}
		for _, row := range rows {
			ids[row.RowMeta().NativeID] = true
		}
		require.Len(t, ids, hosts)
		require.Len(t, rows, hosts)
		after := calls(c)
		const pages = 13
		require.Equal(t, pages, after["vm_list"]-before["vm_list"], "once a fetch")
		if scope == hostScope {
			require.Equal(t, pages, after["nic_list"], "once a fetch")
			require.Equal(t, pages, after["vm_status_list"])
			require.Equal(t, 1, after["size_list"])
			require.Zero(t, after["disk_list"])
		} else {
			require.Equal(t, pages, after["disk_list"])
		}
	}
}

// Another worker goes on where one stopped.
func TestResumeInAnotherProvider(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	const hosts = 1234
	c, settings := setup(t)
	c.PageSize = 400
	c.Update(many(hosts))
	for _, scope := range []resource.Scope{hostScope, diskScope} {
		first, err := open(settings).List(t.Context(), scope, "")
		require.NoError(t, err)
		require.NotEmpty(t, first.Next)
		require.NotContains(t, first.Next, "127.0.0.1", "a cursor names no host")
		rest := listFrom(t, open(settings), scope, first.Next)
		ids := map[string]bool{}
		for _, row := range append(first.Rows, rest...) {
			require.False(t, ids[row.RowMeta().NativeID], "twice")
			ids[row.RowMeta().NativeID] = true
		}
		require.Len(t, ids, hosts)
		require.NotEmpty(t, rest[0].RowMeta().NativeID)
		if host, is := rest[0].(*resource.Host); is {
			require.Equal(t, "running", host.Status)
			require.Len(t, host.PrivateIPs, 1)
		}
		if disk, is := rest[0].(*resource.Disk); is {
			require.NotEmpty(t, disk.HostNativeID)
		}
	}
}

// The regions of a run share the lists of the whole subscription; the next run has its
// own.
func TestRegionsShareTables(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	owner := account()
	var names []string
	for i := range 8 {
		name := fmt.Sprintf("region%d", i)
		names = append(names, name)
		owner.Regions = append(owner.Regions, &fake.Region{Name: name, Hosts: []fake.Host{{ID: "vm-" + name, Name: "one", Status: "running", Type: "S", VCPU: 1}}})
	}
	c.Add(owner)
	provider := open(serve(t, c))
	for run := 1; run <= 3; run++ {
		var all sync.WaitGroup
		for _, name := range names {
			all.Go(func() {
				for _, kind := range []string{"resource_host", "resource_disk", "resource_load_balancer", "resource_database", "resource_cache", "resource_vpc", "resource_subnet", "resource_security_group", "resource_public_ip", "resource_nat_gateway",
					"resource_cluster", "resource_bucket", "resource_snapshot", "resource_image"} {
					_, err := provider.List(t.Context(), scopeOf(kind, name), "")
					require.NoError(t, err)
				}
			})
		}
		all.Wait()
		for _, action := range []string{"vm_status_list", "nic_list", "disk_list", "lb_list", "mysql_list", "redis_list", "redisenterprise_list", "vnet_list", "nsg_list", "publicip_list", "aks_list", "storage_list", "snapshot_list", "image_list"} {
			// Regions of one run that begin at very different times may need one load more.
			require.LessOrEqual(t, calls(c)[action], 2*run, "%s in %d runs of 8 regions", action, run)
			require.GreaterOrEqual(t, calls(c)[action], run, action)
		}
		// Disks need one that began after theirs.
		require.LessOrEqual(t, calls(c)["vm_list"], 4*run, "vm_list in %d runs of 8 regions", run)
	}
}

func TestAnExpiredCursor(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 1
	provider := open(settings)
	c.Break(fake.Fault{Action: "vm_list", Cursor: true, Verdict: fake.ExpiredCursor, Times: 1})
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.ExpiredCursor, err)
	// A link was the cursor of hosts in an earlier version.
	link := "/subscriptions/" + subscription + "/providers/Microsoft.Compute/locations/eastus/virtualMachines?$skiptoken=1"
	for _, cursor := range []string{"nonsense", "https://elsewhere.example/x", "/subscriptions/other/x", "/subscriptions/" + subscription + "/../x", link} {
		for _, scope := range allScopes {
			_, err = provider.List(t.Context(), scope, cursor)
			requireClass(t, cloud.ExpiredCursor, err)
		}
	}
}

// A list of the whole subscription that has a resource twice hides neither content.
func TestResourcesOfOneID(t *testing.T) {
	t.Parallel()
	for action, scope := range map[string]resource.Scope{"disk_list": diskScope, "lb_list": balancerScope, "mysql_list": databaseScope, "vm_list": hostScope, "redis_list": cacheScope, "vnet_list": vpcScope, "nsg_list": groupScope, "publicip_list": addressScope, "nat_list": natScope, "aks_list": clusterScope, "storage_list": bucketScope, "snapshot_list": snapshotScope, "image_list": imageScope} {
		c, settings := setup(t)
		machine := `{"id":"/subscriptions/` + subscription + `/x/vm-0001","properties":{"instanceView":{"statuses":[{"code":"PowerState/running"}]}}}`
		c.Record("vm_status_list", []byte(`{"value":[`+machine+`]}`))
		one := func(name string) string {
			return `{"id":"/subscriptions/` + subscription + `/x/vm-0001","name":"` + name + `","location":"eastus","properties":{"vmId":"1","uniqueId":"1","resourceGuid":"1","resourceUID":"1"}}`
		}
		c.Record("postgres_list", []byte(`{"value":[]}`))
		c.Record("redisenterprise_list", []byte(`{"value":[]}`))
		c.Record(action, []byte(`{"value":[`+one("a")+`,`+one("a")+`]}`))
		require.Len(t, listAll(t, open(settings), scope), 1, action)
		c.Record(action, []byte(`{"value":[`+one("a")+`,`+one("b")+`]}`))
		require.Len(t, listAll(t, open(settings), scope), 2, action)

		odd := strings.Replace(one("a"), `"vmId"`, `"networkProfile":"?","storageProfile":"?","hardwareProfile":"?","diskState":[1],"state":[1],"version":[1],"provisioningState":[1],"vmId"`, 1)
		c.Record(action, []byte(`{"value":[`+odd+`,`+odd+`]}`))
		page, err := open(settings).List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Len(t, page.Problems, 1, action)
	}
}

// The machines of each location were listed for hosts, and again for disks.
func TestRequestsOfARun(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	owner := account()
	owner.Regions = nil
	var names []string
	for i := range 60 {
		name := fmt.Sprintf("region%02d", i)
		names = append(names, name)
		owner.Regions = append(owner.Regions, &fake.Region{Name: name})
	}
	owner.Regions[0].Hosts = []fake.Host{{ID: "vm-1", Name: "one", Status: "running", Type: "S", VCPU: 1, PrivateIPs: []string{"10.0.0.4"}, VPC: "vnet", Subnet: "net"}}
	owner.Regions[0].Disks = []fake.Disk{{ID: "disk-1", Name: "os", Host: "vm-1", SizeGiB: 1}}
	c.Add(owner)
	provider := open(serve(t, c))
	for _, run := range []struct {
		kind string
		want map[string]int
	}{
		{"resource_security_group", map[string]int{"nsg_list": 1}},
		{"resource_host", map[string]int{"vm_list": 1, "vm_status_list": 1, "nic_list": 1, "publicip_list": 1, "vnet_list": 1, "size_list": 1}},
		{"resource_vpc", map[string]int{"vnet_list": 0}}, // that of the hosts
		{"resource_vpc", map[string]int{"vnet_list": 1}},
		{"resource_subnet", map[string]int{"vnet_list": 0}}, // that of the hosts
		{"resource_subnet", map[string]int{"vnet_list": 0}}, // that of the networks
		{"resource_subnet", map[string]int{"vnet_list": 1}},
		{"resource_disk", map[string]int{"disk_list": 1, "vm_list": 0}}, // that of the hosts
		{"resource_disk", map[string]int{"disk_list": 1, "vm_list": 1}},
		{"resource_cache", map[string]int{"redis_list": 1, "redisenterprise_list": 1}},
		{"resource_cluster", map[string]int{"aks_list": 1}},
		{"resource_bucket", map[string]int{"storage_list": 1}},
		{"resource_snapshot", map[string]int{"snapshot_list": 1}},
		{"resource_image", map[string]int{"image_list": 1}},
		{"resource_public_ip", map[string]int{"publicip_list": 0}}, // that of the hosts
		{"resource_public_ip", map[string]int{"publicip_list": 1}},
		{"resource_nat_gateway", map[string]int{"nat_list": 1, "publicip_list": 0}},
	} {
		before := calls(c)
		for _, name := range names {
			_, err := provider.List(t.Context(), scopeOf(run.kind, name), "")
			require.NoError(t, err)
		}
		after := calls(c)
		for action, n := range run.want {
			require.Equal(t, n, after[action]-before[action], "%s of %s", action, run.kind)
		}
	}
}

// A nextLink of elsewhere would be sent the token.
func TestANextLinkOfElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked elsewhere") }))
	t.Cleanup(elsewhere.Close)
	path := "/subscriptions/" + subscription + "/providers/Microsoft.Compute/virtualMachines?$skiptoken=1"
	for _, link := range []string{
		elsewhere.URL + path, "https://management.azure.com" + path, "//" + strings.TrimPrefix(elsewhere.URL, "http://") + path,
		"http://user:word@{host}" + path, "https://{host}" + path, "http://{host}/subscriptions/other/x", "http://{host}/elsewhere", path, "%", "ftp://{host}" + path,
	} {
		c, settings := setup(t)
		link = strings.ReplaceAll(link, "{host}", strings.TrimPrefix(settings.Endpoint, "http://"))
		for action, scope := range map[string]resource.Scope{"vm_list": hostScope, "disk_list": diskScope} {
			c.Record(action, []byte(`{"value":[],"nextLink":"`+link+`"}`))
			_, err := open(settings).List(t.Context(), scope, "")
			requireClass(t, cloud.BadAnswer, err)
			require.ErrorContains(t, err, "nextLink")
			requireClean(t, err)
		}
	}
}

// An endpoint can be below a path, and a nextLink can name the default port or write
// its query without escapes.
func TestANextLinkBelowAPath(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	c.Add(account())
	c.PageSize = 1
	inner := azurefake.New(c)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		http.StripPrefix("/proxy/arm", inner).ServeHTTP(recorder, r)
		body := strings.ReplaceAll(recorder.Body.String(), r.Host+"/subscriptions", r.Host+"/proxy/arm/subscriptions")
		body = strings.ReplaceAll(body, "%24skiptoken=", "note=a b&$skiptoken=")
		w.Header().Set("Content-Type", recorder.Header().Get("Content-Type"))
		w.WriteHeader(recorder.Code)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	provider := open(settingsFor(server.URL + "/proxy/arm/"))
	for scope, want := range map[resource.Scope]int{hostScope: 2, diskScope: 4, balancerScope: 2, databaseScope: 2, cacheScope: 3, vpcScope: 2, subnetScope: 3, groupScope: 2, addressScope: 8, natScope: 2,
		clusterScope: 2, bucketScope: 2, snapshotScope: 2, imageScope: 2,
	} {
		require.Len(t, listAll(t, provider, scope), want)
	}
}

func TestAListThatLeadsBackToItself(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record("nic_list", []byte(`{"value":[],"nextLink":"`+settings.Endpoint+`/subscriptions/`+subscription+`/providers/Microsoft.Network/networkInterfaces?$skiptoken=1"}`))
	_, err := open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.BadAnswer, err)
}

func TestRegions(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(func(accounts []*fake.Account) {
		accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: "brazilsouth", Disabled: true}, &fake.Region{Name: "asia"})
	})
	provider := open(settings)
	regions, err := provider.Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"asia", "eastus", "westeurope"}, regions)
	for _, name := range []string{"brazilsouth", "eastsu"} {
		for _, scope := range allScopes {
			_, err := provider.List(t.Context(), scopeOf(scope.Kind, name), "")
			requireClass(t, cloud.RegionDisabled, err)
		}
	}
}

// What an unknown region has is no empty list, whatever ARM answers.
func TestHostsOfARegionThatThereIsNot(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record("vm_list", []byte(`{"value":[]}`))
	provider := open(settings)
	_, err := provider.List(t.Context(), scopeOf("resource_host", "eastsu"), "")
	requireClass(t, cloud.RegionDisabled, err)
	_, err = provider.Lookup(t.Context(), scopeOf("resource_host", "eastsu"), []string{"vm-0001"})
	requireClass(t, cloud.RegionDisabled, err)
}

func TestAnEmptyRegion(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	for _, scope := range allScopes {
		require.Empty(t, listAll(t, open(settings), scopeOf(scope.Kind, "westeurope")))
	}
	require.Zero(t, calls(c)["nic_list"], "nothing to join")
}

func TestLookup(t *testing.T) {
	t.Parallel()
	mysql := under("rg-db-0001/providers/microsoft.dbformysql/flexibleservers/orders")
	redis, managed := under("rg-cache-0001/providers/microsoft.cache/redis/sessions"), under("rg-cache-0003/providers/microsoft.cache/redisenterprise/vectors")
	logs, golden := under("rg-logs/providers/microsoft.storage/storageaccounts/logs"), under("rg-img-0001/providers/microsoft.compute/images/golden")
	web := under(groups + "web-nsg")
	for scope, test := range map[resource.Scope]struct{ ask, want []string }{
		groupScope:    {[]string{"gone", web}, []string{web}},
		clusterScope:  {[]string{"gone", "aks-0001"}, []string{"aks-0001"}},
		bucketScope:   {[]string{logs, "gone"}, []string{logs}},
		snapshotScope: {[]string{"snap-0002", "gone", "snap-0001"}, []string{"snap-0002", "snap-0001"}},
		imageScope:    {[]string{"gone", golden}, []string{golden}},
		addressScope:  {[]string{"ip-0002", "gone", "ip-0003"}, []string{"ip-0002", "ip-0003"}},
		natScope:      {[]string{"nat-0002", "gone"}, []string{"nat-0002"}},
		hostScope:     {[]string{"vm-0001", "gone", "vm-0002"}, []string{"vm-0001", "vm-0002"}},
		diskScope:     {[]string{"disk-0004", "gone"}, []string{"disk-0004"}},
		balancerScope: {[]string{"gone", "lb-0001"}, []string{"lb-0001"}},
		databaseScope: {[]string{"gone", mysql}, []string{mysql}},
		cacheScope:    {[]string{redis, "gone", managed}, []string{redis, managed}},
		vpcScope:      {[]string{"gone", under(vnetB)}, []string{under(vnetB)}},
		subnetScope:   {[]string{under(vnetA + "/subnets/back"), under(vnetB + "/subnets/back")}, []string{under(vnetA + "/subnets/back")}},
	} {
		t.Run(scope.Kind, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.PageSize = 1
			provider := open(settings)
			existing, err := provider.Lookup(t.Context(), scope, test.ask)
			require.NoError(t, err)
			require.Equal(t, test.want, existing)

			existing, err = provider.Lookup(t.Context(), scope, []string{"gone", "", "/subscriptions/x", "'; drop"})
			require.NoError(t, err)
			require.Empty(t, existing)

			upper := strings.ToUpper(test.want[0])
			existing, err = provider.Lookup(t.Context(), scope, []string{upper})
			require.NoError(t, err)
			require.Equal(t, []string{upper}, existing, "as it was asked for")

			limit := provider.LookupLimit(scope.Kind)
			many := make([]string, limit)
			for i := range many {
				many[i] = fmt.Sprintf("gone-%d", i)
			}
			many[limit/2] = test.want[0]
			existing, err = provider.Lookup(t.Context(), scope, many)
			require.NoError(t, err)
			require.Equal(t, test.want[:1], existing)
		})
	}
}

// A lookup trusts no table of before: what the listing lacked may exist since, and what
// it had may not.
func TestLookupIsFresh(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	for _, scope := range allScopes {
		listAll(t, provider, scope)
	}
	c.Update(func(accounts []*fake.Account) {
		r := accounts[0].Region(region)
		r.Disks[3].ID, r.LoadBalancers[0].ID, r.Hosts[0].ID = "disk-new", "lb-new", "vm-new"
		r.Caches[2].ID = "cache-new"
		r.Clusters[0].NativeID, r.Snapshots[0].NativeID, r.Images[0].NativeID, r.Buckets[0].NativeID = "aks-new", "snap-new", "img-new", "new"
		r.PublicIPs[2].NativeID, r.NATGateways[1].NativeID = "ip-new", "nat-new"
		r.VPCs[1].NativeID, r.Subnets[0].NativeID = "vnet-new", "new"
		r.Hosts[0].Subnet = "new" // else the old one is there for it
	})
	for scope, test := range map[resource.Scope][2]string{
		hostScope: {"vm-0001", "vm-new"}, diskScope: {"disk-0004", "disk-new"}, balancerScope: {"lb-0001", "lb-new"},
		cacheScope:   {under("rg-cache-0003/providers/microsoft.cache/redisenterprise/vectors"), under("rg-cache-new/providers/microsoft.cache/redisenterprise/vectors")},
		clusterScope: {"aks-0001", "aks-new"}, snapshotScope: {"snap-0001", "snap-new"},
		imageScope:   {under("rg-img-0001/providers/microsoft.compute/images/golden"), under("rg-img-new/providers/microsoft.compute/images/golden")},
		bucketScope:  {under("rg-logs/providers/microsoft.storage/storageaccounts/logs"), under("rg-new/providers/microsoft.storage/storageaccounts/logs")},
		addressScope: {"ip-0003", "ip-new"}, natScope: {"nat-0002", "nat-new"},
		vpcScope: {under(vnetB), under("rg-network/providers/microsoft.network/virtualnetworks/vnet-new")}, subnetScope: {under(vnetA + "/subnets/front"), under(vnetA + "/subnets/new")},
	} {
		existing, err := provider.Lookup(t.Context(), scope, test[:])
		require.NoError(t, err)
		require.Equal(t, test[1:], existing)
	}
}

// Whatever keeps from knowing makes nothing absent.
func TestALookupThatFails(t *testing.T) {
	t.Parallel()
	for _, verdict := range []fake.Verdict{fake.Denied, fake.Throttled, fake.ServerError, fake.InvalidCredential, fake.RegionDisabled} {
		for action, scope := range map[string]resource.Scope{"vm_list": hostScope, "disk_list": diskScope, "lb_list": balancerScope, "postgres_list": databaseScope, "redisenterprise_list": cacheScope, "vnet_list": subnetScope, "nsg_list": groupScope, "publicip_list": addressScope, "nat_list": natScope, "aks_list": clusterScope, "storage_list": bucketScope, "snapshot_list": snapshotScope, "image_list": imageScope, "permission_list": hostScope} {
			c, settings := setup(t)
			c.Break(fake.Fault{Action: action, Verdict: verdict})
			existing, err := open(settings).Lookup(t.Context(), scope, []string{"vm-0001"})
			require.Error(t, err)
			require.Empty(t, existing)
		}
	}
}

// Networks and subnets of a subscription with many of them cost the pages of one list.
func TestManySubnetsOverPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 100
	c.Update(func(accounts []*fake.Account) {
		r := accounts[0].Region(region)
		r.VPCs, r.Subnets, r.Hosts = nil, nil, nil
		for i := range 400 {
			vpc := fmt.Sprintf("net-%03d", i)
			r.VPCs = append(r.VPCs, resource.VPC{Meta: meta(vpc)})
			for n := range 3 {
				r.Subnets = append(r.Subnets, resource.Subnet{Meta: meta(fmt.Sprintf("sub-%d", n)), VPCID: vpc, CIDRs: []string{"10.0.0.0/24"}})
			}
		}
	})
	provider := open(settings)
	require.Len(t, listAll(t, provider, vpcScope), 400)
	first, err := provider.List(t.Context(), subnetScope, "")
	require.NoError(t, err)
	require.Len(t, first.Rows, 1000)
	require.Len(t, listFrom(t, provider, subnetScope, first.Next), 200)
	require.Equal(t, 4, calls(c)["vnet_list"])
	require.Len(t, listFrom(t, open(settings), subnetScope, first.Next), 200, "another worker goes on")
}
