package googlefake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// everywhere has the resources of each region in its scope. Those of the region global are
// global ones.
func everywhere(of func(at place) []object) func(fake.Judgement) []located {
	return func(j fake.Judgement) (all []located) {
		for _, region := range j.Account.Regions {
			at := place{project: j.Account.ID, scope: scopeOf(region), region: region}
			for _, one := range of(at) {
				all = append(all, located{at.scope, func() object { return one }})
			}
		}
		return all
	}
}

func scopeOf(region *fake.Region) string {
	if region.Name == global {
		return global
	}
	return "regions/" + region.Name
}

// inOne answers as the list of a resource in one region, or of the global ones.
func (s server) inOne(kind, name string, of func(at place) []object) func(http.ResponseWriter, *http.Request, fake.Judgement) {
	return func(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
		region := j.Region
		if r.PathValue("location") == "" {
			region = j.Account.Region(global)
		}
		var all []object
		if region != nil {
			all = of(place{project: j.Account.ID, scope: scopeOf(region), region: region})
		}
		list(s, w, r, kind, name, all)
	}
}

// place is where resources are.
type place struct {
	project, scope string
	region         *fake.Region
}

// base is what all resources of Compute Engine have: at is their collection.
func (p place) base(sort, at, id, name string, tags map[string]string, created time.Time) object {
	one := object{"kind": "compute#" + sort, "id": numeric(id), "name": name, "selfLink": link(p.project, p.scope+"/"+at+"/"+name), "fingerprint": fmt.Sprint(time.Now().UnixNano())}
	if len(tags) > 0 {
		one["labels"], one["labelFingerprint"] = tags, fmt.Sprint(time.Now().UnixNano())
	}
	putTime(one, "creationTimestamp", created)
	return one
}

// networks are those of networks.list
// (https://cloud.google.com/compute/docs/reference/rest/v1/networks/list).
func networks(at place) (all []object) {
	for _, vpc := range at.region.VPCs {
		one := at.base("network", "networks", vpc.NativeID, vpc.Name, nil, vpc.CloudCreatedAt)
		for _, cidr := range vpc.CIDRs {
			one["internalIpv6Range"] = cidr
		}
		one["subnetworks"] = []string{fmt.Sprint("moves-by-itself-", time.Now().UnixNano())}
		all = append(all, one)
	}
	return all
}

// subnetworks are those of subnetworks.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/aggregatedList).
func subnetworks(at place) (all []object) {
	for _, subnet := range at.region.Subnets {
		one := at.base("subnetwork", "subnetworks", subnet.NativeID, subnet.Name, nil, subnet.CloudCreatedAt)
		one["network"], one["gatewayAddress"] = link("", subnet.VPCID), "10.0.0.1"
		if subnet.Status != "" {
			one["state"] = subnet.Status
		}
		var more []object
		for i, cidr := range subnet.CIDRs {
			switch {
			case strings.Contains(cidr, ":"):
				one["externalIpv6Prefix"] = cidr
			case i == 0:
				one["ipCidrRange"] = cidr
			default:
				more = append(more, object{"rangeName": fmt.Sprint("range", i), "ipCidrRange": cidr})
			}
		}
		one["secondaryIpRanges"] = more
		all = append(all, one)
	}
	return all
}

// firewalls are those of firewalls.list
// (https://cloud.google.com/compute/docs/reference/rest/v1/firewalls/list): the rules of a
// group are of one direction, and all peers have the same ports.
func firewalls(at place) (all []object) {
	for _, group := range at.region.SecurityGroups {
		one := at.base("firewall", "firewalls", group.NativeID, group.Name, nil, group.CloudCreatedAt)
		one["network"], one["description"], one["disabled"] = link("", group.VPCID), group.Description, group.Status == "DISABLED"
		one["direction"] = "INGRESS"
		for _, rule := range group.Rules {
			putRule(one, rule)
		}
		all = append(all, one)
	}
	return all
}

func putRule(one object, rule resource.SecurityRule) {
	peers, action := "sourceRanges", "allowed"
	if rule.Egress {
		one["direction"], peers = "EGRESS", "destinationRanges"
	}
	if rule.Deny {
		action = "denied"
	}
	if tag, isTag := strings.CutPrefix(rule.Peer, "tag:"); isTag {
		peers, rule.Peer = "sourceTags", tag
	} else if strings.Contains(rule.Peer, "@") {
		peers = "sourceServiceAccounts"
	}
	have, _ := one[peers].([]string)
	if rule.Peer != "" && !slices.Contains(have, rule.Peer) {
		one[peers] = append(have, rule.Peer)
	}
	if rule.To != "" {
		one["targetTags"] = []string{strings.TrimPrefix(rule.To, "tag:")}
	}
	one["priority"] = rule.Priority
	traffic, _ := one[action].([]object)
	i := slices.IndexFunc(traffic, func(t object) bool { return t["IPProtocol"] == rule.Protocol })
	if i < 0 {
		i, traffic = len(traffic), append(traffic, object{"IPProtocol": rule.Protocol})
	}
	ports, _ := traffic[i]["ports"].([]string)
	if rule.Ports != "" && !slices.Contains(ports, rule.Ports) {
		traffic[i]["ports"] = append(ports, rule.Ports)
	}
	one[action] = traffic
}

// addresses are those of addresses.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/addresses/aggregatedList), with
// those that NAT gateways refer to.
func addresses(at place) (all []object) {
	for _, ip := range at.region.PublicIPs {
		one := at.base("address", "addresses", ip.NativeID, ip.Name, ip.Tags, ip.CloudCreatedAt)
		one["status"], one["addressType"], one["networkTier"] = ip.Status, "EXTERNAL", "PREMIUM"
		text, length, isRange := strings.Cut(ip.Address, "/")
		if one["address"] = text; isRange {
			one["prefixLength"], one["ipVersion"] = length, "IPV6"
		}
		if ip.AttachedID != "" {
			one["users"] = []string{link("", ip.AttachedID)}
		}
		all = append(all, one)
	}
	for _, nat := range at.region.NATGateways {
		for _, ip := range nat.PublicIPs {
			one := at.base("address", "addresses", ip, addressName(ip), nil, time.Time{})
			one["address"], one["status"], one["purpose"] = ip, "IN_USE", "NAT_AUTO"
			all = append(all, one)
		}
	}
	all = append(all, object{"id": "1", "name": "inner", "selfLink": link(at.project, at.scope+"/addresses/inner"), "address": "10.0.0.77", "addressType": "INTERNAL"})
	return all
}

func addressName(ip string) string {
	return "nat-" + strings.NewReplacer(".", "-", ":", "-").Replace(ip)
}

// routers are those of routers.aggregatedList, each with a NAT gateway
// (https://cloud.google.com/compute/docs/reference/rest/v1/routers/aggregatedList).
func routers(at place) (all []object) {
	for _, nat := range at.region.NATGateways {
		router, name, _ := strings.Cut(nat.NativeID, "/")
		one := at.base("router", "routers", router, "router-"+router, nil, nat.CloudCreatedAt)
		of := object{"name": name, "type": nat.GatewayType, "natIpAllocateOption": "AUTO_ONLY"}
		var ips []string
		for _, ip := range nat.PublicIPs {
			ips = append(ips, link(at.project, at.scope+"/addresses/"+addressName(ip)))
		}
		of["natIps"] = ips
		one["network"], one["nats"] = link("", nat.VPCID), []object{of}
		one["md5AuthenticationKeys"] = []object{{"name": "k", "key": Secret}}
		all = append(all, one)
	}
	return append(all, at.base("router", "routers", "7", "router-without", nil, time.Time{}))
}

// sslCertificates are those of sslCertificates.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/sslCertificates/aggregatedList).
func sslCertificates(at place) (all []object) {
	for _, c := range at.region.Certificates {
		if strings.HasPrefix(c.NativeID, "projects/") {
			continue
		}
		one := at.base("sslCertificate", "sslCertificates", c.NativeID, c.Name, nil, c.CloudCreatedAt)
		one["type"], one["certificate"], one["privateKey"], one["subjectAlternativeNames"] = c.CertificateType, Secret, Secret, c.Domains
		if c.CertificateType == "MANAGED" {
			one["managed"] = object{"domains": c.Domains, "status": c.Status, "domainStatus": object{"d": fmt.Sprint(time.Now().UnixNano())}}
			delete(one, "subjectAlternativeNames")
		} else {
			one["selfManaged"] = object{"certificate": Secret, "privateKey": Secret}
		}
		putTime(one, "expireTime", c.ExpiresAt)
		all = append(all, one)
	}
	return all
}

// managedCertificates are those of Certificate Manager
// (https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates).
func managedCertificates(at place) (all []object) {
	for _, c := range at.region.Certificates {
		if !strings.HasPrefix(c.NativeID, "projects/") {
			continue
		}
		one := object{"name": c.NativeID, "labels": c.Tags, "sanDnsnames": c.Domains, "pemCertificate": Secret, "scope": "DEFAULT", "updateTime": time.Now().Format(time.RFC3339Nano)}
		if c.CertificateType == "MANAGED" {
			one["managed"] = object{"domains": c.Domains, "state": c.Status}
		} else {
			one["selfManaged"] = object{"pemPrivateKey": Secret}
		}
		putTime(one, "createTime", c.CloudCreatedAt)
		putTime(one, "expireTime", c.ExpiresAt)
		all = append(all, one)
	}
	return all
}
