package google

import (
	"fmt"
	"net/url"
)

// question is what one of the provider's APIs can be asked for.
type question struct {
	product string // whose host is PRODUCT.googleapis.com
	path    string // {project}, {node} and {location} stand for what is asked; the first two in more, too
	list    string // where the list is in an answer; see anyScope
	kind    string // what an answer says that it is, "" where it says nothing
	size    string // the parameter with the size of a page
	limit   int    // the largest that there is
	more    url.Values
	// optional: where the API is not enabled, there is none.
	optional bool
}

// anyScope begins the paths of lists that stand by zones and regions.
const anyScope = "items.*."

// The actions, as the provider's documents call their methods.
const (
	projectGet      = "cloudresourcemanager.projects.get"
	projectList     = "cloudresourcemanager.projects.list"
	folderGet       = "cloudresourcemanager.folders.get"
	folderList      = "cloudresourcemanager.folders.list"
	organizationGet = "cloudresourcemanager.organizations.get"
	regionList      = "compute.regions.list"
	machineTypeList = "compute.machineTypes.list"
	instanceList    = "compute.instances.aggregatedList"
	diskList        = "compute.disks.aggregatedList"
	ruleList        = "compute.forwardingRules.aggregatedList"
	networkList     = "compute.networks.list"
	subnetworkList  = "compute.subnetworks.aggregatedList"
	firewallList    = "compute.firewalls.list"
	addressList     = "compute.addresses.aggregatedList"
	routerList      = "compute.routers.aggregatedList"
	snapshotList    = "compute.snapshots.list"
	regionSnapshots = "compute.regionSnapshots.list"
	imageList       = "compute.images.list"
	certificateList = "compute.sslCertificates.aggregatedList"
	managerList     = "certificatemanager.projects.locations.certificates.list"
	gkeList         = "container.projects.locations.clusters.list"
	bucketList      = "storage.buckets.list"
	databaseList    = "sql.instances.list"
	tierList        = "sql.tiers.list"
	redisList       = "redis.projects.locations.instances.list"
	clusterList     = "redis.projects.locations.clusters.list"
	valkeyList      = "memorystore.projects.locations.instances.list"
)

// questions are those of the actions.
var questions = map[string]question{
	// https://cloud.google.com/resource-manager/reference/rest. How long a page can be is not
	// documented: the server says.
	projectGet:      {product: "cloudresourcemanager", path: "/v3/projects/{project}"},
	folderGet:       {product: "cloudresourcemanager", path: "/v3/{node}"},
	organizationGet: {product: "cloudresourcemanager", path: "/v3/{node}"},
	projectList:     {product: "cloudresourcemanager", path: "/v3/projects", list: "projects", more: url.Values{"parent": {"{node}"}, "showDeleted": {"true"}}},
	folderList:      {product: "cloudresourcemanager", path: "/v3/folders", list: "folders", more: url.Values{"parent": {"{node}"}}},
	// https://cloud.google.com/compute/docs/reference/rest/v1
	regionList:      compute("regions", "compute#regionList", "items"),
	machineTypeList: compute("zones/{location}/machineTypes", "compute#machineTypeList", "items"),
	instanceList:    aggregated("instances", "compute#instanceAggregatedList", instanceFields),
	diskList:        aggregated("disks", "compute#diskAggregatedList", ""),
	ruleList:        aggregated("forwardingRules", "compute#forwardingRuleAggregatedList", ""),
	networkList:     compute("global/networks", "compute#networkList", "items"),
	subnetworkList:  aggregated("subnetworks", "compute#subnetworkAggregatedList", ""),
	firewallList:    compute("global/firewalls", "compute#firewallList", "items"),
	addressList:     aggregated("addresses", "compute#addressAggregatedList", ""),
	routerList:      aggregated("routers", "compute#routerAggregatedList", routerFields),
	snapshotList:    compute("global/snapshots", "compute#snapshotList", "items"),
	regionSnapshots: compute("regions/{location}/snapshots", "compute#snapshotList", "items"), // ? its kind is not documented
	imageList:       compute("global/images", "compute#imageList", "items").only(imageFields),
	certificateList: aggregated("sslCertificates", "compute#sslCertificateAggregatedList", certificateFields),
	// https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest
	managerList: {product: "certificatemanager", path: "/v1/projects/{project}/locations/{location}/certificates", list: "certificates", size: "pageSize", limit: 1000, optional: true},
	// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1. There are no pages.
	gkeList: {product: "container", path: "/v1/projects/{project}/locations/-/clusters", list: "clusters", more: url.Values{"fields": {"missingZones,clusters(" + gkeFields + ")"}}},
	// https://cloud.google.com/storage/docs/json_api/v1/buckets/list
	bucketList: {product: "storage", path: "/storage/v1/b", list: "items", kind: "storage#buckets", size: "maxResults", limit: 1000, more: url.Values{"project": {"{project}"}}},
	// https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1
	databaseList: {product: "sqladmin", path: "/v1/projects/{project}/instances", list: "items", kind: "sql#instancesList", size: "maxResults", limit: 1000},
	tierList:     {product: "sqladmin", path: "/v1/projects/{project}/tiers", list: "items", kind: "sql#tiersList"},
	// https://cloud.google.com/memorystore/docs/redis/reference/rest/v1, …/cluster/reference/rest
	// and …/valkey/reference/rest. In a list of all locations, one that is out of reach is left out.
	redisList:                    memorystore("redis", "instances"),
	clusterList:                  memorystore("redis", "clusters"),
	valkeyList:                   memorystore("memorystore", "instances"),
	locationLists["redis"]:       {product: "redis", path: "/v1/projects/{project}/locations", list: "locations"},
	locationLists["memorystore"]: {product: "memorystore", path: "/v1/projects/{project}/locations", list: "locations", optional: true},

	locationLists["certificatemanager"]: {product: "certificatemanager", path: "/v1/projects/{project}/locations", list: "locations", optional: true},
}

// locationLists are the actions that list where a product is offered.
var locationLists = map[string]string{
	"redis": "redis.projects.locations.list", "memorystore": "memorystore.projects.locations.list", "certificatemanager": "certificatemanager.projects.locations.list",
}

func memorystore(product, list string) question {
	return question{product: product, path: "/v1/projects/{project}/locations/{location}/" + list, list: list, size: "pageSize", limit: 1000, optional: product == "memorystore"}
}

func compute(path, kind, list string) question {
	return question{product: "compute", path: "/compute/v1/projects/{project}/" + path, kind: kind, list: list, size: "maxResults", limit: 500}
}

// only asks for these fields of a resource.
func (q question) only(fields string) question {
	q.more = url.Values{"fields": {"kind,nextPageToken,warning,items(" + fields + ")"}}
	return q
}

// aggregated is of a list of the whole project by its zones and regions. Without partial
// success, one of them that cannot be reached fails the list of all; with it, the answer names
// those that it lacks. of are the fields of a resource to ask for, "" for all.
func aggregated(list, kind, of string) question {
	q := compute("aggregated/"+list, kind, anyScope+list)
	q.more = url.Values{"returnPartialSuccess": {"true"}}
	if of != "" {
		q.more.Set("fields", fmt.Sprintf("kind,nextPageToken,unreachables,warning,items/*/warning,items/*/%s(%s)", list, of))
	}
	return q
}
