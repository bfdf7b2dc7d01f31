package azurefake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

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
		if set, _ := setOf(host); set != "" {
			return fmt.Sprintf("%s/networkInterfaces/nic-%d", machineID(j, host), n)
		}
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
	return interfacesIn(j, "")
}

// interfacesIn are those of the hosts of a uniform scale set, or of those that are in none.
func interfacesIn(j fake.Judgement, set string) (all []any) {
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if own, _ := setOf(host); !strings.EqualFold(own, set) {
				continue
			}
			for _, nic := range interfacesOf(j, host) {
				all = append(all, later(func() object { return networkInterface(j, region.Name, host, nic) }))
			}
		}
	}
	return all
}

func networkInterface(j fake.Judgement, region string, host fake.Host, nic interfaceOf) object {
	properties := object{
		"primary": nic.primary, "provisioningState": "Succeeded",
		"virtualMachine":   object{"id": otherCase(machineID(j, host))},
		"ipConfigurations": configurations(j, host, nic),
	}
	if len(host.SecurityGroups) > 0 {
		properties["networkSecurityGroup"] = object{"id": otherCase(securityGroupID(j, host.SecurityGroups[0]))}
	}
	return object{"id": nic.id, "name": "nic", "location": region, "etag": host.Volatile, "properties": properties}
}

// configurations has the public addresses at the private ones, as far as these go.
func configurations(j fake.Judgement, host fake.Host, nic interfaceOf) (all []any) {
	for n := range max(len(nic.privateIPs), len(nic.publicIPs)) {
		properties := object{"primary": n == 0}
		if n < len(nic.privateIPs) {
			properties["privateIPAddress"] = nic.privateIPs[n]
		}
		if n < len(nic.publicIPs) {
			properties["publicIPAddress"] = object{"id": hostAddressID(j, host, n)}
		}
		if id := subnetID(j, host.VPC, host.Subnet); id != "" {
			properties["subnet"] = object{"id": id}
		}
		all = append(all, object{"name": fmt.Sprintf("ipconfig%d", n), "etag": host.Volatile, "properties": properties})
	}
	return all
}

func securityGroupID(j fake.Judgement, name string) string {
	return group(j, "network") + "/providers/Microsoft.Network/networkSecurityGroups/" + name
}

func subnetID(j fake.Judgement, vpc, subnet string) string {
	if vpc == "" || subnet == "" {
		return ""
	}
	return networkID(j, vpc) + "/subnets/" + subnet
}

func networkID(j fake.Judgement, vpc string) string {
	return group(j, "network") + "/providers/Microsoft.Network/virtualNetworks/" + vpc
}

func addressID(j fake.Judgement, owner string, n int) string {
	return fmt.Sprintf("%s/providers/Microsoft.Network/publicIPAddresses/ip-%d", group(j, owner), n)
}

func hostAddressID(j fake.Judgement, host fake.Host, n int) string {
	if set, _ := setOf(host); set != "" {
		return fmt.Sprintf("%s/networkInterfaces/nic-0/ipConfigurations/ip/publicIPAddresses/ip-%d", machineID(j, host), n)
	}
	return addressID(j, host.ID, n)
}

// addresses are those of hosts, load balancers and NAT gateways, beside the account's own, as
// PublicIPAddresses_ListAll answers them
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
			if set, _ := setOf(host); set != "" {
				continue
			}
			add(region.Name, host.ID, host.Volatile, host.PublicIPs)
		}
		for _, balancer := range region.LoadBalancers {
			if !balancer.Internal {
				add(region.Name, balancer.ID, "", balancer.Addresses)
			}
		}
		for _, gateway := range region.NATGateways {
			add(region.Name, gateway.NativeID, "", gateway.PublicIPs)
		}
		for _, ip := range region.PublicIPs {
			all = append(all, publicIP(j, region.Name, ip))
		}
	}
	return all
}

// loadBalancers answers as LoadBalancers_ListAll
// (https://learn.microsoft.com/rest/api/load-balancer/load-balancers/list-all).
func loadBalancers(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, balancer := range region.LoadBalancers {
			if isGateway(balancer) {
				continue
			}
			all = append(all, object{
				"id":   group(j, balancer.ID) + "/providers/Microsoft.Network/loadBalancers/" + balancer.Name,
				"name": balancer.Name, "location": region.Name, "tags": tags(balancer.Tags), "sku": object{"name": balancer.Type},
				"etag": "W/\"demo\"",
				"properties": object{
					"resourceGuid": balancer.ID, "provisioningState": balancer.Status,
					"frontendIPConfigurations": frontends(j, balancer), "loadBalancingRules": rules(balancer.Ports),
				},
			})
		}
	}
	return all
}

// rules let the ports in.
func rules(ports []string) []any {
	all := []any{}
	for _, port := range ports {
		number, protocol, _ := strings.Cut(port, "/")
		all = append(all, object{"name": port, "properties": object{"frontendPort": json.Number(number), "backendPort": 8080, "protocol": strings.ToUpper(protocol[:1]) + protocol[1:]}})
	}
	return all
}

// isGateway says that a load balancer is an application gateway, by its type.
func isGateway(balancer fake.LoadBalancer) bool {
	return strings.HasPrefix(balancer.Type, "WAF") || strings.HasSuffix(balancer.Type, "_v2")
}

// gateways answers as ApplicationGateways_ListAll
// (https://learn.microsoft.com/rest/api/application-gateway/application-gateways/list-all).
func gateways(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, balancer := range region.LoadBalancers {
			if !isGateway(balancer) {
				continue
			}
			id := group(j, balancer.ID) + "/providers/Microsoft.Network/applicationGateways/" + balancer.Name
			ports, listeners := []any{}, []any{}
			for _, port := range balancer.Ports {
				number, protocol, _ := strings.Cut(port, "/")
				ports = append(ports, object{"id": otherCase(id + "/frontendPorts/" + number), "properties": object{"port": json.Number(number)}})
				listeners = append(listeners, object{"properties": object{"protocol": protocol, "frontendPort": object{"id": id + "/frontendPorts/" + number}}})
			}
			shown := balancer
			shown.Subnets = nil // of the frontends
			properties := object{
				"resourceGuid": otherCase(balancer.ID), "provisioningState": "Succeeded", "operationalState": balancer.Status, "sku": object{"name": balancer.Type, "capacity": 2},
				"frontendIPConfigurations": frontends(j, shown), "frontendPorts": ports, "httpListeners": listeners,
				"sslCertificates": []any{object{"properties": object{"data": Secret, "password": Secret}}},
			}
			if len(balancer.Subnets) > 0 {
				properties["gatewayIPConfigurations"] = []any{object{"properties": object{"subnet": object{"id": subnetID(j, balancer.VPC, balancer.Subnets[0])}}}}
			}
			all = append(all, object{"id": id, "name": balancer.Name, "location": region.Name, "zones": balancer.Zones, "tags": tags(balancer.Tags), "properties": properties})
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
