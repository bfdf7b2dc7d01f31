package azurefake

import (
	"net/http"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// natGateways answers as NatGateways_ListAll
// (https://learn.microsoft.com/rest/api/virtualnetwork/nat-gateways/list-all).
func natGateways(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, gateway := range region.NATGateways {
			properties := object{"resourceGuid": gateway.NativeID, "provisioningState": gateway.Status, "idleTimeoutInMinutes": 4}
			var ips []any
			for n := range gateway.PublicIPs {
				ips = append(ips, object{"id": addressID(j, gateway.NativeID, n)})
			}
			if len(ips) > 0 {
				properties["publicIpAddresses"] = ips
			}
			if gateway.VPCID != "" {
				properties["subnets"] = []any{object{"id": subnetID(j, gateway.VPCID, "front")}, object{"id": otherCase(subnetID(j, gateway.VPCID, "back"))}}
			}
			all = append(all, object{
				"id":   group(j, gateway.NativeID) + "/providers/Microsoft.Network/natGateways/" + gateway.Name,
				"name": gateway.Name, "location": region.Name, "zones": zones(gateway.Zone), "tags": tags(gateway.Tags), "etag": changing(),
				"sku": object{"name": gateway.GatewayType}, "properties": properties,
			})
		}
	}
	return all
}

// publicIP is one that is in the account for itself: AttachedType is the type, in
// Microsoft.Network, of what has it.
func publicIP(j fake.Judgement, region string, ip resource.PublicIP) object {
	properties := object{"resourceGuid": otherCase(ip.NativeID), "provisioningState": ip.Status, "publicIPAllocationMethod": "Static"}
	put(properties, "ipAddress", ip.Address)
	owner := group(j, ip.AttachedID) + "/providers/Microsoft.Network/" + ip.AttachedType + "/" + ip.AttachedID
	switch ip.AttachedType {
	case "":
	case "natGateways":
		properties["natGateway"] = object{"id": owner}
	default:
		properties["ipConfiguration"] = object{"id": otherCase(owner + "/ipConfigurations/first")}
	}
	return object{
		"id":   group(j, ip.NativeID) + "/providers/Microsoft.Network/publicIPAddresses/" + ip.Name,
		"name": ip.Name, "location": region, "zones": zones(ip.Zone), "tags": tags(ip.Tags), "etag": changing(),
		"sku": object{"name": "Standard", "tier": "Regional"}, "properties": properties,
	}
}
