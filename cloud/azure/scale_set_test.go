package azure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// withSet adds two instances of a uniform scale set, one with a public IP and a disk, and
// one of another set.
func withSet(accounts []*fake.Account) {
	r := accounts[0].Region(region)
	r.Hosts = append(r.Hosts, fake.Host{
		ID: "vm-set-0", Name: "pool_0", Status: "running", Zone: "1", Type: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192,
		PrivateIPs: []string{"10.0.2.4"}, PublicIPs: []string{"203.0.113.20"}, VPC: "vnet-a", Subnet: "pool", SecurityGroups: []string{"pool-nsg"},
		Image: "golden", OS: "Linux", Tags: map[string]string{"team": "shop"}, Created: created, Volatile: "first",
	}, fake.Host{
		ID: "vm-set-1", Name: "pool_3", Status: "deallocated", Type: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192, PrivateIPs: []string{"10.0.2.5"},
		VPC: "vnet-a", Subnet: "pool", OS: "Linux", Created: created,
	}, fake.Host{ID: "vm-set-2", Name: "other_0", Status: "running", Type: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192, PrivateIPs: []string{"10.0.2.6"}})
	r.Disks = append(r.Disks, fake.Disk{ID: "disk-set-0", Name: "pool-os", Status: "Attached", Host: "vm-set-0", System: true, SizeGiB: 64, Created: created})
}

func TestInstancesOfUniformScaleSets(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSet)
	rows := bare(t, listAll(t, open(settings), hostScope))
	require.Len(t, rows, 5)
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-set-0"}, Name: "pool_0", Status: "running", Zone: "1", InstanceType: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192, DiskGiB: 64,
			PrivateIPs: []string{"10.0.2.4"}, PublicIPs: []string{"203.0.113.20"}, VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/pool"),
			SecurityGroupIDs: []string{under(groups + "pool-nsg")}, ImageID: under("rg-images/providers/microsoft.compute/images/golden"), OS: "Linux", ChargeType: "Regular",
			Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-set-1"}, Name: "pool_3", Status: "deallocated", InstanceType: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192,
			PrivateIPs: []string{"10.0.2.5"}, VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/pool"), OS: "Linux", ChargeType: "Regular", CloudCreatedAt: created,
		},
	}, utc(rows[2:4]))
	require.NotContains(t, fmt.Sprintf("%+v", rows), azurefake.Secret)
	for action, want := range map[string]int{"vmss_list": 1, "vmss_vm_list": 2, "vmss_nic_list": 2, "vmss_publicip_list": 2, "nic_list": 1, "vm_list": 1} {
		require.Equal(t, want, calls(c)[action], action)
	}

	disks := bare(t, listAll(t, open(settings), diskScope))
	require.Equal(t, "vm-set-0", disks[len(disks)-1].(*resource.Disk).HostNativeID)
	require.Equal(t, "system", disks[len(disks)-1].(*resource.Disk).Role)

	before := entries(t, resource.HostKind, hostScope, rows)
	c.PageSize = 1
	c.Update(func(accounts []*fake.Account) {
		for i := range accounts[0].Regions[0].Hosts {
			accounts[0].Regions[0].Hosts[i].Volatile = "again"
		}
	})
	require.Equal(t, before, entries(t, resource.HostKind, hostScope, listAll(t, open(settings), hostScope)))
}

// Without uniform sets, their list is all that is asked.
func TestASubscriptionWithoutUniformScaleSets(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	listAll(t, provider, hostScope)
	listAll(t, provider, diskScope)
	require.Equal(t, 1, calls(c)["vmss_list"])
	require.Zero(t, calls(c)["vmss_vm_list"])
	require.Zero(t, calls(c)["vmss_publicip_list"])
}

func TestFailuresOfScaleSets(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"vmss_list", "vmss_vm_list", "vmss_nic_list", "vmss_publicip_list"} {
		for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable} {
			c, settings := setup(t)
			c.Update(withSet)
			c.Break(fake.Fault{Action: action, Verdict: verdict})
			page, err := open(settings).List(t.Context(), hostScope, "")
			require.Equal(t, want, cloud.ClassOf(err), action)
			require.Empty(t, page.Rows)
		}
		c, settings := setup(t)
		c.Update(withSet)
		c.Record(action, []byte(`{"value":null}`))
		_, err := open(settings).List(t.Context(), hostScope, "")
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), action)
	}
}

// A set that goes away between the lists has no instances. One whose interfaces went away
// has none that can be told.
func TestAScaleSetThatGoesAway(t *testing.T) {
	t.Parallel()
	gone := fake.Fault{Status: 404, Body: `{"error":{"code":"ResourceNotFound","message":"gone"}}`}
	for action, want := range map[string]struct{ rows, problems int }{"vmss_vm_list": {2, 0}, "vmss_nic_list": {2, 3}} {
		c, settings := setup(t)
		c.Update(withSet)
		gone.Action = action
		c.Break(gone)
		page, err := open(settings).List(t.Context(), hostScope, "")
		require.NoError(t, err)
		require.Len(t, page.Rows, want.rows, action)
		require.Len(t, page.Problems, want.problems, action)
	}
}

// A look-up believes no list of sets that was read before it.
func TestALookupListsScaleSetsAnew(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	listAll(t, provider, hostScope)
	c.Update(withSet)
	existing, err := provider.Lookup(t.Context(), hostScope, []string{"vm-set-0", "vm-set-9"})
	require.NoError(t, err)
	require.Equal(t, []string{"vm-set-0"}, existing)
}

// That instances of a set which is listed are not found proves nothing of them.
func TestALookupOfInstancesThatAreNotFound(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSet)
	c.Break(fake.Fault{Action: "vmss_vm_list", Status: 404, Body: `<html>no such page</html>`})
	existing, err := open(settings).Lookup(t.Context(), hostScope, []string{"vm-set-0", "vm-0001"})
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	require.Empty(t, existing)
}

func TestLookupOfInstancesOfScaleSets(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSet)
	existing, err := open(settings).Lookup(t.Context(), hostScope, []string{"vm-set-0", "vm-set-9", "vm-0001"})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"vm-set-0", "vm-0001"}, existing)
}
