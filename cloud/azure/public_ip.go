package azure

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// addresses are all public IPs of the subscription, for themselves and for what has them.
// Those of uniform scale sets have a list of their own.
var addresses = listed[publicIPProperties]("publicip_list")

var publicIPs = adapter.Listing[*session, publicIP]{
	Kind: resource.PublicIPKind, What: publicAddress, IDField: "properties.resourceGuid",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &addresses,
	Believe: permitted("Microsoft.Network/publicIPAddresses/read"),
	ID:      func(p *publicIP) string { return strings.ToLower(p.Properties.ResourceGUID) },
	OtherID: (*publicIP).key,
	Row:     publicIPRow,
}

type publicIP = entity[publicIPProperties]

type publicIPProperties struct {
	ResourceGUID      string    `json:"resourceGuid"`
	ProvisioningState string    `json:"provisioningState"`
	IPAddress         string    `json:"ipAddress"` // none, where it is dynamic and not attached
	IPConfiguration   reference `json:"ipConfiguration"`
	NATGateway        reference `json:"natGateway"`
}

func publicIPRow(f *adapter.Fields, p *publicIP) resource.Row {
	row := &resource.PublicIP{
		Name:    p.Name,
		Status:  p.Properties.ProvisioningState,
		Zone:    zoneOf(p.Zones),
		Address: adapter.Only(adapter.IPs(p.Properties.IPAddress)...),
		Tags:    tagsOf(p.Tags),
	}
	row.AttachedType, row.AttachedID = ownerOf(cmp.Or(p.Properties.IPConfiguration.ID, p.Properties.NATGateway.ID))
	return row
}

// ownerOf is the resource that an id, or a part of it, is of, such as the network interface
// of an IP configuration, and its type. Both are in lower case, as all ids are.
func ownerOf(id string) (typ, owner string) {
	const providers = "/providers/"
	group, path, _ := strings.Cut(idOf(id), providers)
	parts := strings.Split(path, "/") // namespace, type, name, and what is of it
	if len(parts) < 3 {
		return "", idOf(id)
	}
	return parts[1], group + providers + strings.Join(parts[:3], "/")
}
