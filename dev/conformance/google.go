package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// googleActions have what the answers say that they are: most names of files say less.
func googleActions() []action {
	return []action{
		{name: "compute.instances.aggregatedList", files: []string{"aggregated_instances"}, kinds: "compute#instanceAggregatedList|compute#instanceList"},
		{name: "compute.machineTypes.list", lists: "items[]", joined: true, kinds: "compute#machineTypeList"},
		{name: "compute.disks.aggregatedList", files: []string{"aggregated_disks"}, kinds: "compute#diskAggregatedList|compute#diskList", joined: true},
		{
			name: "compute.forwardingRules.aggregatedList", files: []string{"aggregated_forwardingRules", "forwardingRules"},
			kinds: "compute#forwardingRuleAggregatedList|compute#forwardingRuleList", gone: balancesNothing,
		},
		{name: "compute.networks.list", kinds: "compute#networkList"},
		{name: "compute.subnetworks.aggregatedList", kinds: "compute#subnetworkAggregatedList|compute#subnetworkList"},
		{name: "compute.firewalls.list", kinds: "compute#firewallList"},
		{name: "compute.addresses.aggregatedList", kinds: "compute#addressAggregatedList|compute#addressList", joined: true, gone: isNotKept},
		{name: "compute.routers.aggregatedList", kinds: "compute#routerAggregatedList|compute#routerList", gone: isOnlyARouter},
		{name: "compute.snapshots.list", kinds: "compute#snapshotList"},
		{name: "compute.images.list", kinds: "compute#imageList"},
		{name: "compute.sslCertificates.aggregatedList", kinds: "compute#sslCertificateAggregatedList|compute#sslCertificateList"},
		{name: "certificatemanager.projects.locations.certificates.list", files: []string{"certificatemanager_certificates"}},
		{name: "container.projects.locations.clusters.list", files: []string{"container_clusters", "gke_clusters"}},
		{name: "storage.buckets.list", kinds: "storage#buckets"},
		{name: "compute.regions.list", lists: "items[]", regions: true, kinds: "compute#regionList"},
		{name: "sql.instances.list", kinds: "sql#instancesList"},
		{name: "sql.tiers.list", lists: "items[]", joined: true, kinds: "sql#tiersList"},
		{name: "redis.projects.locations.instances.list", files: []string{"redis_instances"}},
		{name: "redis.projects.locations.clusters.list", files: []string{"redis_clusters"}, under: "clusters/"},
		{name: "memorystore.projects.locations.instances.list", files: []string{"memorystore_instances", "valkey_instances"}, under: "instances/"},
	}
}

// actionOfKind is the action that an answer says it is to.
func (s spec) actionOfKind(answer document) (action, bool) {
	kind := fmt.Sprint(answer.root.field("kind").scalar)
	i := slices.IndexFunc(s.actions, func(a action) bool { return slices.Contains(strings.Split(a.kinds, "|"), kind) })
	if i < 0 || kind == "" {
		return action{}, false
	}
	return s.actions[i], true
}

// ofProject is the answer as the list of the whole project has it: one of a zone or region is put
// in that form.
func ofProject(answer document, of action) document {
	name, isScoped := strings.CutPrefix(of.lists, "items.*.")
	if items := answer.root.field("items"); isScoped && items.shape == list {
		answer.root = aggregated(items, strings.TrimSuffix(name, "[]"), of.kinds)
	}
	return answer
}

// aggregated is the list of a project that has these elements, each in its own scope.
func aggregated(elements *node, name, kinds string) *node {
	kind, _, _ := strings.Cut(kinds, "|")
	scopes := &node{name: "items", shape: object}
	for i, element := range elements.children {
		of := &node{name: name, shape: list, children: []*node{element}}
		scopes.children = append(scopes.children, &node{name: fmt.Sprint("scope", i), shape: object, children: []*node{of}})
	}
	return &node{shape: object, children: []*node{{name: "kind", scalar: kind}, scopes}}
}

// place is where an address names a zone or a region.
var place = regexp.MustCompile(`/(?:zones/([a-z0-9-]+)-[a-z0-9]+|regions/([a-z0-9-]+)|locations/([a-z0-9-]+)|(global))/`)

// regionOf is the region of a resource: its own word, or what is in its address.
func regionOf(element *node) string {
	if own := fmt.Sprint(element.field("region").scalar); element.field("connectionName").scalar != nil {
		return own
	}
	if location := element.field("location").scalar; location != nil {
		return regionOfLocation(strings.ToLower(fmt.Sprint(location)))
	}
	for _, field := range []string{"selfLink", "name"} {
		if found := place.FindStringSubmatch(fmt.Sprint(element.field(field).scalar)); found != nil {
			return strings.Join(found[1:], "")
		}
	}
	return ""
}

// regionOfLocation is the region of a cluster or a bucket, which may be in a zone of it, or in
// several regions.
func regionOfLocation(location string) string {
	switch parts := strings.Split(location, "-"); len(parts) {
	case 2:
		return location
	case 3:
		return strings.Join(parts[:2], "-")
	default:
		return "global"
	}
}

// pathOf is an id that is an address, from its project on. Others stay.
func pathOf(id string) string {
	if _, path, isLink := strings.Cut(id, "googleapis.com/compute/v1/projects/"); isLink {
		return "projects/" + path
	}
	return id
}

// isOnlyARouter says that a router is no row: its gateways are.
func isOnlyARouter(document, string) bool { return true }

// isNotKept says that an address is an internal one, or that a gateway took it for itself.
func isNotKept(answer document, id string) bool {
	for _, address := range answer.find("items.*.addresses[]") {
		if fmt.Sprint(address.field("id").scalar) == id {
			return address.field("addressType").scalar == "INTERNAL" || address.field("purpose").scalar == "NAT_AUTO"
		}
	}
	return false
}

// balancesNothing says that a forwarding rule leads to no load balancer, as its target says.
func balancesNothing(answer document, id string) bool {
	for _, rule := range answer.find("items.*.forwardingRules[]") {
		if fmt.Sprint(rule.field("id").scalar) == id {
			target := fmt.Sprint(rule.field("target").scalar)
			return strings.Contains(target, "VpnGateways") || strings.Contains(target, "Instances") || !rule.field("pscConnectionId").isEmpty()
		}
	}
	return false
}
