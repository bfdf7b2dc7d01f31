package azurefake

import (
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// virtualNetworks answers as VirtualNetworks_ListAll
// (https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/list-all), with those
// that only hosts tell of.
func virtualNetworks(_ *http.Request, j fake.Judgement) (all []any) {
	known := map[string]bool{}
	for _, region := range j.Account.Regions {
		for _, vpc := range region.VPCs {
			known[vpc.NativeID] = true
			all = append(all, virtualNetwork(j, region.Name, vpc))
		}
	}
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if host.VPC != "" && host.Subnet != "" && !known[host.VPC] {
				known[host.VPC] = true
				all = append(all, virtualNetwork(j, region.Name, resource.VPC{Meta: resource.Meta{NativeID: host.VPC}, Name: host.VPC}))
			}
		}
	}
	return all
}

// oneNetwork answers as VirtualNetworks_Get
// (https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/get).
func oneNetwork(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	for _, one := range virtualNetworks(r, j) {
		if network := one.(object); strings.EqualFold(network["id"].(string), r.URL.Path) {
			write(w, http.StatusOK, network)
			return
		}
	}
	refusal(w, http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Network/virtualNetworks/"+r.PathValue("network")+"' was not found.")
}

func virtualNetwork(j fake.Judgement, region string, vpc resource.VPC) object {
	return object{
		"id": otherCase(networkID(j, vpc.NativeID)), "name": vpc.Name, "location": region, "tags": tags(vpc.Tags), "etag": changing(),
		"properties": object{
			"resourceGuid": "guid-of-" + vpc.NativeID, "provisioningState": vpc.Status,
			"addressSpace": object{"addressPrefixes": vpc.CIDRs}, "subnets": subnets(j, vpc.NativeID),
		},
	}
}

// subnets are in their network, with those that only hosts tell of.
func subnets(j fake.Judgement, vpc string) []any {
	all, known := []any{}, map[string]bool{"": true}
	for _, region := range j.Account.Regions {
		for _, one := range region.Subnets {
			if one.VPCID == vpc {
				known[one.NativeID] = true
				all = append(all, subnet(j, one))
			}
		}
	}
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if host.VPC == vpc && !known[host.Subnet] {
				known[host.Subnet] = true
				all = append(all, subnet(j, resource.Subnet{Meta: resource.Meta{NativeID: host.Subnet}, Name: host.Subnet, VPCID: vpc, CIDRs: []string{"10.0.0.0/24"}}))
			}
		}
	}
	return all
}

// subnet has one prefix in another field than several. The second security group of a host in
// it is its own.
func subnet(j fake.Judgement, of resource.Subnet) object {
	id := subnetID(j, of.VPCID, of.NativeID)
	properties := object{
		"provisioningState": of.Status, "privateEndpointNetworkPolicies": "Disabled",
		"ipConfigurations": []any{object{"id": group(j, changing()) + "/providers/Microsoft.Network/networkInterfaces/nic/ipConfigurations/0"}},
	}
	if len(of.CIDRs) == 1 {
		properties["addressPrefix"] = of.CIDRs[0]
	} else {
		properties["addressPrefixes"] = of.CIDRs
	}
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if host.VPC == of.VPCID && host.Subnet == of.NativeID && len(host.SecurityGroups) > 1 {
				properties["networkSecurityGroup"] = object{"id": securityGroupID(j, host.SecurityGroups[1])}
			}
		}
	}
	return object{"id": otherCase(id), "name": of.Name, "etag": changing(), "properties": properties}
}

// changing is a text that is another one in each answer.
func changing() string { return time.Now().Format(time.RFC3339Nano) }
