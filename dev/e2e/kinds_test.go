package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/fake"
	"cloudsync/coverage"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// keptKind is how the test of all kinds puts resources of one into the fake clouds.
type keptKind struct {
	*resource.Kind
	// add gives the region the nth resource, with all that there is to tell of it.
	add func(r *realStack, region *fake.Region, n int)
	// change changes the region's first one, drop takes away its last.
	change func(r *realStack, region *fake.Region)
	drop   func(region *fake.Region)
	// rows are those of the region's resources, in neutral terms.
	rows func(region *fake.Region) []resource.Row
}

var keptKinds = []keptKind{
	{
		Kind: resource.HostKind, add: addHost,
		change: func(_ *realStack, region *fake.Region) { region.Hosts[0].Tags = retagged(region.Hosts[0].Tags) },
		drop:   func(region *fake.Region) { region.Hosts = withoutLast(region.Hosts) },
		rows:   hostRows,
	},
	{
		Kind: resource.DiskKind, add: addDisk,
		change: func(_ *realStack, region *fake.Region) { region.Disks[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Disks = withoutLast(region.Disks) },
		rows:   diskRows,
	},
	{
		Kind: resource.DatabaseKind, add: addDatabase,
		change: func(_ *realStack, region *fake.Region) { region.Databases[0].Endpoint = "10.9.0.1" },
		drop:   func(region *fake.Region) { region.Databases = withoutLast(region.Databases) },
		rows:   databaseRows,
	},
	{
		Kind: resource.LoadBalancerKind, add: addBalancer,
		change: func(_ *realStack, region *fake.Region) {
			region.LoadBalancers[0].Tags = retagged(region.LoadBalancers[0].Tags)
		},
		drop: func(region *fake.Region) { region.LoadBalancers = withoutLast(region.LoadBalancers) },
		rows: balancerRows,
	},
	{
		Kind: resource.CacheKind, add: addCache,
		change: func(_ *realStack, region *fake.Region) { region.Caches[0].Endpoint = "10.9.0.2" },
		drop:   func(region *fake.Region) { region.Caches = withoutLast(region.Caches) },
		rows:   cacheRows,
	},
	{
		Kind: resource.VPCKind, add: addVPC,
		change: func(_ *realStack, region *fake.Region) { region.VPCs[0].CIDRs = []string{"192.168.0.0/16"} },
		drop:   func(region *fake.Region) { region.VPCs = withoutLast(region.VPCs) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.VPCs) },
	},
	{
		Kind: resource.SubnetKind, add: addSubnet,
		change: func(_ *realStack, region *fake.Region) { region.Subnets[0].CIDRs = []string{"10.0.1.0/24"} },
		drop:   func(region *fake.Region) { region.Subnets = withoutLast(region.Subnets) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Subnets) },
	},
	{
		Kind: resource.SecurityGroupKind, add: addSecurityGroup,
		change: func(r *realStack, region *fake.Region) { region.SecurityGroups[0].Rules = r.rulesFor("22") },
		drop:   func(region *fake.Region) { region.SecurityGroups = withoutLast(region.SecurityGroups) },
		rows:   func(region *fake.Region) []resource.Row { return fake.SecurityGroupRows(region.SecurityGroups) },
	},
	{
		Kind: resource.PublicIPKind, add: addPublicIP,
		change: func(_ *realStack, region *fake.Region) { region.PublicIPs[0].Tags = retagged(region.PublicIPs[0].Tags) },
		drop:   func(region *fake.Region) { region.PublicIPs = withoutLast(region.PublicIPs) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.PublicIPs) },
	},
	{
		Kind: resource.NATGatewayKind, add: addNATGateway,
		change: func(_ *realStack, region *fake.Region) { region.NATGateways[0].VPCID = region.NATGateways[1].VPCID },
		drop:   func(region *fake.Region) { region.NATGateways = withoutLast(region.NATGateways) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.NATGateways) },
	},
	{
		Kind: resource.SnapshotKind, add: addSnapshot,
		change: func(_ *realStack, region *fake.Region) { region.Snapshots[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Snapshots = withoutLast(region.Snapshots) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Snapshots) },
	},
	{
		Kind: resource.MachineImageKind, add: addImage,
		change: func(_ *realStack, region *fake.Region) { region.Images[0].SizeGiB = 80 },
		drop:   func(region *fake.Region) { region.Images = withoutLast(region.Images) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Images) },
	},
	{
		Kind: resource.ClusterKind, add: addCluster,
		change: func(_ *realStack, region *fake.Region) { region.Clusters[0].Version = "1.35.0" },
		drop:   func(region *fake.Region) { region.Clusters = withoutLast(region.Clusters) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Clusters) },
	},
	{
		Kind: resource.BucketKind, add: addBucket,
		change: func(_ *realStack, region *fake.Region) { region.Buckets[0].CloudCreatedAt = made.AddDate(0, 1, 0) },
		drop:   func(region *fake.Region) { region.Buckets = withoutLast(region.Buckets) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Buckets) },
	},
	{
		Kind: resource.CertificateKind, add: addCertificate,
		change: func(_ *realStack, region *fake.Region) { region.Certificates[0].ExpiresAt = validTo.AddDate(1, 0, 0) },
		drop:   func(region *fake.Region) { region.Certificates = withoutLast(region.Certificates) },
		rows:   func(region *fake.Region) []resource.Row { return fake.Rows(region.Certificates) },
	},
}

// retagged are other tags, with the same places in the service tree but one.
func retagged(tags map[string]string) map[string]string {
	tags = maps.Clone(tags)
	tags["stree_app"] = "changed"
	return tags
}

func withoutLast[T any](list []T) []T { return list[:len(list)-1] }

// newKindsStack has three resources of each kind in each region of two accounts that has such.
func newKindsStack(t *testing.T, of realCloud) (r *realStack, kinds []keptKind) {
	t.Helper()
	var names []string
	for _, kind := range keptKinds {
		if coverage.Gap(of.provider, kind.Name()) == "" {
			kinds, names = append(kinds, kind), append(names, kind.Name())
		}
	}
	next := 0
	r = newFilledStack(t, of, of.allRegions(), names, func(r *realStack, region *fake.Region, _ int) {
		for range eachRegion {
			next++
			for _, kind := range kinds {
				if slices.Contains(r.placesOf(kind), region.Name) {
					kind.add(r, region, next)
				}
			}
		}
	})
	return r, kinds
}

// eachRegion is how many resources of each kind a region has.
const eachRegion = 3

// allRegions are those of the cloud, with the one of what is of none.
func (r realCloud) allRegions() []string {
	if r.global {
		return append(r.regions[:], global)
	}
	return r.regions[:]
}

// placesOf are the regions that have resources of the kind.
func (r realCloud) placesOf(kind keptKind) []string {
	if placed := r.placed[kind.Name()]; placed != nil {
		return placed
	}
	return r.regions[:]
}

// Every kind that a cloud is listed for: the first load column by column, nothing to do, churn
// while the cloud throttles, and a refusal, after which nothing is missing.
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
				rows[kind.Name()] = r.requireKindLoaded(t, kind)
			}
			for _, kind := range kinds {
				r.churn(kind)
			}
			// The other way round: what a kind is joined with is then as new, where it is of a list
			// that another kind had a moment ago.
			for _, kind := range slices.Backward(kinds) {
				r.requireKindChurned(t, kind, rows[kind.Name()])
			}
			r.cloud.Break(fake.Fault{Verdict: fake.Denied})
			for _, kind := range kinds {
				r.requireKindDenied(t, kind)
				require.Equal(t, rows[kind.Name()], r.count(t, "SELECT COUNT(*) FROM "+kind.Name()), kind.Name())
			}
			r.requireNoSecret(t)
		})
	}
}

// requireKindLoaded loads the kind, then finds nothing to do. It returns how many rows there
// are.
func (r *realStack) requireKindLoaded(t *testing.T, kind keptKind) (rows int64) {
	t.Helper()
	report := r.runKind(t, kind.Name(), 0)
	require.Equal(t, activities.OK, report.Outcome, kind.Name())
	rows = report.CloudNum
	require.Equal(t, activities.Stats{CloudNum: rows, ToAdd: rows, SuAdd: rows}, report.Stats, kind.Name())
	require.Equal(t, rows, r.count(t, "SELECT COUNT(*) FROM "+kind.Name()), kind.Name())
	r.requireColumns(t, kind)
	require.Equal(t, activities.Unchanged, r.runKind(t, kind.Name(), 0).Outcome, kind.Name())
	return rows
}

// churn changes a resource of the kind, takes one away and adds one.
func (r *realStack) churn(kind keptKind) {
	r.region(0, slices.Index(r.allRegions(), r.placesOf(kind)[0]), func(region *fake.Region) {
		kind.change(r, region)
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
	report := r.runAnew(t, kind, 0)
	require.Less(t, asked, len(r.cloud.Requests()), kind.Name())
	require.Equal(t, throttled, r.cloud.Struck(), kind.Name())
	r.cloud.Mend()
	came := r.withEach(kind)
	require.Equal(t, activities.Stats{
		CloudNum: rows, DBNum: rows, ToAdd: came, SuAdd: came, ToMod: 1, SuMod: 1, ToDel: came, SuDel: came,
	}, report.Stats, "%s: %v", kind.Name(), report.Attention)
	r.requireColumns(t, kind)
}

// runAnew runs the kind, and again where nothing changed: a list that several kinds need may be
// the one that another kind had a moment ago, once.
func (r *realStack) runAnew(t *testing.T, kind keptKind, status int) workflows.Report {
	t.Helper()
	report, got := r.tryKind(t, kind.Name())
	if report.Outcome == activities.Unchanged {
		report, got = r.tryKind(t, kind.Name())
	}
	require.Equal(t, status, got, kind.Name())
	return report
}

// withEach is how many rows of the kind come and go with each resource: at Azure, the public
// addresses of a host and of a NAT gateway are such of the account.
func (r *realStack) withEach(kind keptKind) int64 {
	if r.provider == "azure" && kind.Kind == resource.PublicIPKind {
		return 3
	}
	return 1
}

// requireKindDenied: the cloud refuses to list the kind, wherever it is asked at all.
func (r *realStack) requireKindDenied(t *testing.T, kind keptKind) {
	t.Helper()
	status, outcome := 5, activities.Failed
	if slices.Contains(strings.Fields(tellings[r.provider].unasked), shortName(kind)) {
		status, outcome = 3, activities.Partial
	}
	report := r.runAnew(t, kind, status)
	require.Equal(t, outcome, report.Outcome, kind.Name())
	require.Contains(t, report.Attention[0].Reason, "denied", kind.Name())
}

// made is when the resources of these tests were made, validTo when their certificates end.
var (
	made    = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	validTo = time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
)
