package main

import (
	"encoding/json"
	"fmt"
	"net/http"
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
	region   string // field of a resource that says its region, where there is one
	actions  []action
}

// action is a listing that an answer can be of.
type action struct {
	name    string // as the fake server knows it
	files   []string
	kind    string    // of its resources; empty: its answer is no listing of resources
	lists   string    // path of an element
	ids     []string  // fields of an element, or paths of fields: the first that it has is its id
	total   string    // field of the answer with the number of resources on all pages
	serves  string    // another action that the same answer is one to
	refers  reference // what its elements refer to
	gone    func(answer document, id string) bool
	regions bool   // a listing of regions
	joined  bool   // what listings of other kinds are joined with, too
	tags    string // another action that has the tags of its resources, by their ids
	armType string // of its resources, where a file's name tells nothing
}

// reference is a list of other resources, and where their ids are.
type reference struct{ action, path string }

const (
	hosts     = "resource_host"
	disks     = "resource_disk"
	databases = "resource_database"
	balancers = "resource_load_balancer"
)

// accountID is that of the account whose recordings are replayed.
const accountID = "100000000001"

func clouds() []spec {
	return []spec{
		{
			provider: "alibaba", adapter: alibaba.Adapter(), handler: alibabafake.New, regions: []string{"cn-hangzhou"}, region: "RegionId",
			actions: []action{
				{name: "DescribeInstances", kind: hosts, lists: "Instances.Instance[]", ids: []string{"InstanceId"}, total: "TotalCount"},
				{name: "DescribeDisks", kind: disks, lists: "Disks.Disk[]", ids: []string{"DiskId"}, total: "TotalCount", joined: true},
				{name: "DescribeDBInstances", kind: databases, lists: "Items.DBInstance[]", ids: []string{"DBInstanceId"}, total: "TotalRecordCount"},
				{name: "DescribeLoadBalancers", kind: balancers, lists: "LoadBalancers.LoadBalancer[]", ids: []string{"LoadBalancerId"}, total: "TotalCount"},
				{name: "DescribeRegions", lists: "Regions.Region[]", regions: true},
			},
		},
		{
			provider: "aws", adapter: aws.Adapter(), handler: awsfake.New, regions: []string{"us-east-1"},
			actions: []action{
				{
					name: "DescribeInstances", files: []string{"describe_instances"}, kind: hosts,
					lists: "reservationSet[].instancesSet[]", ids: []string{"instanceId"}, gone: isTerminated,
				},
				{name: "DescribeVolumes", files: []string{"describe_volumes"}, kind: disks, lists: "volumeSet[]", ids: []string{"volumeId"}},
				{name: "DescribeInstanceTypes", files: []string{"describe_instance_types"}, lists: "instanceTypeSet[]", joined: true},
				{
					name: "DescribeDBInstances", files: []string{"describe_db_instances"}, kind: databases,
					lists: "DescribeDBInstancesResult.DBInstances[]", ids: []string{"DbiResourceId"},
				},
				{
					name: "DescribeLoadBalancers", files: []string{"describe_load_balancers"}, kind: balancers,
					lists: "DescribeLoadBalancersResult.LoadBalancers[]", ids: []string{"LoadBalancerArn"}, tags: "DescribeTags",
				},
				{name: "DescribeTags", files: []string{"describe_tags"}, lists: tagDescriptions + "[]", joined: true},
				{name: "DescribeRegions", files: []string{"describe_regions"}, lists: "regionInfo[]", regions: true},
			},
		},
		{
			provider: "azure", adapter: azure.Adapter(), handler: azurefake.New, regions: []string{"southcentralus"}, region: "location",
			actions: azureActions(),
		},
		{
			provider: "huawei", adapter: huawei.Adapter(), handler: huaweifake.New, regions: []string{"cn-north-4"},
			actions: []action{
				{name: "ListServersDetails", files: []string{"cloudservers_detail"}, kind: hosts, lists: "servers[]", ids: []string{"id"}, total: "count"},
				{name: "ListVolumes", files: []string{"cloudvolumes"}, kind: disks, lists: "volumes[]", ids: []string{"id"}, total: "count", joined: true},
				{name: "ListInstances", kind: databases, lists: "instances[]", ids: []string{"id"}, total: "total_count"},
				{name: "ListLoadBalancers", files: []string{"loadbalancers"}, kind: balancers, lists: "loadbalancers[]", ids: []string{"id"}},
			},
		},
		{
			provider: "tencent", adapter: tencent.Adapter(), handler: tencentfake.New, regions: []string{"ap-guangzhou"},
			actions: []action{
				{name: "DescribeInstances", kind: hosts, lists: "Response.InstanceSet[]", ids: []string{"InstanceId"}},
				{name: "DescribeDisks", kind: disks, lists: "Response.DiskSet[]", ids: []string{"DiskId"}},
				{name: "DescribeDBInstances", kind: databases, lists: "Response.Items[]", ids: []string{"InstanceId"}},
				{name: "DescribeLoadBalancers", kind: balancers, lists: "Response.LoadBalancerSet[]", ids: []string{"LoadBalancerId"}},
				{name: "DescribeRegions", lists: "Response.RegionSet[]", regions: true},
			},
		},
	}
}

func azureActions() []action {
	return []action{
		{name: "vm_list", files: []string{"vm_listall", "vm_get_instanceview", "vm_get"}, kind: hosts, lists: "value[]", ids: []string{"properties.vmId"}, serves: "vm_status_list",
			armType: "Microsoft.Compute/virtualMachines",
			refers:  reference{"nic_list", "value[].properties.networkProfile.networkInterfaces[].id"}},
		{name: "disk_list", kind: disks, lists: "value[]", ids: []string{"properties.uniqueId", "id"}, joined: true, armType: "Microsoft.Compute/disks"},
		{name: "nic_list", lists: "value[]", joined: true, armType: "Microsoft.Network/networkInterfaces",
			refers: reference{"publicip_list", "value[].properties.ipConfigurations[].properties.publicIPAddress.id"}},
		{name: "publicip_list", lists: "value[]", joined: true, armType: "Microsoft.Network/publicIPAddresses"},
		{
			name: "lb_list", files: []string{"loadbalancer_list", "loadbalancers", "lb_listall"}, kind: balancers,
			lists: "value[]", ids: []string{"properties.resourceGuid", "id"}, armType: "Microsoft.Network/loadBalancers",
		},
		{name: "mysql_list", files: []string{"mysql"}, kind: databases, lists: "value[]", ids: []string{"id"}, armType: "Microsoft.DBforMySQL/flexibleServers"},
		{
			name: "postgres_list", files: []string{"postgres", "postgresql"}, kind: databases,
			lists: "value[]", ids: []string{"id"}, armType: "Microsoft.DBforPostgreSQL/flexibleServers",
		},
	}
}

// actionOf is the action that the file's name has in it. DescribeInstances is not in
// DescribeInstancesFullStatus.
func (s spec) actionOf(file string) (action, bool) {
	file = strings.ReplaceAll(file, "-", "_") // the command line's describe-instances
	for _, a := range s.actions {
		for _, name := range append(a.files, a.name) {
			if _, after, found := strings.Cut(file, name); found && (!beginsWithLetter(after) || strings.HasPrefix(after, "Example")) {
				return a, true
			}
		}
	}
	return action{}, false
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
	for _, path := range a.ids {
		n := element
		for field := range strings.SplitSeq(path, ".") {
			n = n.field(field)
		}
		if !n.isEmpty() {
			return fmt.Sprint(n.scalar)
		}
	}
	return ""
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
