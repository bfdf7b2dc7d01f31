package mock_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

func TestEveryKindIsListed(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), nil)
	for _, kind := range kinds {
		require.True(t, c.Lists(kind), kind)
		require.NotEmpty(t, everything(t, c, kind, 3), kind)
	}
	require.False(t, c.Lists("resource_cat"))
}

func TestKindsAreInProportionToTheHosts(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(5 * 640), Churn: 0.1}, nil)
	want := map[string]int{
		"resource_host": 640, "resource_snapshot": 320, "resource_public_ip": 160,
		"resource_database": 80, "resource_cache": 80, "resource_security_group": 80,
		"resource_load_balancer": 40, "resource_bucket": 40, "resource_certificate": 40,
		"resource_cluster": 20, "resource_image": 20, "resource_nat_gateway": 10,
		"resource_vpc": 1, "resource_subnet": 3,
	}
	for kind, number := range want {
		ids := map[string]bool{}
		for _, region := range mock.DefaultRegions() {
			rows := c.Snapshot(scopeOf(kind, region), 7)
			require.Len(t, rows, number, kind)
			for _, row := range rows {
				ids[row.RowMeta().NativeID] = true
			}
		}
		require.Len(t, ids, 5*number, "%s: ids are of one region", kind)
	}
	require.Len(t, want, len(kinds)-1, "all but disks, whose number is the hosts' affair")
}

// Small kinds are with the hosts that are always there.
func TestNoRegionOfTheDefaultProfileRunsOutOfAKind(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.DefaultSettings(), nil)
	for _, kind := range kinds {
		for tick := range int64(50) {
			for _, region := range mock.DefaultRegions() {
				require.NotEmpty(t, c.Snapshot(scopeOf(kind, region), tick), kind)
			}
		}
	}
}

func TestEveryKindChurnsLikeTheHosts(t *testing.T) {
	t.Parallel()
	const ticks, churn = 20, 0.6
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(640), Churn: churn}, nil)
	for _, kind := range kinds {
		var sum changes
		before := everything(t, c, kind, 0)
		for tick := int64(1); tick <= ticks; tick++ {
			after := everything(t, c, kind, tick)
			step := compare(before, after)
			sum.added, sum.modified, sum.deleted = sum.added+step.added, sum.modified+step.modified, sum.deleted+step.deleted
			before = after
		}
		if slices.Contains(networks, kind) {
			require.Zero(t, sum, kind)
			continue
		}
		each := churn / 3 * ticks * float64(len(before))
		require.InEpsilon(t, each, sum.added, 0.15, kind)
		require.InEpsilon(t, each, sum.deleted, 0.15, kind)
		if kind == "resource_disk" { // most of what is modified at a host is nothing to its disks
			require.Positive(t, sum.modified)
			continue
		}
		require.InEpsilon(t, each, sum.modified, 0.15, kind)
	}
}

// references are the columns of all kinds that name other rows.
type references struct {
	VPCID        string   `json:"vpc_id"`
	SubnetID     string   `json:"subnet_id"`
	SubnetIDs    []string `json:"subnet_ids"`
	HostNativeID string   `json:"host_native_id"`
	DiskNativeID string   `json:"disk_native_id"`
}

func referencesOf(t *testing.T, row resource.Row, scope resource.Scope) (r references) {
	kind, err := resource.Standard().Kind(scope.Kind)
	require.NoError(t, err)
	require.NoError(t, kind.Seal(row, scope, 1))
	image, err := kind.Image(row)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(image, &r))
	return r
}

// content is a region's rows at a tick, by kind and id.
type content map[string]map[string]resource.Row

func contentOf(c *mock.Cloud, region string, tick int64) content {
	all := content{}
	for _, kind := range kinds {
		all[kind] = byID(c.Snapshot(scopeOf(kind, region), tick))
	}
	return all
}

func TestWhatRowsReferToExists(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.Hosts{Min: 300, Max: 600}, Churn: 0.3}, nil)
	seen := map[string]bool{}
	for tick := int64(0); tick < 30; tick += 14 {
		for _, region := range mock.DefaultRegions() {
			all := contentOf(c, region, tick)
			for kind, rows := range all {
				for _, row := range rows {
					r := referencesOf(t, row, scopeOf(kind, region))
					for to, ids := range map[string][]string{
						"vpc": {r.VPCID}, "subnet": append(r.SubnetIDs, r.SubnetID), "host": {r.HostNativeID}, "disk": {r.DiskNativeID},
					} {
						for _, id := range slices.DeleteFunc(ids, func(id string) bool { return id == "" }) {
							require.Contains(t, all["resource_"+to], id, kind)
							seen[kind[len("resource_"):]+" "+to] = true
						}
					}
				}
			}
		}
	}
	require.Equal(t, []string{
		"cache subnet", "cache vpc", "cluster subnet", "cluster vpc", "database subnet", "database vpc", "disk host", "host subnet", "host vpc",
		"load_balancer subnet", "load_balancer vpc", "nat_gateway subnet", "nat_gateway vpc", "security_group vpc", "snapshot disk", "subnet vpc",
	}, keys(seen))
}

func TestRowsAgreeWithWhatTheyReferTo(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(600), Churn: 0.3}, []string{"beijing"})
	for tick := range int64(10) {
		all := contentOf(c, "beijing", tick)
		for _, row := range all["resource_snapshot"] {
			snapshot := row.(*resource.Snapshot)
			require.Equal(t, all["resource_disk"][snapshot.DiskNativeID].(*resource.Disk).SizeGiB, snapshot.SizeGiB)
		}
		for _, row := range all["resource_database"] {
			database := row.(*resource.Database)
			require.Equal(t, all["resource_subnet"][database.SubnetID].(*resource.Subnet).Zone, database.Zone)
		}
		requireAddressesAreTheirOwners(t, all)
	}
}

func requireAddressesAreTheirOwners(t *testing.T, all content) {
	attached := map[string]int{}
	for _, row := range all["resource_public_ip"] {
		ip := row.(*resource.PublicIP)
		attached[ip.AttachedType]++
		switch ip.AttachedType {
		case "host":
			require.Equal(t, []string{ip.Address}, all["resource_host"][ip.AttachedID].(*resource.Host).PublicIPs)
		case "nat_gateway":
			require.Equal(t, []string{ip.Address}, all["resource_nat_gateway"][ip.AttachedID].(*resource.NATGateway).PublicIPs)
		default:
			require.Empty(t, ip.AttachedID)
			require.Equal(t, "available", ip.Status)
		}
	}
	require.Len(t, all["resource_nat_gateway"], attached["nat_gateway"])
	require.Positive(t, attached["host"])
	require.Positive(t, attached[""])
}

// A rule comes half-way through a group's life, and none is written twice.
func TestSecurityGroupsHaveCanonicalRules(t *testing.T) {
	t.Parallel()
	c := mock.New(mock.Settings{Hosts: mock.ExactHosts(600)}, []string{"beijing"})
	numbers := map[int]bool{}
	for _, row := range c.Snapshot(scopeOf("resource_security_group", "beijing"), 0) {
		rules := row.(*resource.SecurityGroup).Rules
		numbers[len(rules)] = true
		require.Equal(t, slices.Compact(slices.Sorted(slices.Values(rules))), rules)
		require.Contains(t, rules, "egress all all 0.0.0.0/0 allow 100")
		require.Contains(t, rules, "ingress tcp 22-22 0.0.0.0/0 deny 200")
	}
	require.Equal(t, map[int]bool{3: true, 4: true}, numbers)
}
