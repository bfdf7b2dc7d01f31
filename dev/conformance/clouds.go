package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cloudsync/cloud/adapter"
	"cloudsync/cloud/alibaba"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/azure"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/cloud/huawei"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/cloud/tencent"
	"cloudsync/cloud/tencent/tencentfake"
)

// spec is how the recordings of a cloud are named and read.
type spec struct {
	provider string // and the name of the folder
	adapter  adapter.Adapter
	handler  func(*fake.Cloud) http.Handler
	regions  []string
	region   string                     // field of a resource that says its region, where there is one
	regionOf func(element *node) string // that of a resource, where no field says it
	within   string                     // what is before a declared path in a document
	actions  []action
	document func(base, keyID, secret string) string // the credential, where it is one document
	endpoint func(base string) string                // of a server, where that is not its address
}

// action is a listing that an answer can be of.
type action struct {
	name    string // as the fake server knows it
	files   []string
	kind    string    // of its resources; empty: its answer is no listing of resources
	lists   string    // path of an element
	id      string    // field of an element, or path of a field
	otherID string    // that of an element without the first
	total   string    // field of the answer with the number of resources on all pages
	serves  string    // another action that the same answer is one to
	refers  reference // what its elements refer to
	gone    func(answer document, id string) bool
	regions bool     // a listing of regions
	joined  bool     // what listings of other kinds are joined with, too
	tags    string   // another action that has the tags of its resources, by their ids
	armType string   // of its resources, where a file's name tells nothing
	inside  string   // path of the elements that its own are in, and that say the region
	also    []action // resources of other kinds in the same answer
	kinds   string   // what its answers say that they are, with a | between several
	under   string   // what a row's id has before that of the resource
}

// reference is a list of other resources, and where their ids are.
type reference struct{ action, path string }

// accountID is that of the account whose recordings are replayed.
const accountID = "100000000001"

func clouds() []spec {
	return []spec{
		declared(spec{
			provider: "alibaba", adapter: alibaba.Adapter(), handler: alibabafake.New, regions: []string{"cn-hangzhou"}, region: "RegionId",
		},
			action{name: "DescribeInstances", total: "TotalCount"},
			action{name: "DescribeDisks", total: "TotalCount", joined: true},
			action{name: "DescribeDBInstances", total: "TotalRecordCount"},
			action{name: "DescribeLoadBalancers", total: "TotalCount"},
			action{name: "DescribeVpcs", total: "TotalCount"},
			action{name: "DescribeVSwitches", total: "TotalCount"},
			action{name: "DescribeEipAddresses", total: "TotalCount"},
			action{name: "DescribeNatGateways", total: "TotalCount"},
			action{name: "DescribeImages", total: "TotalCount"},
			action{name: "ListUserCertificateOrder", total: "TotalCount"},
			action{name: "DescribeRegions", lists: "Regions.Region[]", regions: true},
		),
		declared(spec{provider: "aws", adapter: aws.Adapter(), handler: awsfake.New, regions: []string{"us-east-1"}},
			action{name: "DescribeInstances", gone: isTerminated},
			action{name: "DescribeInstanceTypes", lists: "instanceTypeSet[]", joined: true},
			action{name: "DescribeLoadBalancers", tags: "DescribeTags"},
			action{name: "DescribeTags", lists: tagDescriptions + "[]", joined: true},
			action{name: "DescribeRegions", lists: "regionInfo[]", regions: true},
		),
		declared(spec{
			provider: "azure", adapter: azure.Adapter(), handler: azurefake.New, regions: []string{"southcentralus"}, region: "location",
		}, azureActions()...),
		declared(spec{provider: "huawei", adapter: huawei.Adapter(), handler: huaweifake.New, regions: []string{"cn-north-4"}, region: "Location"},
			action{name: "ListServersDetails", files: []string{"cloudservers_detail"}, total: "count"},
			action{name: "ListVolumes", files: []string{"cloudvolumes"}, total: "count", joined: true},
			action{name: "ListInstances", total: "total_count"},
			action{name: "ListLoadBalancers", files: []string{"loadbalancers"}},
			action{name: huaweifake.CacheAction, total: "instance_num"},
			action{name: "ListVpcs", files: []string{"vpcs"}},
			action{name: "ListVirsubnets", files: []string{"virsubnets"}, gone: isOfAProject},
			action{name: "ListSecurityGroups", files: []string{"security_groups"}},
			action{name: "ListSecurityGroupRules", files: []string{"security_group_rules"}, lists: "security_group_rules[]", joined: true},
			action{name: "ListPublicips", files: []string{"publicips"}, total: "total_count", joined: true},
			action{name: "ListNatGateways", files: []string{"nat_gateways"}},
			action{name: "ListSnapshots", files: []string{"cloudsnapshots"}, total: "count"},
			action{name: "ListImages", files: []string{"cloudimages"}},
			action{name: huaweifake.BoughtAction, total: "total_count"},
		),
		declared(spec{provider: "tencent", adapter: tencent.Adapter(), handler: tencentfake.New, regions: []string{"ap-guangzhou"}, within: "Response."},
			action{name: "DescribeRegions", lists: "Response.RegionSet[]", regions: true},
		),
		declared(spec{
			provider: "google", adapter: google.Adapter(), handler: googlefake.New, regions: []string{"us-central1"}, regionOf: regionOf,
			document: googlefake.User, endpoint: googlefake.Endpoint,
		}, googleActions()...),
	}
}

// azureActions has the second id of a resource that has none of the first sort.
func azureActions() []action {
	return []action{
		{
			name: "vm_list", files: []string{"vm_listall", "vm_get_instanceview", "vm_get"}, serves: "vm_status_list",
			armType: "Microsoft.Compute/virtualMachines",
			refers:  reference{"nic_list", "value[].properties.networkProfile.networkInterfaces[].id"},
		},
		{name: "disk_list", otherID: "id", joined: true, armType: "Microsoft.Compute/disks"},
		{
			name: "nic_list", lists: "value[]", joined: true, armType: "Microsoft.Network/networkInterfaces",
			refers: reference{"publicip_list", "value[].properties.ipConfigurations[].properties.publicIPAddress.id"},
		},
		{name: "publicip_list", otherID: "id", joined: true, armType: "Microsoft.Network/publicIPAddresses"},
		{
			name: "lb_list", files: []string{"loadbalancer_list", "loadbalancers", "lb_listall"}, otherID: "id",
			armType: "Microsoft.Network/loadBalancers",
		},
		{name: "vnet_list", files: []string{"vnet", "virtualnetwork", "virtualnetworks"}, armType: "Microsoft.Network/virtualNetworks"},
		{
			name: "nat_list", files: []string{"natgateway", "natgateways"}, otherID: "id", armType: "Microsoft.Network/natGateways",
			refers: reference{"publicip_list", "value[].properties.publicIpAddresses[].id"},
		},
		{name: "aks_list", files: []string{"aks", "managedclusters"}, otherID: "id", armType: "Microsoft.ContainerService/managedClusters"},
		{name: "storage_list", files: []string{"storage_account", "storageaccounts"}, armType: "Microsoft.Storage/storageAccounts"},
		{name: "snapshot_list", files: []string{"snapshots"}, otherID: "id", armType: "Microsoft.Compute/snapshots"},
		{name: "image_list", files: []string{"images"}, armType: "Microsoft.Compute/images"},
		{name: "nsg_list", files: []string{"nsg", "networksecuritygroup", "networksecuritygroups"}, armType: "Microsoft.Network/networkSecurityGroups"},
		{name: "mysql_list", files: []string{"mysql"}, armType: "Microsoft.DBforMySQL/flexibleServers"},
		{name: "postgres_list", files: []string{"postgres", "postgresql"}, armType: "Microsoft.DBforPostgreSQL/flexibleServers"},
		{name: "redis_list", files: []string{"redis"}, armType: "Microsoft.Cache/redis"},
		{name: "redisenterprise_list", files: []string{"redisenterprise"}, armType: "Microsoft.Cache/redisEnterprise"},
	}
}

// declared is the spec with the actions of the adapter's listings, of which more may be
// known, and with further ones. One that several products have is called
// PRODUCT_ACTION for all but one, by fakes and by files.
func declared(of spec, known ...action) spec {
	var abouts []adapter.About
	for _, listing := range of.adapter.Listings {
		about := listing.About()
		abouts = append(append(abouts, about), about.Rest...)
	}
	for _, about := range abouts {
		own := about.Action
		if about.Product != "" {
			own = about.Product + "_" + own
		}
		for _, name := range append([]string{own}, about.Others...) {
			i := slices.IndexFunc(known, func(a action) bool { return a.name == name })
			if i < 0 {
				i, known = len(known), append(known, action{name: name})
			}
			known[i].declare(about, of.within+elementsAt(about.Path))
		}
	}
	slices.SortStableFunc(known, func(a, b action) int { return len(b.name) - len(a.name) }) // see actionOf
	of.actions = known
	return of
}

// declare gives the action the kind that a listing has of it. One that it has already is that
// of what the other kind's resources are in.
func (a *action) declare(about adapter.About, lists string) {
	if a.kind != "" && a.kind != about.Kind.Name() {
		a.also = append(a.also, action{name: a.name, kind: about.Kind.Name(), id: about.IDField, lists: lists, inside: a.lists})
		return
	}
	a.kind, a.id, a.lists = about.Kind.Name(), about.IDField, lists
}

// elementsAt is a declared path as documents have it. In XML a list's elements are below
// the list, under a name of their own.
func elementsAt(path string) string {
	if strings.Contains(path, "Result.") || path == "Buckets.Bucket" { // of the query protocol, and of object stores
		path = path[:strings.LastIndexByte(path, '.')]
	}
	if strings.Contains(path, ".item") { // of EC2's
		return strings.ReplaceAll(path, ".item", "[]")
	}
	return path + "[]"
}

// actionOf is the action that the file's name has in it, the longest where several are.
// DescribeInstances is not in DescribeInstancesFullStatus.
func (s spec) actionOf(file string) (action, bool) {
	file = strings.ReplaceAll(file, "-", "_") // the command line's describe-instances
	for _, a := range s.actions {
		for _, name := range append(a.files, a.name, snake(a.name)) {
			if _, after, found := strings.Cut(file, strings.ReplaceAll(name, "-", "_")); found && (!beginsWithLetter(after) || strings.HasPrefix(after, "Example")) {
				return a, true
			}
		}
	}
	return action{}, false
}

var inner = regexp.MustCompile(`([a-z])([A-Z])`)

// snake is an action as the command line's files have it: describe_db_instances.
func snake(action string) string {
	return strings.ToLower(inner.ReplaceAllString(strings.ReplaceAll(action, "DBI", "DbI"), "${1}_${2}"))
}

// actionOfType is the action whose resources are of the type that the answer's first one
// has.
func (s spec) actionOfType(answer document) (action, bool) {
	for _, element := range append(answer.find("value[]"), answer.root) {
		of := fmt.Sprint(element.field("type").scalar)
		i := slices.IndexFunc(s.actions, func(a action) bool { return a.armType != "" && strings.EqualFold(a.armType, of) })
		if i >= 0 {
			return s.actions[i], true
		}
	}
	return action{}, false
}

func beginsWithLetter(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(first)
}

// resources are the ids of the answer's resources, in small letters: Azure writes the same
// id in several ways.
func (a action) resources(answer document) (ids []string) {
	for _, element := range answer.find(a.lists) {
		ids = append(ids, strings.ToLower(a.idOf(element)))
	}
	return ids
}

// resourceNames are the ids of the answer's resources as it writes them.
func (a action) resourceNames(answer document) (ids []string) {
	for _, element := range answer.find(a.lists) {
		if id := a.idOf(element); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// onePage is the answer as if it had all resources: it is recorded without its further
// pages.
func (a action) onePage(answer document) document {
	if a.total == "" {
		return answer
	}
	total := &node{name: a.total, scalar: json.Number(strconv.Itoa(len(answer.find(a.lists))))}
	root := *answer.root
	root.children = slices.DeleteFunc(slices.Clone(root.children), func(child *node) bool { return child.name == a.total })
	root.children = append(root.children, total)
	answer.root = &root
	return answer
}

func (a action) idOf(element *node) string {
	for _, path := range []string{a.id, a.otherID} {
		if path == "" {
			continue
		}
		n := element
		for field := range strings.SplitSeq(path, ".") {
			n = n.field(field)
		}
		if !n.isEmpty() {
			return a.under + pathOf(fmt.Sprint(n.scalar))
		}
	}
	return ""
}

// isOfAProject says that a resource is of the project where it was recorded. For the account
// that replays it, it is one that another project shares.
func isOfAProject(answer document, id string) bool {
	for _, element := range answer.find("virsubnets[]") {
		if strings.EqualFold(fmt.Sprint(element.field("id").scalar), id) {
			return !element.field("project_id").isEmpty()
		}
	}
	return false
}

// isTerminated says that EC2 still lists an instance that is gone.
func isTerminated(answer document, id string) bool {
	for _, instance := range answer.find("reservationSet[].instancesSet[]") {
		if strings.EqualFold(fmt.Sprint(instance.field("instanceId").scalar), id) {
			return instance.field("instanceState").field("name").scalar == "terminated"
		}
	}
	return false
}
