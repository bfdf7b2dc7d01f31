package google_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const (
	prod  = "projects/demo-project/global/networks/prod"
	front = "projects/demo-project/regions/europe-west1/subnetworks/front"
)

func meta(id string) resource.Meta { return resource.Meta{NativeID: id} }

// furnish gives the account a network and what stands in it: the rows are those that are listed.
func furnish(a *fake.Account) *fake.Account {
	shop := map[string]string{"team": "shop"}
	global := a.Region("global")
	global.VPCs = []resource.VPC{
		{Meta: meta(prod), Name: "prod", CIDRs: []string{"fd20:1::/48"}, CloudCreatedAt: created},
		{Meta: meta("projects/demo-project/global/networks/test"), Name: "test", CloudCreatedAt: created},
	}
	global.SecurityGroups = []fake.SecurityGroup{
		{
			SecurityGroup: resource.SecurityGroup{Meta: meta("4100000000000000001"), Name: "web", Status: "ENABLED", Description: "what the web serves", VPCID: prod, CloudCreatedAt: created},
			Rules: []resource.SecurityRule{
				{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "1000", To: "tag:web"}, {Protocol: "tcp", Ports: "8000-8080", Peer: "0.0.0.0/0", Priority: "1000", To: "tag:web"},
				{Protocol: "tcp", Ports: "443", Peer: "tag:lb", Priority: "1000", To: "tag:web"}, {Protocol: "tcp", Ports: "8000-8080", Peer: "tag:lb", Priority: "1000", To: "tag:web"},
				{Protocol: "icmp", Peer: "0.0.0.0/0", Priority: "1000", To: "tag:web"}, {Protocol: "icmp", Peer: "tag:lb", Priority: "1000", To: "tag:web"},
			},
		},
		{
			SecurityGroup: resource.SecurityGroup{Meta: meta("4100000000000000002"), Name: "no-out", Status: "DISABLED", VPCID: prod, CloudCreatedAt: created},
			Rules:         []resource.SecurityRule{{Egress: true, Deny: true, Protocol: "all", Peer: "2001:db8::/32", Priority: "65534"}},
		},
	}
	global.PublicIPs = []resource.PublicIP{{Meta: meta("4200000000000000009"), Name: "world", Status: "IN_USE", Address: "2001:db8::1", AttachedType: "forwardingRules", AttachedID: "projects/demo-project/global/forwardingRules/world", CloudCreatedAt: created}}
	global.Snapshots = []resource.Snapshot{{Meta: meta("4400000000000000009"), Name: "old", Status: "READY", SnapshotType: "ARCHIVE", DiskNativeID: "2000000000000000001", SizeGiB: 30, Tags: shop, CloudCreatedAt: created}}
	global.Images = []resource.MachineImage{
		{Meta: meta("4500000000000000001"), Name: "golden", Status: "READY", OS: "debian-12-bookworm", Architecture: "x86_64", SizeGiB: 10, Tags: shop, CloudCreatedAt: created},
		{Meta: meta("4500000000000000002"), Name: "older", Status: "OBSOLETE", Architecture: "arm64", SizeGiB: 20, CloudCreatedAt: created},
	}
	global.Buckets = []resource.Bucket{{Meta: meta("demo-assets"), Name: "demo-assets", BucketType: "multi-region EU", StorageClass: "STANDARD", CloudCreatedAt: created}}
	global.Certificates = []resource.Certificate{
		{Meta: meta("4600000000000000009"), Name: "world", CertificateType: "SELF_MANAGED", Domains: []string{"demo.example"}, CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0)},
		{Meta: meta("projects/demo-project/locations/global/certificates/wild"), Name: "wild", Status: "ACTIVE", CertificateType: "MANAGED", Domains: []string{"*.demo.example", "demo.example"}, Tags: shop, CloudCreatedAt: created, ExpiresAt: created.AddDate(0, 3, 0)},
	}

	r := a.Region(region)
	r.Subnets = []resource.Subnet{
		{Meta: meta("projects/demo-project/regions/europe-west1/subnetworks/back"), Name: "back", Status: "DRAINING", VPCID: prod, CIDRs: []string{"10.1.0.0/24"}, CloudCreatedAt: created},
		{Meta: meta(front), Name: "front", VPCID: prod, CIDRs: []string{"10.0.0.0/24", "10.4.0.0/16", "10.8.0.0/20", "2600:1900::/64"}, CloudCreatedAt: created},
	}
	r.PublicIPs = []resource.PublicIP{
		{Meta: meta("4200000000000000001"), Name: "web", Status: "IN_USE", Address: "203.0.113.4", AttachedType: "instances", AttachedID: "projects/demo-project/zones/europe-west1-b/instances/web", Tags: shop, CloudCreatedAt: created},
		{Meta: meta("4200000000000000002"), Name: "range", Status: "RESERVED", Address: "2600:1900:4000::/96", CloudCreatedAt: created},
	}
	r.NATGateways = []resource.NATGateway{
		{Meta: meta("4300000000000000001/out"), Name: "out", GatewayType: "PUBLIC", VPCID: prod, PublicIPs: []string{"203.0.113.70", "203.0.113.71"}},
		{Meta: meta("4300000000000000002/peers"), Name: "peers", GatewayType: "PRIVATE", VPCID: prod},
	}
	r.Snapshots = []resource.Snapshot{{Meta: meta("4400000000000000001"), Name: "nightly", Status: "CREATING", SnapshotType: "STANDARD", DiskNativeID: "2000000000000000002", SizeGiB: 256, CloudCreatedAt: created}}
	r.Clusters = []resource.Cluster{
		{Meta: meta("0e000000aaaa"), Name: "shop", Status: "RUNNING", ClusterType: "standard", Version: "1.33.4-gke.100", Endpoint: "203.0.113.90", VPCID: prod, SubnetIDs: []string{front}, Tags: shop, CloudCreatedAt: created},
		{Meta: meta("0e000000bbbb"), Name: "trial", Status: "PROVISIONING", ClusterType: "autopilot", Version: "1.34.1-gke.7", VPCID: prod, CloudCreatedAt: created, ExpiresAt: created.AddDate(0, 1, 0)},
	}
	r.Buckets = []resource.Bucket{{Meta: meta("demo-logs"), Name: "demo-logs", BucketType: "region", StorageClass: "NEARLINE", Tags: shop, CloudCreatedAt: created}}
	r.Certificates = []resource.Certificate{
		{Meta: meta("4600000000000000001"), Name: "shop", CertificateType: "SELF_MANAGED", Domains: []string{"shop.example", "www.shop.example"}, CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0)},
		{Meta: meta("4600000000000000002"), Name: "new", Status: "PROVISIONING", CertificateType: "MANAGED", Domains: []string{"new.example"}, CloudCreatedAt: created},
		{Meta: meta("projects/demo-project/locations/europe-west1/certificates/inner"), Name: "inner", CertificateType: "SELF_MANAGED", Domains: []string{"inner.example"}, CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0)},
	}
	return a
}

// rowsOf are the rows of a kind that a region of the fake cloud has.
func rowsOf(r *fake.Region, kind string) (rows []resource.Row) {
	switch kind {
	case "resource_vpc":
		return fake.Rows(r.VPCs)
	case "resource_subnet":
		return fake.Rows(r.Subnets)
	case "resource_security_group":
		return fake.SecurityGroupRows(r.SecurityGroups)
	case "resource_public_ip":
		return fake.Rows(r.PublicIPs)
	case "resource_nat_gateway":
		return fake.Rows(r.NATGateways)
	case "resource_snapshot":
		return fake.Rows(r.Snapshots)
	case "resource_image":
		return fake.Rows(r.Images)
	case "resource_cluster":
		return fake.Rows(r.Clusters)
	case "resource_bucket":
		return fake.Rows(r.Buckets)
	default:
		return fake.Rows(r.Certificates)
	}
}

func reverse(r *fake.Region) {
	slices.Reverse(r.VPCs)
	slices.Reverse(r.Subnets)
	slices.Reverse(r.SecurityGroups)
	slices.Reverse(r.PublicIPs)
	slices.Reverse(r.NATGateways)
	slices.Reverse(r.Snapshots)
	slices.Reverse(r.Images)
	slices.Reverse(r.Clusters)
	slices.Reverse(r.Buckets)
	slices.Reverse(r.Certificates)
	for i := range r.SecurityGroups {
		rules := slices.Clone(r.SecurityGroups[i].Rules)
		slices.Reverse(rules)
		r.SecurityGroups[i].Rules = rules
	}
	for i := range r.NATGateways {
		ips := slices.Clone(r.NATGateways[i].PublicIPs)
		slices.Reverse(ips)
		r.NATGateways[i].PublicIPs = ips
	}
}

// Every column that the lists give, in each region and globally.
func TestRowsOfNetworksAndServices(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	provider := open(settings)
	for _, scope := range allScopes[5:] {
		for _, name := range []string{region, "us-east4", "global"} {
			want := rowsOf(account().Region(name), scope.Kind)
			require.Equal(t, byID(want), utc(byID(listAll(t, provider, scopeOf(scope.Kind, name)))), "%s in %s", scope.Kind, name)
		}
	}
}

// A rule of Google is lines for each protocol, range of ports and peer; whom it is for is one
// word of each.
func TestLinesOfFirewalls(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string][]string{
		`"direction":"INGRESS","priority":0,"allowed":[{"IPProtocol":"all"}],"sourceRanges":["10.1.2.3/8"]`: {"ingress all all 10.0.0.0/8 allow 0"},
		`"allowed":[{"IPProtocol":"tcp","ports":["22","80-90"]},{"IPProtocol":"50"}]`:                       {"ingress 50 all all allow", "ingress tcp 22-22 all allow", "ingress tcp 80-90 all allow"},
		`"priority":5,"denied":[{"IPProtocol":"udp"}],"sourceTags":["a"],"sourceServiceAccounts":["x@p.iam"]`: {
			"ingress udp all tag:a deny 5", "ingress udp all x@p.iam deny 5",
		},
		`"direction":"EGRESS","priority":5,"allowed":[{"IPProtocol":"tcp"}],"destinationRanges":["::/0","0.0.0.0/0"],"targetTags":["z","a"],"targetServiceAccounts":["x@p.iam"]`: {
			"egress tcp all 0.0.0.0/0 allow 5 to=tag:a,tag:z,x@p.iam", "egress tcp all ::/0 allow 5 to=tag:a,tag:z,x@p.iam",
		},
		`"direction":"EGRESS","priority":5,"allowed":[{"IPProtocol":"tcp"}],"sourceRanges":["10.0.0.0/8"]`: {"egress tcp all all allow 5 to=10.0.0.0/8"},
		`"priority":5,"allowed":[{"IPProtocol":"tcp"}],"destinationRanges":["10.2.0.0/16","10.1.0.0/16"],"targetTags":["a"]`: {
			"ingress tcp all all allow 5 to=tag:a&10.1.0.0/16,10.2.0.0/16",
		},
		`"priority":5`: nil,
	} {
		c, settings := setup(t)
		c.Record(firewallList, []byte(`{"kind":"compute#firewallList","items":[{"id":"1","selfLink":"https://x/projects/p/global/firewalls/f",`+rule+`}]}`))
		require.Equal(t, want, listAll(t, open(settings), groupScope)[0].(*resource.SecurityGroup).Rules, rule)
	}
}

// Internal addresses, and those that a NAT gateway takes for itself, are no public IPs. A look-up
// knows them all the same.
func TestAddressesThatAreNotKept(t *testing.T) {
	t.Parallel()
	for of, isRow := range map[string]bool{
		`"addressType":"EXTERNAL"`: true, `"purpose":"GCE_ENDPOINT"`: true, `"addressType":"INTERNAL"`: false,
		`"addressType":"INTERNAL","purpose":"VPC_PEERING"`: false, `"addressType":"EXTERNAL","purpose":"NAT_AUTO"`: false,
	} {
		c, settings := setup(t)
		c.Record(addressList, []byte(`{"kind":"compute#addressAggregatedList","items":{"regions/europe-west1":{"addresses":[{"id":"1","selfLink":"https://x/projects/p/regions/europe-west1/addresses/a",`+of+`}]}}}`))
		provider := open(settings)
		require.Equal(t, isRow, len(listAll(t, provider, addressScope)) == 1, of)
		existing, err := provider.Lookup(t.Context(), addressScope, []string{"1"})
		require.NoError(t, err)
		require.Equal(t, []string{"1"}, existing)
	}
}

// The addresses are listed once more, for one that was reserved meanwhile. Of one that is gone,
// the gateway has none. A look-up of gateways needs no addresses.
func TestAddressesOfNATs(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record(addressList, []byte(`{"kind":"compute#addressAggregatedList","items":{"regions/europe-west1":{"addresses":[
		{"id":"1","selfLink":"https://x/projects/demo-project/regions/europe-west1/addresses/nat-203-0-113-71","address":"203.0.113.71"}]}}}`))
	provider := open(settings)
	rows := byID(listAll(t, provider, natScope))
	require.Equal(t, []string{"203.0.113.71"}, rows[0].(*resource.NATGateway).PublicIPs)
	before := calls(c)[addressList]
	existing, err := provider.Lookup(t.Context(), natScope, []string{"4300000000000000001/out", "4300000000000000001/gone"})
	require.NoError(t, err)
	require.Equal(t, []string{"4300000000000000001/out"}, existing)
	require.Equal(t, before, calls(c)[addressList])
}

// A bucket is in the region of its location, or global.
func TestLocationsOfBuckets(t *testing.T) {
	t.Parallel()
	for location, want := range map[string][2]string{
		`"EUROPE-WEST1","locationType":"region"`: {region, "region"}, `"europe-west1-b","locationType":"zone"`: {region, "zone"},
		`"EU","locationType":"multi-region"`: {"global", "multi-region EU"}, `"NAM4","locationType":"dual-region"`: {"global", "dual-region NAM4"}, `"US"`: {"global", "US"},
	} {
		c, settings := setup(t)
		c.Record(bucketList, []byte(`{"kind":"storage#buckets","items":[{"name":"b","location":`+location+`}]}`))
		rows := listAll(t, open(settings), scopeOf("resource_bucket", want[0]))
		require.Len(t, rows, 1, location)
		require.Equal(t, want[1], rows[0].(*resource.Bucket).BucketType)
	}
}

// What an answer of Kubernetes Engine lacks is of the regions of its zones.
func TestClustersThatAreMissing(t *testing.T) {
	t.Parallel()
	for missing, lacks := range map[string][]string{
		`"us-east4-b"`: {"us-east4"}, `"us-east4"`: {"us-east4"}, `"somewhere"`: {region, "us-east4", "global"}, ``: nil,
	} {
		c, settings := setup(t)
		c.Record(gkeList, []byte(`{"clusters":[{"id":"u","location":"europe-west1"}],"missingZones":[`+missing+`]}`))
		for _, name := range []string{region, "us-east4", "global"} {
			_, err := open(settings).List(t.Context(), scopeOf("resource_cluster", name), "")
			if slices.Contains(lacks, name) {
				requireClass(t, cloud.Incomplete, err)
			} else {
				require.NoError(t, err, "%s without %s", name, missing)
			}
		}
	}
}

// One endpoint may be by name alone, and a certificate that is being issued has no names yet but
// those that it is asked for.
func TestFormsOfClustersAndCertificates(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record(gkeList, []byte(`{"clusters":[{"id":"u","location":"europe-west1-b","controlPlaneEndpointsConfig":{"dnsEndpointConfig":{"endpoint":"gke-u.europe-west1.gke.goog"}}}]}`))
	require.Equal(t, "gke-u.europe-west1.gke.goog", listAll(t, open(settings), gkeScope)[0].(*resource.Cluster).Endpoint)
	for of, want := range map[string]resource.Certificate{
		`"managed":{"domains":["b","a"],"state":"FAILED"},"sanDnsnames":["a"]`: {CertificateType: "MANAGED", Status: "FAILED", Domains: []string{"a", "b"}},
		`"managedIdentity":{"state":"ACTIVE"}`:                                 {CertificateType: "MANAGED_IDENTITY", Status: "ACTIVE"},
		`"selfManaged":{}`:                                                     {CertificateType: "SELF_MANAGED"},
	} {
		c.Record(certificateList, []byte(`{"kind":"compute#sslCertificateAggregatedList"}`))
		c.Record(managerList, []byte(`{"certificates":[{"name":"projects/p/locations/europe-west1/certificates/n",`+of+`}]}`))
		want.Meta, want.Name = meta("projects/p/locations/europe-west1/certificates/n"), "n"
		require.Equal(t, []resource.Row{&want}, listAll(t, open(settings), certificateScope), of)
	}
}

// Regional snapshots and Certificate Manager go on by tokens, and answer for their region alone.
func TestRegionalListsOverPages(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 1
	for _, scope := range []resource.Scope{snapshotScope, certificateScope} {
		require.Len(t, listAll(t, open(settings), scope), len(rowsOf(account().Region(region), scope.Kind)))
	}
	c.Record(regionSnapshots, []byte(`{"kind":"compute#snapshotList","items":[{"id":"1","selfLink":"https://x/projects/p/regions/us-east4/snapshots/n"}]}`))
	_, err := listUntil(t, open(settings), snapshotScope)
	requireClass(t, cloud.BadAnswer, err)
	c.Record(regionSnapshots, []byte(`{"items":[]}`))
	_, err = listUntil(t, open(settings), snapshotScope)
	requireClass(t, cloud.BadAnswer, err)
}
