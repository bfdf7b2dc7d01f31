package azure

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var subnetsInside = adapter.Census[*session, subnet]{
	Actions: vnets.Actions, Path: listPath + "[].properties.subnets", Take: adapter.Inside(&vnets, subnetsOf),
	Key:    func(s *subnet) string { return idOf(s.ID) },
	Region: func(s *subnet) string { return s.location },
}

// A subnet has no id but that of ARM.
var subnets = adapter.Listing[*session, subnet]{
	Kind: resource.SubnetKind, What: "subnet", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &subnetsInside,
	Believe: permitted("Microsoft.Network/virtualNetworks/read"),
	ID:      func(s *subnet) string { return idOf(s.ID) },
	Row:     subnetRow,
}

// subnet is one in its network. Its ipConfigurations, which come and go with machines, are
// not looked at.
type subnet struct {
	location string // of the network

	ID         string `json:"id"`
	Name       string `json:"name"`
	Properties struct {
		ProvisioningState string    `json:"provisioningState"`
		AddressPrefix     string    `json:"addressPrefix"`
		AddressPrefixes   []string  `json:"addressPrefixes"` // in place of the one
		SecurityGroup     reference `json:"networkSecurityGroup"`
	} `json:"properties"`
}

func subnetsOf(of *adapter.Item[vnet]) []adapter.Item[subnet] {
	all := adapter.Parts[vnet, subnet](of, of.Value.Properties.Subnets)
	for i := range all {
		all[i].Value.location = of.Value.region()
	}
	return all
}

func subnetRow(f *adapter.Fields, s *subnet) resource.Row {
	p := &s.Properties
	return &resource.Subnet{
		Name:   s.Name,
		Status: p.ProvisioningState,
		VPCID:  networkOf(f.ID()),
		CIDRs:  adapter.Set(append([]string{p.AddressPrefix}, p.AddressPrefixes...)...),
	}
}
