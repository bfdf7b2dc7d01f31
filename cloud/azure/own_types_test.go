package azure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// The provider's own types are the answers: what they call a field is what is read.
func TestAgainstTheProvidersOwnTypes(t *testing.T) {
	t.Parallel()
	net := func(path string) *string { return to.Ptr(providers + "Microsoft.Network/" + path) }
	compute := func(path string) *string { return to.Ptr(providers + "Microsoft.Compute/" + path) }
	lower := strings.ToLower
	vnet := *net("virtualNetworks/net")
	own := map[string]*string{"team": to.Ptr("shop")}
	tags := map[string]string{"team": "shop"}
	c, settings := setup(t)
	for action, answer := range map[string]json.Marshaler{
		"vnet_list": armnetwork.VirtualNetworkListResult{Value: []*armnetwork.VirtualNetwork{{
			ID: &vnet, Name: to.Ptr("net"), Location: to.Ptr("East US"), Tags: own, Properties: &armnetwork.VirtualNetworkPropertiesFormat{
				AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: to.SliceOfPtrs("10.0.0.0/8")}, ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded),
				Subnets: []*armnetwork.Subnet{
					{ID: net("virtualNetworks/net/subnets/a"), Name: to.Ptr("a"), Properties: &armnetwork.SubnetPropertiesFormat{
						AddressPrefix: to.Ptr("10.0.0.0/24"), ProvisioningState: to.Ptr(armnetwork.ProvisioningStateUpdating),
						IPConfigurations: []*armnetwork.IPConfiguration{{ID: net("networkInterfaces/n/ipConfigurations/i")}},
					}},
					{ID: net("virtualNetworks/net/subnets/b"), Properties: &armnetwork.SubnetPropertiesFormat{AddressPrefixes: to.SliceOfPtrs("10.1.0.0/24", "fd00::/64")}},
				},
			},
		}}},
		"nsg_list": armnetwork.SecurityGroupListResult{Value: []*armnetwork.SecurityGroup{{
			ID: net("networkSecurityGroups/G"), Name: to.Ptr("G"), Location: to.Ptr(region), Properties: &armnetwork.SecurityGroupPropertiesFormat{
				SecurityRules: []*armnetwork.SecurityRule{{Properties: &armnetwork.SecurityRulePropertiesFormat{
					Access: to.Ptr(armnetwork.SecurityRuleAccessDeny), Direction: to.Ptr(armnetwork.SecurityRuleDirectionInbound), Priority: to.Ptr[int32](120), Protocol: to.Ptr(armnetwork.SecurityRuleProtocolUDP),
					SourceAddressPrefixes: to.SliceOfPtrs("192.0.2.0/24"), SourcePortRanges: to.SliceOfPtrs("53"),
					DestinationApplicationSecurityGroups: []*armnetwork.ApplicationSecurityGroup{{ID: net("applicationSecurityGroups/A")}}, DestinationPortRanges: to.SliceOfPtrs("1000-1010"),
				}}, {Properties: &armnetwork.SecurityRulePropertiesFormat{
					Access: to.Ptr(armnetwork.SecurityRuleAccessAllow), Direction: to.Ptr(armnetwork.SecurityRuleDirectionOutbound), Priority: to.Ptr[int32](130), Protocol: to.Ptr(armnetwork.SecurityRuleProtocolAsterisk),
					SourceApplicationSecurityGroups: []*armnetwork.ApplicationSecurityGroup{{ID: net("applicationSecurityGroups/A")}}, SourcePortRange: to.Ptr("*"),
					DestinationAddressPrefix: to.Ptr("Internet"), DestinationAddressPrefixes: to.SliceOfPtrs[string](), DestinationPortRange: to.Ptr("443"),
				}}},
				DefaultSecurityRules: []*armnetwork.SecurityRule{{Properties: &armnetwork.SecurityRulePropertiesFormat{Direction: to.Ptr(armnetwork.SecurityRuleDirectionInbound)}}},
			},
		}}},
		"publicip_list": armnetwork.PublicIPAddressListResult{Value: []*armnetwork.PublicIPAddress{{
			ID: net("publicIPAddresses/P"), Name: to.Ptr("P"), Location: to.Ptr(region), Zones: to.SliceOfPtrs("2", "1"), Properties: &armnetwork.PublicIPAddressPropertiesFormat{
				ResourceGUID: to.Ptr("GUID-P"), IPAddress: to.Ptr("203.0.113.1"), ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), NatGateway: &armnetwork.NatGateway{ID: net("natGateways/N")},
			},
		}, {
			ID: net("publicIPAddresses/Q"), Location: to.Ptr(region), Properties: &armnetwork.PublicIPAddressPropertiesFormat{
				ResourceGUID: to.Ptr("GUID-Q"), IPAddress: to.Ptr("2001:db8::1"), IPConfiguration: &armnetwork.IPConfiguration{ID: net("loadBalancers/L/frontendIPConfigurations/F")},
			},
		}}},
		"nat_list": armnetwork.NatGatewayListResult{Value: []*armnetwork.NatGateway{{
			ID: net("natGateways/N"), Name: to.Ptr("N"), Location: to.Ptr(region), Zones: to.SliceOfPtrs("1"), SKU: &armnetwork.NatGatewaySKU{Name: to.Ptr(armnetwork.NatGatewaySKUNameStandard)},
			Properties: &armnetwork.NatGatewayPropertiesFormat{
				ResourceGUID: to.Ptr("GUID-N"), ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), SourceVirtualNetwork: &armnetwork.SubResource{ID: &vnet},
				PublicIPAddresses: []*armnetwork.SubResource{{ID: net("PUBLICIPADDRESSES/P")}}, PublicIPAddressesV6: []*armnetwork.SubResource{{ID: net("publicIPAddresses/q")}},
				Subnets: []*armnetwork.SubResource{{ID: net("virtualNetworks/NET/subnets/a")}},
			},
		}}},
		"snapshot_list": armcompute.SnapshotList{Value: []*armcompute.Snapshot{{
			ID: compute("snapshots/S"), Name: to.Ptr("S"), Location: to.Ptr(region), Tags: own, Properties: &armcompute.SnapshotProperties{
				UniqueID: to.Ptr("GUID-S"), DiskState: to.Ptr(armcompute.DiskStateUnattached), DiskSizeGB: to.Ptr[int32](32), Incremental: to.Ptr(true), TimeCreated: to.Ptr(created), CompletionPercent: to.Ptr[float32](12.5),
				CreationData: &armcompute.CreationData{CreateOption: to.Ptr(armcompute.DiskCreateOptionCopy), SourceResourceID: compute("disks/D"), SourceUniqueID: to.Ptr("GUID-D")},
			},
		}}},
		"image_list": armcompute.ImageListResult{Value: []*armcompute.Image{{
			ID: compute("images/I"), Name: to.Ptr("I"), Location: to.Ptr(region), SystemData: &armcompute.SystemData{CreatedAt: to.Ptr(created)}, Properties: &armcompute.ImageProperties{
				ProvisioningState: to.Ptr("Succeeded"), StorageProfile: &armcompute.ImageStorageProfile{
					OSDisk:    &armcompute.ImageOSDisk{OSType: to.Ptr(armcompute.OperatingSystemTypesLinux), DiskSizeGB: to.Ptr[int32](30)},
					DataDisks: []*armcompute.ImageDataDisk{{Lun: to.Ptr[int32](0), DiskSizeGB: to.Ptr[int32](70)}},
				},
			},
		}}},
	} {
		body, err := json.Marshal(answer)
		require.NoError(t, err)
		c.Record(action, body)
	}
	provider := open(settings)
	asg, net1 := lower(*net("applicationSecurityGroups/A")), lower(vnet)
	for scope, want := range map[resource.Scope][]resource.Row{
		vpcScope: {&resource.VPC{Meta: meta(net1), Name: "net", Status: "Succeeded", CIDRs: []string{"10.0.0.0/8"}, Tags: tags}},
		subnetScope: {
			&resource.Subnet{Meta: meta(net1 + "/subnets/a"), Name: "a", Status: "Updating", VPCID: net1, CIDRs: []string{"10.0.0.0/24"}},
			&resource.Subnet{Meta: meta(net1 + "/subnets/b"), VPCID: net1, CIDRs: []string{"10.1.0.0/24", "fd00::/64"}},
		},
		groupScope: {&resource.SecurityGroup{Meta: meta(lower(*net("networkSecurityGroups/G"))), Name: "G", Rules: []string{
			"egress all 443-443 Internet allow 130 to=" + asg, "ingress udp 1000-1010 192.0.2.0/24 deny 120 from-ports=53-53 to=" + asg,
		}}},
		addressScope: {
			&resource.PublicIP{Meta: meta("guid-p"), Name: "P", Status: "Succeeded", Zone: "1,2", Address: "203.0.113.1", AttachedType: "natgateways", AttachedID: lower(*net("natGateways/N"))},
			&resource.PublicIP{Meta: meta("guid-q"), Address: "2001:db8::1", AttachedType: "loadbalancers", AttachedID: lower(*net("loadBalancers/L"))},
		},
		natScope: {&resource.NATGateway{
			Meta: meta("guid-n"), Name: "N", Status: "Succeeded", Zone: "1", GatewayType: "Standard", VPCID: net1, PublicIPs: []string{"2001:db8::1", "203.0.113.1"},
		}},
		snapshotScope: {&resource.Snapshot{
			Meta: meta("guid-s"), Name: "S", Status: "Unattached", SnapshotType: "Incremental", DiskNativeID: "guid-d", SizeGiB: 32, Tags: tags, CloudCreatedAt: created,
		}},
		imageScope: {&resource.MachineImage{Meta: meta(lower(*compute("images/I"))), Name: "I", Status: "Succeeded", OS: "Linux", SizeGiB: 100, CloudCreatedAt: created}},
	} {
		require.Equal(t, want, bare(t, listAll(t, provider, scope)), scope.Kind)
	}
}
