package aws_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func somePublicIPs() []resource.PublicIP {
	return []resource.PublicIP{
		{
			Meta: resource.Meta{NativeID: "eipalloc-1"}, Name: "door", Address: "198.51.100.7", AttachedType: "instance", AttachedID: "i-web",
			Tags: map[string]string{"Name": "door"},
		},
		{Meta: resource.Meta{NativeID: "eipalloc-2"}, Address: "198.51.100.8", AttachedType: "network-interface", AttachedID: "eni-of-nat"},
		{Meta: resource.Meta{NativeID: "eipalloc-3"}, Address: "198.51.100.9"},
	}
}

func someNATGateways() []resource.NATGateway {
	return []resource.NATGateway{
		{
			Meta: resource.Meta{NativeID: "nat-1"}, Name: "out", Status: "available", Zone: "eu-central-1a", GatewayType: "public", VPCID: "vpc-1", SubnetID: "subnet-1",
			PublicIPs: []string{"198.51.100.8", "198.51.100.9"}, PrivateIPs: []string{"10.0.1.8", "10.0.1.9"}, Tags: map[string]string{"Name": "out"}, CloudCreatedAt: utc(1, 2),
		},
		{
			Meta: resource.Meta{NativeID: "nat-2"}, Status: "failed", GatewayType: "private", VPCID: "vpc-1", SubnetID: "subnet-2",
			PrivateIPs: []string{"10.0.2.9"}, CloudCreatedAt: utc(2, 3),
		},
	}
}

func TestRowOfAnAddress(t *testing.T) {
	t.Parallel()
	for inner, want := range map[string]resource.PublicIP{
		"<carrierIp>192.0.2.1</carrierIp>":             {Address: "192.0.2.1"},
		"<customerOwnedIp>192.0.2.2</customerOwnedIp>": {Address: "192.0.2.2"},
		"<publicIp>192.0.2.3</publicIp><networkInterfaceId>eni-1</networkInterfaceId><serviceManaged>alb</serviceManaged>": {
			Address: "192.0.2.3", AttachedType: "network-interface", AttachedID: "eni-1",
		},
	} {
		want.NativeID = "eipalloc-1"
		page := recorded(t, newCloud(few()), resource.PublicIPKind, "DescribeAddresses", listXML("DescribeAddresses", "addressesSet", "<allocationId>eipalloc-1</allocationId>"+inner))
		require.Empty(t, page.Problems)
		requireRows(t, resource.PublicIPKind, []resource.Row{&want}, page.Rows)
	}
}

// A deleted gateway stays listed for a while. It is gone.
func TestADeletedNATGateway(t *testing.T) {
	t.Parallel()
	of := few()
	of.NATGateways[1].Status = "deleted"
	client := newClient(t, newCloud(of))
	requireRows(t, resource.NATGatewayKind, rowsOf(someNATGateways()[:1]), list(t, client, resource.NATGatewayKind))
	found, err := client.Lookup(t.Context(), scopeOf(resource.NATGatewayKind), []string{"nat-1", "nat-2"})
	require.NoError(t, err)
	require.Equal(t, []string{"nat-1"}, found)
	of.NATGateways[1].Status = "deleting"
	require.Len(t, list(t, newClient(t, newCloud(of)), resource.NATGatewayKind), 2, "it is not gone yet")
}

// A regional gateway is in no one zone.
func TestARegionalNATGateway(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.NATGatewayKind, "DescribeNatGateways", listXML("DescribeNatGateways", "natGatewaySet",
		`<natGatewayId>nat-1</natGatewayId><availabilityMode>regional</availabilityMode><natGatewayAddressSet>
			<item><publicIp>198.51.100.2</publicIp><availabilityZone>b</availabilityZone></item><item/>
			<item><publicIp>198.51.100.1</publicIp><availabilityZone>a</availabilityZone></item></natGatewayAddressSet>`))
	require.Empty(t, page.Problems)
	requireRows(t, resource.NATGatewayKind, []resource.Row{
		&resource.NATGateway{Meta: resource.Meta{NativeID: "nat-1"}, PublicIPs: []string{"198.51.100.1", "198.51.100.2"}},
	}, page.Rows)
}
