package azure

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// vnets are all virtual networks of the subscription, for themselves and for their subnets,
// which are in no other list of it.
var vnets = listed[vnetProperties]("vnet_list")

// A network has a GUID, too. What refers to one, such as a host, has its id in ARM.
var vpcs = adapter.Listing[*session, vnet]{
	Kind: resource.VPCKind, What: "virtual network", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &vnets,
	Believe: permitted("Microsoft.Network/virtualNetworks/read"),
	ID:      (*vnet).key,
	Row:     vpcRow,
}

type vnet = entity[vnetProperties]

type vnetProperties struct {
	ProvisioningState string `json:"provisioningState"`
	AddressSpace      struct {
		AddressPrefixes []string `json:"addressPrefixes"`
	} `json:"addressSpace"`
	Subnets any `json:"subnets"`
}

func vpcRow(f *adapter.Fields, v *vnet) resource.Row {
	return &resource.VPC{
		Name:   v.Name,
		Status: v.Properties.ProvisioningState,
		CIDRs:  adapter.Set(v.Properties.AddressSpace.AddressPrefixes...),
		Tags:   tagsOf(v.Tags),
	}
}
