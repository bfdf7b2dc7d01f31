package google_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/resource"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := byID(listAll(t, open(settings), hostScope))
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000001"}, Name: "web", Status: "RUNNING", Zone: region + "-b",
			InstanceType: "n2-standard-2", VCPU: 2, MemoryMiB: 8192, DiskGiB: 661,
			PrivateIPs: []string{"10.0.0.4", "10.1.0.4", "2600:1900::1"}, PublicIPs: []string{"203.0.113.4"},
			VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/front",
			OS: "debian-12-bookworm", ChargeType: "SPOT", Tags: map[string]string{"team": "shop", "tier": "web"},
			CloudCreatedAt: created, ExpiresAt: created.AddDate(0, 0, 1),
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000002"}, Name: "db", Status: "TERMINATED", Zone: region + "-a",
			InstanceType: "n2-custom-4-32768", VCPU: 4, MemoryMiB: 32768, DiskGiB: 127,
			PrivateIPs: []string{"10.0.0.5"}, VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/back",
			ChargeType: "PREEMPTIBLE", CloudCreatedAt: created,
		},
	}, utc(rows))
}

func TestDisks(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := byID(listAll(t, open(settings), diskScope))
	disk := func(id, name, status, zone string) *resource.Disk {
		return &resource.Disk{Meta: resource.Meta{NativeID: id}, Name: name, Status: status, Zone: zone, CloudCreatedAt: created}
	}
	web, data := disk("2000000000000000001", "web", "READY", region+"-b"), disk("2000000000000000002", "web-data", "READY", region+"-a,"+region+"-b")
	db, spare := disk("2000000000000000003", "db", "READY", region+"-a"), disk("2000000000000000004", "spare", "CREATING", region+"-a")
	web.HostNativeID, web.Device, web.Role, web.DiskType, web.SizeGiB = "1000000000000000001", "persistent-disk-0", "system", "pd-balanced", 30
	data.HostNativeID, data.Device, data.Role, data.DiskType, data.SizeGiB = "1000000000000000001", "data", "data", "pd-ssd", 256
	data.Tags = map[string]string{"team": "shop"}
	db.HostNativeID, db.Device, db.Role, db.DiskType, db.SizeGiB = "1000000000000000002", "db", "system", "hyperdisk-balanced", 127
	spare.DiskType, spare.SizeGiB = "pd-standard", 64
	require.Equal(t, []resource.Row{web, data, db, spare}, utc(rows), "a local SSD is in no list of disks")
}

// A rule to a VPN gateway, and to the APIs of the provider, balances nothing. Global rules are
// of the region global.
func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	provider := open(settings)
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "3000000000000000001"}, Name: "front", BalancerType: "application", Scheme: "public",
			Addresses: []string{"203.0.113.9"}, Ports: []string{"443/tcp"}, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "3000000000000000002"}, Name: "inner", BalancerType: "network", Scheme: "internal", Addresses: []string{"10.0.0.9"}, Ports: []string{"123/udp", "53/udp"},
			VPCID: "projects/demo-project/global/networks/prod", SubnetIDs: []string{"projects/demo-project/regions/europe-west1/subnetworks/back"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, provider, balancerScope))))
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{Meta: resource.Meta{NativeID: "3000000000000000009"}, Name: "world", BalancerType: "application", Scheme: "public", Addresses: []string{"2001:db8::1"}, CloudCreatedAt: created},
	}, utc(listAll(t, provider, scopeOf("resource_load_balancer", "global"))))
	for _, kind := range []string{"resource_host", "resource_disk", "resource_database", "resource_cache"} {
		require.Empty(t, listAll(t, provider, scopeOf(kind, "global")), kind)
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: resource.Meta{NativeID: "demo-project:europe-west1:events"}, Name: "events", Status: "STOPPED", Engine: "postgresql", EngineVersion: "16",
			InstanceType: "db-perf-optimized-N-8", VCPU: 8, MemoryMiB: 65536, StorageGiB: 64, Endpoint: "203.0.113.30", Port: 5432, CloudCreatedAt: created,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: "demo-project:europe-west1:orders"}, Name: "orders", Status: "RUNNABLE", Zone: region + "-b", Engine: "mysql", EngineVersion: "8.0.31",
			InstanceType: "db-custom-2-7680", VCPU: 2, MemoryMiB: 7680, StorageGiB: 128, Endpoint: "10.9.0.3", Port: 3306,
			VPCID: "projects/demo-project/global/networks/prod", ChargeType: "PER_USE", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, open(settings), databaseScope))))
}

func TestCaches(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	require.Equal(t, []resource.Row{
		&resource.Cache{
			Meta: resource.Meta{NativeID: "clusters/0c000000-1111-2222-3333-444444444444"}, Name: "big", Status: "ACTIVE", Zones: []string{region + "-b"},
			Engine: "redis", InstanceType: "REDIS_HIGHMEM_MEDIUM", MemoryMiB: 39936, Shards: 3, Replicas: 2, Endpoint: "10.5.1.4", Port: 6379,
			VPCID: "projects/demo-project/global/networks/prod", CloudCreatedAt: created,
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: "instances/0d000000-1111-2222-3333-444444444444"}, Name: "vectors", Status: "ACTIVE",
			Engine: "valkey", EngineVersion: "8.0", InstanceType: "STANDARD_SMALL", MemoryMiB: 13312, Shards: 2, Endpoint: "10.5.2.4", Port: 6379,
			VPCID: "projects/demo-project/global/networks/prod", Tags: map[string]string{"team": "search"}, CloudCreatedAt: created,
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: "projects/demo-project/locations/europe-west1/instances/sessions"}, Name: "sessions", Status: "READY",
			Zones: []string{region + "-b", region + "-c"}, Engine: "redis", EngineVersion: "7.0", InstanceType: "STANDARD_HA", MemoryMiB: 5120, Replicas: 1,
			Endpoint: "10.5.0.4", Port: 6379, VPCID: "projects/demo-project/global/networks/prod", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, open(settings), cacheScope))))
}

// utc brings the rows' times into one form.
func utc(rows []resource.Row) []resource.Row {
	for _, row := range rows {
		for _, at := range timesOf(row) {
			*at = at.UTC()
		}
	}
	return rows
}

func timesOf(row resource.Row) []*time.Time {
	switch row := row.(type) {
	case *resource.Host:
		return []*time.Time{&row.CloudCreatedAt, &row.ExpiresAt}
	case *resource.Disk:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Database:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.LoadBalancer:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Cache:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.VPC:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Subnet:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.SecurityGroup:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.PublicIP:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Snapshot:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.MachineImage:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Cluster:
		return []*time.Time{&row.CloudCreatedAt, &row.ExpiresAt}
	case *resource.Bucket:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Certificate:
		return []*time.Time{&row.CloudCreatedAt, &row.ExpiresAt}
	default:
		return nil
	}
}

// diffsync #25: the order of a list made every object "modified" at each run. What changes by
// itself is no part of a resource, either.
func TestOrderAndVolatileFieldsLeaveTheHash(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	before := map[string]map[string]resource.Hash{}
	for _, scope := range allScopes {
		before[scope.Kind] = entries(t, scope, listAll(t, open(settings), scope))
		require.NotEmpty(t, before[scope.Kind])
	}
	c.Update(func(accounts []*fake.Account) {
		for _, r := range accounts[0].Regions {
			reverse(r)
		}
		r := accounts[0].Regions[0]
		for i := range r.Hosts {
			r.Hosts[i].Volatile = "second"
		}
		for i := range r.Disks { // replicas
			zones := strings.Split(r.Disks[i].Zone, ",")
			slices.Reverse(zones)
			r.Disks[i].Zone = strings.Join(zones, ",")
		}
		for i := range r.Caches {
			r.Caches[i].Zones = slices.Clone(r.Caches[i].Zones)
			slices.Reverse(r.Caches[i].Zones)
		}
		slices.Reverse(r.Hosts)
		slices.Reverse(r.Disks)
		slices.Reverse(r.LoadBalancers)
		slices.Reverse(r.Databases)
		slices.Reverse(r.Caches)
	})
	for range 5 { // endpoints and primaries change places by themselves
		for _, scope := range allScopes {
			require.Equal(t, before[scope.Kind], entries(t, scope, listAll(t, open(settings), scope)), scope.Kind)
		}
	}
}

// Custom types say what they have; a type that no list has is one without a size.
func TestSizesOfHosts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]int64{
		"custom-6-13312": {6, 13312}, "n2-custom-4-65536-ext": {4, 65536}, "n2d-custom-8-32768": {8, 32768}, "e2-custom-micro-2048": {2, 2048}, "e2-custom-medium-4096": {2, 4096},
		"n2-standard-2": {2, 8192}, "retired-1": {}, "custom-x-1": {}, "": {},
	} {
		c, settings := setup(t)
		c.Record(machineTypeList, []byte(`{"kind":"compute#machineTypeList","items":[{"name":"n2-standard-2","guestCpus":2,"memoryMb":8192}]}`))
		c.Record(instanceList, []byte(`{"kind":"compute#instanceAggregatedList","items":{"zones/europe-west1-b":{"instances":[
			{"id":"1","name":"a","selfLink":"https://x/compute/v1/projects/p/zones/europe-west1-b/instances/a","machineType":"https://x/compute/v1/projects/p/zones/europe-west1-b/machineTypes/`+name+`"}]}}}`))
		rows := listAll(t, open(settings), hostScope)
		require.Len(t, rows, 1, name)
		host := rows[0].(*resource.Host)
		require.Equal(t, want, [2]int64{host.VCPU, host.MemoryMiB}, name)
		require.Equal(t, "STANDARD", host.ChargeType)
		require.Equal(t, region+"-b", host.Zone)
	}
}

func TestSizesOfDatabases(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]int64{
		"db-custom-4-15360": {4, 15360}, "db-f1-micro": {0, 614}, "db-n1-standard-2": {2, 7680}, "db-perf-optimized-N-64": {64, 524288}, "db-retired": {},
	} {
		c, settings := setup(t)
		c.Record(tierList, []byte(`{"kind":"sql#tiersList","items":[{"tier":"db-f1-micro","RAM":"643825664"},{"tier":"db-n1-standard-2","RAM":8053063680},{"tier":"db-perf-optimized-N-64","RAM":"549755813888"}]}`))
		c.Record(databaseList, []byte(`{"kind":"sql#instancesList","items":[{"connectionName":"p:r:n","name":"n","region":"europe-west1","databaseVersion":"SQLSERVER_2019_STANDARD","settings":{"tier":"`+name+`"}}]}`))
		rows := listAll(t, open(settings), databaseScope)
		require.Len(t, rows, 1, name)
		database := rows[0].(*resource.Database)
		require.Equal(t, want, [2]int64{database.VCPU, database.MemoryMiB}, name)
		require.Equal(t, []any{"sqlserver", "2019", int64(1433)}, []any{database.Engine, database.EngineVersion, database.Port})
	}
}

// A cluster has several endpoints, in any order: the one for discovery counts, else the first.
func TestEndpointsOfClusters(t *testing.T) {
	t.Parallel()
	auto := func(ip, more string) string {
		return `{"pscAutoConnection":{"ipAddress":"` + ip + `","port":6379` + more + `}}`
	}
	const discovery = `,"connectionType":"CONNECTION_TYPE_DISCOVERY"`
	for connections, want := range map[string]string{
		auto("10.0.0.2", "") + "," + auto("10.0.0.9", discovery):                                     "10.0.0.9",
		auto("10.0.0.9", discovery) + "," + auto("10.0.0.2", ""):                                     "10.0.0.9",
		auto("10.0.0.9", "") + `,{"pscConnection":{"ipAddress":"10.0.0.1"}},` + auto("10.0.0.2", ""): "10.0.0.2",
		auto("10.0.0.9", discovery) + "," + auto("10.0.0.2", "") + "," + auto("10.0.0.7", discovery): "10.0.0.7",
		auto("10.0.0.7", discovery) + "," + auto("10.0.0.9", discovery):                              "10.0.0.7",
		`{"pscConnection":{"ipAddress":"10.0.0.1"}},null`:                                            "",
	} {
		c, settings := setup(t)
		c.Record(valkeyList, []byte(`{"instances":[{"uid":"u","name":"projects/p/locations/europe-west1/instances/v","endpoints":[null,{"connections":[`+connections+`]}]}]}`))
		rows := byID(listAll(t, open(settings), cacheScope))
		require.Equal(t, "v", rows[1].(*resource.Cache).Name)
		require.Equal(t, want, rows[1].(*resource.Cache).Endpoint, connections)
	}
}

// Only the frontends of load balancers are rows, and each once.
func TestRulesThatBalanceNothing(t *testing.T) {
	t.Parallel()
	const p = "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/"
	for rule, isRow := range map[string]bool{
		`"backendService":"` + p + `backendServices/b","loadBalancingScheme":"INTERNAL"`: true,
		`"target":"` + p + `targetHttpsProxies/t"`:                                       true,
		`"target":"` + p + `targetPools/t"`:                                              true,
		`"target":"` + p + `targetVpnGateways/t"`:                                        false,
		`"target":"` + p + `targetInstances/t"`:                                          false,
		`"target":"` + p + `serviceAttachments/t"`:                                       false,
		`"target":"all-apis"`:                                                            false,
		`"target":"vpc-sc"`:                                                              false,
		`"target":"` + p + `targetPools/t","pscConnectionId":"7"`:                        false,
		`"target":"` + p + `targetPools/t","baseForwardingRule":"` + p + `f"`:            false,
		`"target":"` + p + `targetPools/t","parentForwardingRule":"` + p + `f"`:          false,
	} {
		c, settings := setup(t)
		c.Record(ruleList, []byte(`{"kind":"compute#forwardingRuleAggregatedList","items":{"regions/europe-west1":{"forwardingRules":[{"id":"1","name":"r","selfLink":"`+p+`forwardingRules/r",`+rule+`}]}}}`))
		provider := open(settings)
		require.Equal(t, isRow, len(listAll(t, provider, balancerScope)) == 1, rule)
		existing, err := provider.Lookup(t.Context(), balancerScope, []string{"1"})
		require.NoError(t, err)
		require.Equal(t, []string{"1"}, existing, "it is there all the same")
	}
}

// What a rule listens at: a range, single ports, or all.
func TestPortsOfRules(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string][]string{
		`"IPProtocol":"TCP","portRange":"443-443"`:      {"443/tcp"},
		`"IPProtocol":"TCP","portRange":"8000-8010"`:    {"8000-8010/tcp"},
		`"IPProtocol":"UDP","ports":["53","8000-8010"]`: {"53/udp", "8000-8010/udp"},
		`"IPProtocol":"UDP","ports":["53","123"]`:       {"123/udp", "53/udp"},
		`"IPProtocol":"TCP","allPorts":true`:            {"all/tcp"},
		`"IPProtocol":"L3_DEFAULT","allPorts":true`:     {"all/all"},
		`"IPProtocol":"ESP"`:                            nil,
		`"ports":null,"portRange":""`:                   nil,
	} {
		c, settings := setup(t)
		c.Record(ruleList, []byte(`{"kind":"compute#forwardingRuleAggregatedList","items":{"regions/europe-west1":{"forwardingRules":[{"id":"1","name":"r","selfLink":"https://x/projects/p/regions/europe-west1/forwardingRules/r",`+rule+`}]}}}`))
		require.Equal(t, want, listAll(t, open(settings), balancerScope)[0].(*resource.LoadBalancer).Ports, rule)
	}
}

// A source of replicas that runs elsewhere is no database of the project.
func TestDatabasesThatRunElsewhere(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record(databaseList, []byte(`{"kind":"sql#instancesList","items":[{"connectionName":"p:europe-west1:n","region":"europe-west1","instanceType":"ON_PREMISES_INSTANCE"},
		{"connectionName":"p:europe-west1:r","name":"r","region":"europe-west1","instanceType":"READ_REPLICA_INSTANCE","masterInstanceName":"p:n","state":"RUNNABLE"}]}`))
	rows := listAll(t, open(settings), databaseScope)
	require.Len(t, rows, 1)
	require.Equal(t, "r", rows[0].(*resource.Database).Name)
}

// A disk whose instance no list has is of none; of several instances, the first has it.
func TestUsersOfDisks(t *testing.T) {
	t.Parallel()
	at := func(path string) string {
		return `"https://x/compute/v1/projects/demo-project/zones/europe-west1-` + path + `"`
	}
	for users, want := range map[string][3]string{
		at("b/instances/web"):                              {"1000000000000000001", "persistent-disk-0", "system"},
		at("b/instances/web") + "," + at("a/instances/db"): {"1000000000000000002", "", ""},
		at("b/instances/gone"):                             {},
		"":                                                 {},
	} {
		c, settings := setup(t)
		c.Record(diskList, []byte(`{"kind":"compute#diskAggregatedList","items":{"zones/europe-west1-b":{"disks":[{"id":"5","selfLink":`+at("b/disks/web")+`,"sizeGb":10,"users":[`+users+`]}]}}}`))
		disk := listAll(t, open(settings), diskScope)[0].(*resource.Disk)
		require.Equal(t, want, [3]string{disk.HostNativeID, disk.Device, disk.Role}, users)
	}
}

// A value that makes no sense costs the row that it belongs to.
func TestAbsurdValues(t *testing.T) {
	t.Parallel()
	in := func(list, of string) string {
		return `{"kind":"compute#` + strings.TrimSuffix(list, "s") + `AggregatedList","items":{"zones/europe-west1-b":{"` + list + `":[{"selfLink":"https://x/projects/p/zones/europe-west1-b/` + list + `/odd",` + of + `}]}}}`
	}
	for name, test := range map[string]struct {
		scope              resource.Scope
		action, body, want string
	}{
		"negative disk":          {hostScope, instanceList, in("instances", `"id":"1","disks":[{"diskSizeGb":"-30"}]`), `instance "1": diskSizeGb makes no sense: "-30"`},
		"disks in a text":        {hostScope, instanceList, in("instances", `"id":"1","disks":"none"`), `instance "1": disks makes no sense`},
		"time that is none":      {hostScope, instanceList, in("instances", `"id":"1","creationTimestamp":"yesterday"`), `creationTimestamp makes no sense: "yesterday"`},
		"id as a list":           {hostScope, instanceList, in("instances", `"id":[7]`), "instance without an id: id makes no sense"},
		"no place":               {hostScope, instanceList, `{"kind":"compute#instanceAggregatedList","items":{"zones/europe-west1-b":{"instances":[{"id":"1"}]}}}`, `instance "1": it has no location`},
		"half a disk":            {diskScope, diskList, in("disks", `"id":"1","sizeGb":0.5`), `disk "1": sizeGb makes no sense: "0.5"`},
		"an odd rule":            {balancerScope, ruleList, in("forwardingRules", `"id":"1","labels":7`), `forwarding rule "1": labels makes no sense`},
		"an odd type":            {hostScope, machineTypeList, `{"kind":"compute#machineTypeList","items":[{"name":"n2-standard-2","guestCpus":-2}]}`, `machine type "n2-standard-2": guestCpus makes no sense: "-2"`},
		"an odd tier":            {databaseScope, tierList, `{"kind":"sql#tiersList","items":[{"tier":"db-perf-optimized-N-8","RAM":"much"}]}`, `tier "db-perf-optimized-N-8": RAM makes no sense: "much"`},
		"storage in words":       {databaseScope, databaseList, `{"kind":"sql#instancesList","items":[{"connectionName":"p:r:n","region":"europe-west1","settings":{"dataDiskSizeGb":"big"}}]}`, `dataDiskSizeGb makes no sense: "big"`},
		"an odd instance":        {diskScope, instanceList, in("instances", `"id":"1","disks":"?"`), ``},
		"a port that is none":    {cacheScope, redisList, `{"instances":[{"name":"projects/p/locations/europe-west1/instances/n","port":70000}]}`, `port makes no sense: "70000"`},
		"an absurd cluster":      {cacheScope, clusterList, `{"clusters":[{"uid":"u","name":"projects/p/locations/europe-west1/clusters/n","preciseSizeGb":1e30}]}`, `cluster "clusters/u": preciseSizeGb makes no sense: "1e30"`},
		"a cluster without uid":  {cacheScope, clusterList, `{"clusters":[{"name":"projects/p/locations/europe-west1/clusters/n"}]}`, `cluster without an id`},
		"time of a network":      {vpcScope, networkList, `{"kind":"compute#networkList","items":[{"id":"1","selfLink":"https://x/projects/p/global/networks/n","creationTimestamp":"soon"}]}`, `network "projects/p/global/networks/n": creationTimestamp makes no sense`},
		"ranges in a text":       {subnetScope, subnetworkList, in("subnetworks", `"secondaryIpRanges":7`), `secondaryIpRanges makes no sense: "7"`},
		"ports in a number":      {groupScope, firewallList, `{"kind":"compute#firewallList","items":[{"id":"1","selfLink":"https://x/projects/p/global/firewalls/n","allowed":[{"IPProtocol":"tcp","ports":22}]}]}`, `firewall rule "1": allowed[0].ports makes no sense: "22"`},
		"users in a number":      {addressScope, addressList, strings.Replace(in("addresses", `"id":"1","users":7`), "addresseA", "addressA", 1), `address "1": users makes no sense`},
		"a router without list":  {natScope, routerList, in("routers", `"id":"1","nats":"none"`), `NAT gateway without an id: nat makes no sense: "\"none\""`},
		"no router":              {natScope, routerList, `{"kind":"compute#routerAggregatedList","items":{"regions/europe-west1":{"routers":[null]}}}`, `NAT gateway without an id`},
		"a NAT in a number":      {natScope, routerList, in("routers", `"id":"1","nats":[{"name":"n","natIps":7}]`), `NAT gateway "1/n": nat.natIps makes no sense: "7"`},
		"an odd address":         {natScope, addressList, strings.Replace(strings.ReplaceAll(in("addresses", `"id":"1","status":[7]`), "p/zones/europe-west1-b/addresses/odd", "demo-project/regions/europe-west1/addresses/nat-203-0-113-70"), "addresseA", "addressA", 1), `address "projects/demo-project/regions/europe-west1/addresses/nat-203-0-1…": status makes no sense`},
		"a nameless address":     {natScope, addressList, `{"kind":"compute#addressAggregatedList","items":{"regions/europe-west1":{"addresses":[{"id":"1"}]}}}`, `NAT gateway "4300000000000000001/out": address without an id`},
		"a negative snapshot":    {scopeOf("resource_snapshot", "global"), snapshotList, `{"kind":"compute#snapshotList","items":[{"id":"1","selfLink":"https://x/projects/p/global/snapshots/n","diskSizeGb":"-1"}]}`, `snapshot "1": diskSizeGb makes no sense: "-1"`},
		"an image in words":      {imageScope, imageList, `{"kind":"compute#imageList","items":[{"id":"1","selfLink":"https://x/projects/p/global/images/n","diskSizeGb":"big"}]}`, `image "1": diskSizeGb makes no sense: "big"`},
		"an odd GKE cluster":     {gkeScope, gkeList, `{"clusters":[{"id":"u","location":"europe-west1-b","createTime":"soon"}]}`, `cluster "u": createTime makes no sense`},
		"a bucket of nowhere":    {bucketScope, bucketList, `{"kind":"storage#buckets","items":[{"name":"b"}]}`, `bucket "b": it has no location`},
		"an odd certificate":     {certificateScope, managerList, `{"certificates":[{"name":"projects/p/locations/europe-west1/certificates/n","expireTime":"soon"}]}`, `expireTime makes no sense`},
		"a managed text":         {certificateScope, certificateList, in("sslCertificates", `"id":"1","managed":"yes"`), `certificate "1": managed makes no sense`},
		"too much of one Valkey": {cacheScope, valkeyList, `{"instances":[{"uid":"u","name":"projects/p/locations/europe-west1/instances/n","shardCount":1000000000000,"nodeConfig":{"sizeGb":1000000000000}}]}`, `sizeGb makes no sense`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record(test.action, []byte(test.body))
			provider := open(settings)
			var texts []string
			for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
				page, err := provider.List(t.Context(), test.scope, cursor)
				require.NoError(t, err)
				for _, problem := range page.Problems {
					texts = append(texts, problem.Text)
				}
				cursor = page.Next
			}
			require.Contains(t, strings.Join(texts, "\n"), test.want)
		})
	}
}

// What a proxy that ignores the region lists of another is no row.
func TestCachesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record(redisList, []byte(`{"instances":[{"name":"projects/p/locations/us-east4/instances/n"},{"name":"projects/p/locations/europe-west1/instances/n"}]}`))
	require.Len(t, listAll(t, open(settings), cacheScope), 3)
	c.Record(redisList, []byte(`{"instances":[{"name":"projects/p/locations/us-east4/instances/n"}]}`))
	_, err := open(settings).List(t.Context(), cacheScope, "")
	requireClass(t, cloud.BadAnswer, err)
	require.ErrorContains(t, err, "check the endpoint")
}

// Nothing secret that the lists carry reaches a row.
func TestSecretsOfListsAreNotKept(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	for _, scope := range allScopes {
		for _, row := range listAll(t, open(settings), scope) {
			text, err := json.Marshal(row)
			require.NoError(t, err)
			require.NotContains(t, string(text), googlefake.Secret)
		}
	}
}
