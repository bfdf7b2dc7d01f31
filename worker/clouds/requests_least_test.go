package clouds

import (
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/cloud/tencent/tencentfake"
)

// asked is a list that a kind needs, or a call for some of its resources at a time, by the
// action's name at the fake server. A list that several kinds need is named where its resources
// are rows. What is asked for by ids may be of several kinds.
type asked struct {
	action    string
	resources int
	page      int // how many an answer has at most, as documented; 0: all
}

// least is how many requests there must be: one for nothing, too.
func (a asked) least() int {
	if a.page == 0 {
		return 1
	}
	return max(1, (a.resources+a.page-1)/a.page)
}

// asks are what the kinds of each cloud need of a fleet. No kind but these has other calls.
var asks = map[string]map[string][]asked{
	"alibaba": {
		"resource_host":           {{"DescribeInstances", each, 100}},
		"resource_disk":           {{"DescribeDisks", each, 500}},
		"resource_database":       {{"DescribeDBInstances", each, 100}, {"ListTagResources", each, 50}, {"DescribeDBClusters", 0, 100}, {alibabafake.MongoDBAction, 0, 100}, {alibabafake.MongoDBAction, 0, 100}, {alibabafake.MongoDBAction, 0, 100}},
		"resource_load_balancer":  {{"DescribeLoadBalancers", each, 100}, {"DescribeLoadBalancerListeners", each, 100}, {"alb_ListLoadBalancers", 0, 100}, {"nlb_ListLoadBalancers", 0, 100}},
		"resource_cache":          {{alibabafake.CacheAction, each, 50}},
		"resource_vpc":            {{"DescribeVpcs", each, 50}},
		"resource_subnet":         {{"DescribeVSwitches", each, 50}},
		"resource_security_group": {{"DescribeSecurityGroups", each, 100}, {"DescribeSecurityGroupAttribute", each, 1}},
		"resource_public_ip":      {{"DescribeEipAddresses", each, 100}},
		"resource_nat_gateway":    {{"DescribeNatGateways", each, 50}},
		"resource_cluster":        {{"DescribeClustersV1", each, 50}},
		"resource_bucket":         {{"ListBuckets", each, 1000}},
		"resource_snapshot":       {{"DescribeSnapshots", each, 100}},
		"resource_image":          {{"DescribeImages", each, 100}},
		"resource_certificate":    {{"ListUserCertificateOrder", each, 50}, {"ListUserCertificateOrder", 0, 50}}, // expired ones have a list
	},
	"tencent": {
		"resource_host":           {{"DescribeInstances", each, 100}},
		"resource_disk":           {{"DescribeDisks", each, 100}},
		"resource_database":       {{"DescribeDBInstances", each, 2000}, {tencentfake.PostgresAction, 0, 100}, {tencentfake.CynosAction, 0, 100}, {tencentfake.MongoAction, 0, 100}},
		"resource_load_balancer":  {{"DescribeLoadBalancers", each, 100}},
		"resource_cache":          {{tencentfake.CacheAction, each, 1000}},
		"resource_vpc":            {{"DescribeVpcs", each, 100}},
		"resource_subnet":         {{"DescribeSubnets", each, 100}},
		"resource_security_group": {{"DescribeSecurityGroups", each, 100}, {"DescribeSecurityGroupPolicies", each, 1}},
		"resource_public_ip":      {{"DescribeAddresses", each, 100}},
		"resource_nat_gateway":    {{"DescribeNatGateways", each, 100}},
		"resource_cluster":        {{"DescribeClusters", each, 100}, {"DescribeEKSClusters", 0, 100}},
		"resource_bucket":         {{tencentfake.BucketAction, each, 2000}},
		"resource_snapshot":       {{"DescribeSnapshots", each, 100}},
		"resource_image":          {{"DescribeImages", each, 100}},
		"resource_certificate":    {{"DescribeCertificates", each, 1000}},
	},
	"aws": {
		"resource_host":          {{"DescribeInstances", each, 1000}, {"DescribeInstanceTypes", hostTypes, 100}},
		"resource_disk":          {{"DescribeVolumes", each, 500}},
		"resource_database":      {{"DescribeDBInstances", each, 100}},
		"resource_load_balancer": {{"DescribeLoadBalancers", each, 400}, {"DescribeTags", each, 20}, {"classic_DescribeLoadBalancers", 0, 400}},
		"resource_cache": {
			{"DescribeReplicationGroups", each, 100}, {"DescribeCacheClusters", each, 100}, {"DescribeCacheClusters", 0, 100}, // members of groups, and those of none
			{"DescribeServerlessCaches", 0, 50}, {"DescribeClusters", 0, 100}, {"DescribeCacheSubnetGroups", 1, 100}, {"GetResources", each, 100},
		},
		"resource_vpc":            {{"DescribeVpcs", each, 1000}},
		"resource_subnet":         {{"DescribeSubnets", each, 1000}},
		"resource_security_group": {{"DescribeSecurityGroups", each, 1000}},
		"resource_public_ip":      {{"DescribeAddresses", each, 0}},
		"resource_nat_gateway":    {{"DescribeNatGateways", each, 1000}},
		"resource_cluster":        {{"ListClusters", each, 100}, {"DescribeCluster", each, 1}},
		"resource_bucket":         {{"ListBuckets", each, 10000}, {"GetResources", each, 100}},
		"resource_snapshot":       {{"DescribeSnapshots", each, 1000}},
		"resource_image":          {{"DescribeImages", each, 1000}},
		"resource_certificate":    {{"ListCertificates", each, 1000}, {"GetResources", each, 100}},
	},
	"huawei": {
		"resource_host":           {{"ListServersDetails", each, 1000}},
		"resource_disk":           {{"ListVolumes", each, 1000}},
		"resource_database":       {{"ListInstances", each, 100}, {huaweifake.TaurusAction, 0, 100}, {huaweifake.GaussAction, 0, 100}, {huaweifake.DDSAction, 0, 100}},
		"resource_load_balancer":  {{"ListLoadBalancers", each, 2000}, {"ListListeners", each, 2000}},
		"resource_cache":          {{huaweifake.CacheAction, each, 1000}},
		"resource_vpc":            {{"ListVpcs", each, 2000}},
		"resource_subnet":         {{"ListVirsubnets", each, 2000}},
		"resource_security_group": {{"ListSecurityGroups", each, 2000}, {"ListSecurityGroupRules", each, 2000}},
		"resource_public_ip":      {{"ListPublicips", each, 2000}},
		"resource_nat_gateway":    {{"ListNatGateways", each, 2000}, {"ListPrivateNats", 0, 2000}},
		"resource_cluster":        {{"ListClusters", each, 0}, {"ListAutopilotClusters", 0, 0}},
		"resource_bucket":         {{huaweifake.BucketsAction, each, 0}},
		"resource_snapshot":       {{"ListSnapshots", each, 1000}},
		"resource_image":          {{"ListImages", each, 500}},
		"resource_certificate":    {{"ListCertificates", each, 2000}, {huaweifake.BoughtAction, 0, 50}},
	},
	"azure": {
		"resource_host":           {{"vm_list", each, armPage}, {"vmss_list", 1, armPage}, {"vm_status_list", each, armPage}, {"nic_list", each, armPage}, {"size_list", hostTypes, 0}},
		"resource_disk":           {{"disk_list", each, armPage}},
		"resource_database":       {{"mysql_list", each, armPage}, {"postgres_list", 0, armPage}, {"sqlserver_list", 0, armPage}, {"sqlmi_list", 0, armPage}},
		"resource_load_balancer":  {{"lb_list", each, armPage}, {"appgw_list", 0, armPage}},
		"resource_cache":          {{"redis_list", each, armPage}, {"redisenterprise_list", 0, armPage}},
		"resource_vpc":            {{"vnet_list", each, armPage}},
		"resource_subnet":         {}, // networks have them inside
		"resource_security_group": {{"nsg_list", each, armPage}},
		"resource_public_ip":      {{"publicip_list", each, armPage}},
		"resource_nat_gateway":    {{"nat_list", each, armPage}},
		"resource_cluster":        {{"aks_list", each, armPage}},
		"resource_bucket":         {{"storage_list", each, armPage}},
		"resource_snapshot":       {{"snapshot_list", each, armPage}},
		"resource_image":          {{"image_list", each, armPage}},
	},
	"google": {
		"resource_host":          {{"compute.instances.aggregatedList", each, 500}, {"compute.machineTypes.list", hostTypes, 500}},
		"resource_disk":          {{"compute.disks.aggregatedList", each, 500}},
		"resource_database":      {{"sql.instances.list", each, 1000}, {"sql.tiers.list", 1, 0}},
		"resource_load_balancer": {{"compute.forwardingRules.aggregatedList", each, 500}},
		"resource_cache": {
			{"redis.projects.locations.list", 1, 0}, {"redis.projects.locations.instances.list", 0, 1000}, {"redis.projects.locations.clusters.list", each, 1000},
			{"memorystore.projects.locations.list", 1, 0}, {"memorystore.projects.locations.instances.list", 0, 1000},
		},
		"resource_vpc":            {{"compute.networks.list", each, 500}},
		"resource_subnet":         {{"compute.subnetworks.aggregatedList", each, 500}},
		"resource_security_group": {{"compute.firewalls.list", each, 500}},
		"resource_public_ip":      {{"compute.addresses.aggregatedList", each, 500}},
		"resource_nat_gateway":    {{"compute.routers.aggregatedList", each, 500}},
		"resource_cluster":        {{"container.projects.locations.clusters.list", each, 0}},
		"resource_bucket":         {{"storage.buckets.list", each, 1000}},
		"resource_snapshot":       {{"compute.snapshots.list", each, 500}, {"compute.regionSnapshots.list", 0, 500}},
		"resource_image":          {{"compute.images.list", each, 500}},
		"resource_certificate": {
			{"compute.sslCertificates.aggregatedList", each, 500}, {"certificatemanager.projects.locations.list", 1, 0},
			{"certificatemanager.projects.locations.certificates.list", 0, 1000}, {"certificatemanager.projects.locations.certificates.list", 0, 1000}, // of the region, and global
		},
	},
}

// exception is a kind with more requests than a tenth above the least.
type exception struct {
	requests int
	why      string
}

var exceptions = map[string]map[string]exception{
	"huawei": {
		"resource_host":  {5, "the provider suggests pages of 200, and takes 1,000"},
		"resource_disk":  {2, "a page that is full is not taken for the last, whatever number of disks it announces: that falls when some are deleted meanwhile"},
		"resource_image": {3, "the largest page is not documented, so that 500, the usual one, counts as such; no answer says that it is the last, and a full one may not be"},
	},
}

// entering are the actions by which an account is entered: who it is, which regions and which
// permissions it has.
var entering = map[string][]string{
	"alibaba": {"GetCallerIdentity"},
	"tencent": {"GetCallerIdentity"},
	"aws":     {"GetCallerIdentity"},
	"huawei":  {"KeystoneListProjects"},
	"azure":   {"token", "subscription_get", "location_list", "permission_list"},
	"google":  {"token", "cloudresourcemanager.projects.get", "compute.regions.list"},
}
