package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/fake"
	"cloudsync/coverage"
	"cloudsync/resource"
)

// keptKind is how the test of all kinds puts resources of one into the fake clouds.
type keptKind struct {
	name string
	add  func(r *realStack, region *fake.Region, n int)
	// change changes the region's first one, drop takes away its last.
	change, drop func(region *fake.Region)
	// has is what the row of the nth has, in SQL, where all clouds have that.
	has func(n int) string
}

// made is when the resources of these tests were made.
var made = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)

// keptKinds are all kinds but hosts, whose test is TestRealClouds.
var keptKinds = []keptKind{
	{
		name: diskKind,
		add: func(r *realStack, region *fake.Region, n int) {
			region.Disks = append(region.Disks, fake.Disk{ID: fmt.Sprintf("d-%017d", n), Name: fmt.Sprint("disk-", n), Zone: r.zones(region.Name), SizeGiB: 40, Created: made})
		},
		change: func(region *fake.Region) { region.Disks[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Disks = withoutLast(region.Disks) },
		has:    func(n int) string { return fmt.Sprintf("name = 'disk-%d' AND size_gib = 40", n) },
	},
	{
		name: "resource_database",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Databases = append(region.Databases, r.databaseOf(n))
		},
		change: func(region *fake.Region) { region.Databases[0].Endpoint = "10.9.0.1" },
		drop:   func(region *fake.Region) { region.Databases = withoutLast(region.Databases) },
		has:    func(n int) string { return fmt.Sprintf("name = 'database-%d' AND engine = 'mysql'", n) },
	},
	{
		name: "resource_load_balancer",
		add: func(r *realStack, region *fake.Region, n int) {
			region.LoadBalancers = append(region.LoadBalancers, r.balancerIn(region.Name, n))
		},
		change: func(region *fake.Region) { region.LoadBalancers[0].Tags = map[string]string{"app": "changed"} },
		drop:   func(region *fake.Region) { region.LoadBalancers = withoutLast(region.LoadBalancers) },
		has:    func(n int) string { return fmt.Sprintf("name = 'balancer-%d' AND scheme = 'internal'", n) },
	},
	{
		name: "resource_cache",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Caches = append(region.Caches, r.cacheIn(region.Name, n))
		},
		change: func(region *fake.Region) { region.Caches[0].Endpoint = "10.9.0.2" },
		drop:   func(region *fake.Region) { region.Caches = withoutLast(region.Caches) },
		has:    func(n int) string { return fmt.Sprintf("name = 'cache-%d' AND port = 6379", n) },
	},
	{
		name: "resource_vpc",
		add: func(r *realStack, region *fake.Region, n int) {
			region.VPCs = append(region.VPCs, resource.VPC{Meta: idOf("vpc", n), Name: fmt.Sprint("vpc-", n), CIDRs: []string{"10.0.0.0/8"}, CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.VPCs[0].CIDRs = []string{"172.16.0.0/12"} },
		drop:   func(region *fake.Region) { region.VPCs = withoutLast(region.VPCs) },
		has:    func(n int) string { return fmt.Sprintf("name = 'vpc-%d'", n) },
	},
	{
		name: "resource_subnet",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Subnets = append(region.Subnets, resource.Subnet{
				Meta: idOf("subnet", n), Name: fmt.Sprint("subnet-", n), VPCID: region.VPCs[0].NativeID, CIDRs: []string{"10.0.0.0/24"}, CloudCreatedAt: made,
			})
		},
		change: func(region *fake.Region) { region.Subnets[0].CIDRs = []string{"10.0.1.0/24"} },
		drop:   func(region *fake.Region) { region.Subnets = withoutLast(region.Subnets) },
		has: func(n int) string {
			return fmt.Sprintf("name = 'subnet-%d' AND JSON_CONTAINS(cidrs, '\"10.0.0.0/24\"') AND vpc_id <> ''", n)
		},
	},
	{
		name: "resource_security_group",
		add: func(r *realStack, region *fake.Region, n int) {
			region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{
				SecurityGroup: resource.SecurityGroup{Meta: idOf("sg", n), Name: fmt.Sprint("sg-", n), VPCID: region.VPCs[0].NativeID, CloudCreatedAt: made},
				Rules:         []resource.SecurityRule{{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "1"}},
			})
		},
		change: func(region *fake.Region) {
			region.SecurityGroups[0].Rules = []resource.SecurityRule{{Protocol: "tcp", Ports: "22", Peer: "10.0.0.0/8", Priority: "1"}}
		},
		drop: func(region *fake.Region) { region.SecurityGroups = withoutLast(region.SecurityGroups) },
		has: func(n int) string {
			return fmt.Sprintf("name = 'sg-%d' AND JSON_SEARCH(rules, 'one', 'ingress tcp 443-443 0.0.0.0/0 allow%%') IS NOT NULL", n)
		},
	},
	{
		name: "resource_public_ip",
		add: func(r *realStack, region *fake.Region, n int) {
			region.PublicIPs = append(region.PublicIPs, resource.PublicIP{Meta: idOf("eip", n), Name: fmt.Sprint("eip-", n), Address: fmt.Sprintf("203.0.113.%d", n), CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.PublicIPs[0].Address = "198.51.100.1" },
		drop:   func(region *fake.Region) { region.PublicIPs = withoutLast(region.PublicIPs) },
		has:    func(n int) string { return fmt.Sprintf("address = '203.0.113.%d'", n) },
	},
	{
		name: "resource_nat_gateway",
		add: func(r *realStack, region *fake.Region, n int) {
			region.NATGateways = append(region.NATGateways, resource.NATGateway{Meta: idOf("nat", n), Name: fmt.Sprint("nat-", n), GatewayType: "public", CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.NATGateways[0].Name = "renamed" },
		drop:   func(region *fake.Region) { region.NATGateways = withoutLast(region.NATGateways) },
		has:    func(n int) string { return fmt.Sprintf("name = 'nat-%d'", n) },
	},
	{
		name: "resource_snapshot",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Snapshots = append(region.Snapshots, resource.Snapshot{Meta: idOf("snap", n), Name: fmt.Sprint("snap-", n), SizeGiB: 40, DiskNativeID: "disk-1", CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.Snapshots[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Snapshots = withoutLast(region.Snapshots) },
		has:    func(n int) string { return fmt.Sprintf("name = 'snap-%d' AND size_gib = 40", n) },
	},
	{
		name: "resource_image",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Images = append(region.Images, resource.MachineImage{Meta: idOf("img", n), Name: fmt.Sprint("img-", n), SizeGiB: 40, CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.Images[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Images = withoutLast(region.Images) },
		has:    func(n int) string { return fmt.Sprintf("name = 'img-%d' AND size_gib = 40", n) },
	},
	{
		name: "resource_cluster",
		add: func(r *realStack, region *fake.Region, n int) {
			region.Clusters = append(region.Clusters, resource.Cluster{
				Meta: r.idIn(region, "cls", "eks:%s:%s:cluster", n), Name: fmt.Sprint("cls-", n), Version: "1.34.1", CloudCreatedAt: made,
			})
		},
		change: func(region *fake.Region) { region.Clusters[0].Version = "1.35.0" },
		drop:   func(region *fake.Region) { region.Clusters = withoutLast(region.Clusters) },
		has:    func(n int) string { return fmt.Sprintf("name = 'cls-%d' AND version = '1.34.1'", n) },
	},
	{
		name: "resource_bucket",
		add: func(r *realStack, region *fake.Region, n int) {
			name := fmt.Sprint("bucket-", n)
			region.Buckets = append(region.Buckets, resource.Bucket{Meta: resource.Meta{NativeID: name}, Name: name, CloudCreatedAt: made})
		},
		change: func(region *fake.Region) { region.Buckets[0].CloudCreatedAt = made.AddDate(0, 1, 0) },
		drop:   func(region *fake.Region) { region.Buckets = withoutLast(region.Buckets) },
		has: func(n int) string {
			return fmt.Sprintf("name = 'bucket-%d' AND cloud_created_at = '2026-01-02 03:04:00'", n)
		},
	},
	{
		name: "resource_certificate",
		add: func(r *realStack, region *fake.Region, n int) {
			if r.certified >= 0 && region.Name != r.regions[r.certified] {
				return
			}
			region.Certificates = append(region.Certificates, resource.Certificate{
				Meta: r.idIn(region, "cert", "acm:%s:%s:certificate", n), Name: fmt.Sprint("cert-", n), Status: "ISSUED", Domains: []string{fmt.Sprintf("www%d.example.com", n)}, ExpiresAt: made.AddDate(1, 0, 0),
			})
		},
		change: func(region *fake.Region) { region.Certificates[0].ExpiresAt = made.AddDate(2, 0, 0) },
		drop:   func(region *fake.Region) { region.Certificates = withoutLast(region.Certificates) },
		has: func(n int) string {
			return fmt.Sprintf("JSON_CONTAINS(domains, '\"www%d.example.com\"') AND expires_at BETWEEN '2027-01-01' AND '2027-01-04'", n)
		},
	},
}

func withoutLast[T any](list []T) []T { return list[:len(list)-1] }

// idOf is the id of the nth resource of a sort.
func idOf(sort string, n int) resource.Meta {
	return resource.Meta{NativeID: fmt.Sprintf("%s-%d", sort, n)}
}

// idIn is that of a resource which is known by its ARN at AWS.
func (r *realStack) idIn(region *fake.Region, sort, arn string, n int) resource.Meta {
	id := idOf(sort, n)
	if r.provider == "aws" {
		id.NativeID = "arn:aws:" + fmt.Sprintf(arn, region.Name, r.accounts[r.filling]) + "/" + id.NativeID
	}
	return id
}

// newKindsStack has three resources of each kind in each region of two accounts.
func newKindsStack(t *testing.T, of realCloud) (r *realStack, kinds []keptKind) {
	t.Helper()
	names := []string{hostKind}
	for _, kind := range keptKinds {
		if coverage.Gap(of.provider, kind.name) == "" && of.tested(kind.name) {
			kinds, names = append(kinds, kind), append(names, kind.name)
		}
	}
	next := 0
	r = newFilledStack(t, of, names, func(r *realStack, region *fake.Region, _ int) {
		for range eachRegion {
			next++
			for _, kind := range kinds {
				kind.add(r, region, next)
			}
		}
	})
	return r, kinds
}

// tested says that the kind has its turn here. Many kinds of Google Cloud are of no region:
// they are tested in the adapter's package.
func (r realCloud) tested(kind string) bool {
	return r.provider != "google" || slices.Contains([]string{diskKind, "resource_database", "resource_load_balancer", "resource_cache"}, kind)
}

// eachRegion is how many resources of each kind a region has.
const eachRegion = 3

// Every kind that a cloud is listed for: the first load, nothing to do, churn while the cloud
// throttles, and a refusal, after which nothing is missing.
func TestEveryKindOfRealClouds(t *testing.T) {
	t.Parallel()
	for _, of := range realClouds {
		t.Run(of.provider, func(t *testing.T) {
			t.Parallel()
			r, kinds := newKindsStack(t, of)
			_, status := r.starter(t, r.config, "apply")
			require.Zero(t, status)
			rows := map[string]int64{}
			for _, kind := range kinds {
				rows[kind.name] = r.requireKindLoaded(t, kind)
			}
			for _, kind := range kinds {
				r.churn(kind)
			}
			for _, kind := range kinds {
				r.requireKindChurned(t, kind, rows[kind.name])
			}
			r.cloud.Break(fake.Fault{Verdict: fake.Denied})
			for _, kind := range kinds {
				status, outcome := 5, activities.Failed
				if kind.name == "resource_certificate" && r.provider == "tencent" {
					status, outcome = 3, activities.Partial // in the other region nobody is asked
				}
				report := r.runKind(t, kind.name, status)
				require.Equal(t, outcome, report.Outcome, kind.name)
				require.Contains(t, report.Attention[0].Reason, "denied", kind.name)
				require.Equal(t, rows[kind.name], r.count(t, "SELECT COUNT(*) FROM "+kind.name), kind.name)
			}
			r.requireNoSecret(t)
		})
	}
}

// requireKindLoaded loads the kind, then finds nothing to do. It returns how many rows there
// are, which can be more than were added: networks that others name exist, too.
func (r *realStack) requireKindLoaded(t *testing.T, kind keptKind) (rows int64) {
	t.Helper()
	report := r.runKind(t, kind.name, 0)
	require.Equal(t, activities.OK, report.Outcome, kind.name)
	rows = report.CloudNum
	require.Equal(t, activities.Stats{CloudNum: rows, ToAdd: rows, SuAdd: rows}, report.Stats, kind.name)
	require.Equal(t, rows, r.count(t, "SELECT COUNT(*) FROM "+kind.name), kind.name)
	for n := 1; n <= 4*eachRegion; n++ {
		want := int64(1)
		if at := (n - 1) / eachRegion % len(r.regions); kind.name == "resource_certificate" && r.certified >= 0 && at != r.certified {
			want = 0
		}
		require.Equal(t, want, r.count(t, "SELECT COUNT(*) FROM "+kind.name+" WHERE "+kind.has(n)), "%s %d", kind.name, n)
	}
	require.Equal(t, activities.Unchanged, r.runKind(t, kind.name, 0).Outcome, kind.name)
	return rows
}

// churn changes a resource of the kind, adds one and takes one away.
func (r *realStack) churn(kind keptKind) {
	at := 0
	if kind.name == "resource_certificate" {
		at = max(0, r.certified)
	}
	r.region(0, at, func(region *fake.Region) {
		kind.change(region)
		kind.drop(region)
		kind.add(r, region, 100)
	})
}

// requireKindChurned: the cloud throttles at first, and what churned is found.
func (r *realStack) requireKindChurned(t *testing.T, kind keptKind, rows int64) {
	t.Helper()
	const throttled = 2
	asked := len(r.cloud.Requests())
	r.cloud.Break(fake.Fault{Times: throttled, Verdict: fake.Throttled})
	report := r.runKind(t, kind.name, 0)
	if report.Outcome == activities.Unchanged {
		// A list that several kinds need may be the one that another kind had a moment ago, once.
		report = r.runKind(t, kind.name, 0)
	}
	require.Less(t, asked, len(r.cloud.Requests()), kind.name)
	require.Equal(t, throttled, r.cloud.Struck(), kind.name)
	r.cloud.Mend()
	require.Equal(t, activities.Stats{
		CloudNum: rows, DBNum: rows, ToAdd: 1, SuAdd: 1, ToMod: 1, SuMod: 1, ToDel: 1, SuDel: 1,
	}, report.Stats, "%s: %v", kind.name, report.Attention)
}
