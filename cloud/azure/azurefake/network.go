package azurefake

import (
	"fmt"
	"net/http"

	"cloudsync/cloud/fake"
)

// interfaceOf is one of a host's network interfaces: the first private address is on
// the primary one, the others are together on a second.
type interfaceOf struct {
	id         string
	primary    bool
	privateIPs []string
	publicIPs  []string
}

func interfacesOf(j fake.Judgement, host fake.Host) []interfaceOf {
	id := func(n int) string {
		return fmt.Sprintf("%s/providers/Microsoft.Network/networkInterfaces/nic-%d", group(j, host.ID), n)
	}
	first := interfaceOf{id: id(0), primary: true, publicIPs: host.PublicIPs}
	if len(host.PrivateIPs) == 0 {
		return []interfaceOf{first}
	}
	first.privateIPs = host.PrivateIPs[:1]
	if len(host.PrivateIPs) == 1 {
		return []interfaceOf{first}
	}
	return []interfaceOf{{id: id(1), privateIPs: host.PrivateIPs[1:]}, first}
}

func references(j fake.Judgement, host fake.Host) (all []any) {
	for _, nic := range interfacesOf(j, host) {
		all = append(all, object{"id": otherCase(nic.id), "properties": object{"primary": nic.primary}})
	}
	return all
}

// interfaces answers as NetworkInterfaces_ListAll
// (https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/list-all).
func interfaces(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			for _, nic := range interfacesOf(j, host) {
				all = append(all, object{
					"id": nic.id, "name": "nic", "location": region.Name, "etag": host.Volatile,
					"properties": object{
						"primary": nic.primary, "provisioningState": "Succeeded",
						"virtualMachine":   object{"id": otherCase(machineID(j, host))},
						"ipConfigurations": configurations(j, host, nic),
					},
				})
			}
		}
	}
	return all
}

// configurations has the public addresses at the private ones, as far as these go.
func configurations(j fake.Judgement, host fake.Host, nic interfaceOf) (all []any) {
	for n := range max(len(nic.privateIPs), len(nic.publicIPs)) {
		properties := object{"primary": n == 0}
		if n < len(nic.privateIPs) {
			properties["privateIPAddress"] = nic.privateIPs[n]
		}
		if n < len(nic.publicIPs) {
			properties["publicIPAddress"] = object{"id": addressID(j, host.ID, n)}
		}
		if id := subnetID(j, host.VPC, host.Subnet); id != "" {
			properties["subnet"] = object{"id": id}
		}
		all = append(all, object{"name": fmt.Sprintf("ipconfig%d", n), "etag": host.Volatile, "properties": properties})
	}
	return all
}

func subnetID(j fake.Judgement, vpc, subnet string) string {
	if vpc == "" || subnet == "" {
		return ""
	}
	return group(j, "network") + "/providers/Microsoft.Network/virtualNetworks/" + vpc + "/subnets/" + subnet
}

func addressID(j fake.Judgement, owner string, n int) string {
	return fmt.Sprintf("%s/providers/Microsoft.Network/publicIPAddresses/ip-%d", group(j, owner), n)
}

// addresses answers as PublicIPAddresses_ListAll
// (https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/list-all).
func addresses(_ *http.Request, j fake.Judgement) (all []any) {
	add := func(region, owner, volatile string, ips []string) {
		for n, ip := range ips {
			all = append(all, object{
				"id": otherCase(addressID(j, owner, n)), "name": "ip", "location": region, "etag": volatile,
				"properties": object{"ipAddress": ip, "publicIPAllocationMethod": "Static"},
			})
		}
	}
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			add(region.Name, host.ID, host.Volatile, host.PublicIPs)
		}
		for _, balancer := range region.LoadBalancers {
			if !balancer.Internal {
				add(region.Name, balancer.ID, "", balancer.Addresses)
			}
		}
	}
	return all
}

// loadBalancers answers as LoadBalancers_ListAll
// (https://learn.microsoft.com/rest/api/load-balancer/load-balancers/list-all).
func loadBalancers(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, balancer := range region.LoadBalancers {
			all = append(all, object{
				"id":   group(j, balancer.ID) + "/providers/Microsoft.Network/loadBalancers/" + balancer.Name,
				"name": balancer.Name, "location": region.Name, "tags": tags(balancer.Tags), "sku": object{"name": balancer.Type},
				"etag": "W/\"demo\"",
				"properties": object{
					"resourceGuid": balancer.ID, "provisioningState": balancer.Status,
					"frontendIPConfigurations": frontends(j, balancer),
				},
			})
		}
	}
	return all
}

func frontends(j fake.Judgement, balancer fake.LoadBalancer) (all []any) {
	for n := range max(len(balancer.Addresses), len(balancer.Subnets)) {
		properties := object{}
		if n < len(balancer.Addresses) && balancer.Internal {
			properties["privateIPAddress"] = balancer.Addresses[n]
		}
		if n < len(balancer.Addresses) && !balancer.Internal {
			properties["publicIPAddress"] = object{"id": addressID(j, balancer.ID, n)}
		}
		if n < len(balancer.Subnets) {
			properties["subnet"] = object{"id": subnetID(j, balancer.VPC, balancer.Subnets[n])}
		}
		all = append(all, object{"name": fmt.Sprintf("frontend%d", n), "zones": balancer.Zones, "properties": properties})
	}
	return all
}
