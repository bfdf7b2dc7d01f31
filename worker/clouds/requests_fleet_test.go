package clouds

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

// each is how many resources of each kind a fleet has: a host has a disk, and every other
// kind as many.
const each = 1000

// hostTypes is how many types the hosts have.
const hostTypes = 10

// armPage is how many resources a page of ARM has here. It does not let itself be asked for a
// size, nor documents one.
const armPage = 100

// fleet is a region of a cloud whose requests are counted.
type fleet struct {
	handler  func(*fake.Cloud) http.Handler
	region   string
	settings func(base string) cloud.Settings // what is different from other clouds
	page     int                              // of the server, where a request does not say it
	// The ids are as the cloud has them, where it cares; %d is the number of a resource.
	databases, balancers, caches, gateways, clusters, certificates string
	global                                                         bool // some kinds are of no region
	more                                                           func(*fake.Region)
}

var fleets = map[string]fleet{
	"alibaba": {handler: alibabafake.New, region: "cn-hangzhou"}, // which has the certificates
	"tencent": {handler: tencentfake.New, region: "ap-guangzhou", databases: "cdb-%d"},
	"aws": {
		handler: awsfake.New, region: "eu-west-1",
		balancers:    "arn:aws:elasticloadbalancing:eu-west-1:100000000001:loadbalancer/app/b/%d",
		caches:       "arn:aws:elasticache:eu-west-1:100000000001:replicationgroup:cache-%d",
		clusters:     "arn:aws:eks:eu-west-1:100000000001:cluster/cluster-%d",
		certificates: "arn:aws:acm:eu-west-1:100000000001:certificate/%d",
	},
	"huawei": {handler: huaweifake.New, region: "cn-north-4", more: withGatewayAddresses},
	"azure": {
		handler: azurefake.New, region: "eastus", page: armPage,
		settings: func(base string) cloud.Settings {
			return cloud.Settings{Endpoint: base, Credential: cloud.Credential{ID: cloud.SecretText("KEYID"), Key: cloud.SecretText("secret"), Tenant: "tenant"}}
		},
		more: func(r *fake.Region) {
			for i := range r.Caches {
				r.Caches[i].Type = "Premium_P1"
			}
		},
	},
	"google": {
		handler: googlefake.New, region: "europe-west1", global: true, gateways: "nat-%d/out",
		settings: func(base string) cloud.Settings {
			return cloud.Settings{Endpoint: googlefake.Endpoint(base), Credential: cloud.Credential{Key: cloud.SecretText(googlefake.User(base, "KEYID", "secret"))}}
		},
		more: withoutWhatTheServerAdds,
	},
}

// withGatewayAddresses gives each NAT gateway an elastic IP.
func withGatewayAddresses(r *fake.Region) {
	for i := range r.PublicIPs {
		r.PublicIPs[i].AttachedType, r.PublicIPs[i].AttachedID = "NATGW", r.NATGateways[i].NativeID
	}
}

// withoutWhatTheServerAdds leaves room for an internal address and for a router without a
// gateway in each of two regions, which Google's server has of its own.
func withoutWhatTheServerAdds(r *fake.Region) {
	r.PublicIPs, r.NATGateways = r.PublicIPs[2:], r.NATGateways[2:]
}

// serve has a server with the fleet, and the account at it.
func (f fleet) serve(t *testing.T, provider string) (*fake.Cloud, cloud.Settings) {
	t.Helper()
	const account = "100000000001"
	c := &fake.Cloud{PageSize: f.page}
	owner := &fake.Account{ID: account, KeyID: "KEYID", Key: "secret", Regions: []*fake.Region{f.filled()}}
	if f.global {
		owner.Regions = append(owner.Regions, ofNoRegion(owner.Regions[0]))
	}
	c.Add(owner)
	server := httptest.NewServer(f.handler(c))
	t.Cleanup(server.Close)
	settings := cloud.Settings{Endpoint: server.URL, Credential: cloud.Credential{ID: cloud.SecretText("KEYID"), Key: cloud.SecretText("secret")}}
	if f.settings != nil {
		settings = f.settings(server.URL)
	}
	settings.Provider, settings.Name, settings.AccountID, settings.RequestsPerSecond = provider, "one", account, 1e6
	for _, region := range owner.Regions {
		settings.Regions = append(settings.Regions, region.Name)
	}
	return c, settings
}

// filled is the region. Everything refers to what is beside it: a subnet to its network, a host
// to its subnet, a disk to its host.
func (f fleet) filled() *fake.Region {
	r := &fake.Region{Name: f.region}
	made := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	for n := range each {
		id := func(sort, form string) resource.Meta {
			if form == "" {
				form = sort + "-%d"
			}
			return resource.Meta{NativeID: fmt.Sprintf(form, n)}
		}
		name := func(sort string) string { return fmt.Sprintf("%s-%d", sort, n) }
		tags := map[string]string{"number": fmt.Sprint(n)}
		r.VPCs = append(r.VPCs, resource.VPC{Meta: id("vpc", ""), Name: name("vpc"), CIDRs: []string{"10.0.0.0/8"}})
		r.Subnets = append(r.Subnets, resource.Subnet{Meta: id("subnet", ""), Name: name("subnet"), VPCID: name("vpc"), CIDRs: []string{"10.0.0.0/24"}})
		r.Hosts = append(r.Hosts, fake.Host{
			ID: name("host"), Name: name("host"), Status: "running", Zone: f.region + "-a", Type: fmt.Sprint("size-", n%hostTypes), VCPU: 4, MemoryMiB: 16384,
			PrivateIPs: []string{fmt.Sprintf("10.1.%d.%d", n/250, n%250)}, VPC: name("vpc"), Subnet: name("subnet"), Created: made,
		})
		r.Disks = append(r.Disks, fake.Disk{ID: name("disk"), Name: name("disk"), Zone: f.region + "-a", Host: name("host"), Device: "/dev/vda", System: true, SizeGiB: 40, Created: made})
		r.Databases = append(r.Databases, fake.Database{ID: id("db", f.databases).NativeID, Name: name("db"), Engine: "mysql", Version: "8.0", Type: "size-0", Created: made})
		r.LoadBalancers = append(r.LoadBalancers, fake.LoadBalancer{
			ID: id("lb", f.balancers).NativeID, Name: name("lb"), Internal: true, Addresses: []string{"10.3.0.1"}, Ports: []string{"443/tcp"}, Created: made, Tags: tags,
		})
		r.Caches = append(r.Caches, fake.Cache{ID: id("cache", f.caches).NativeID, Name: name("cache"), Engine: "redis", Version: "7.0", Type: "size-0", Shards: 1, Subnets: []string{"subnet-0"}, VPC: "vpc-0", Tags: tags})
		r.SecurityGroups = append(r.SecurityGroups, fake.SecurityGroup{
			SecurityGroup: resource.SecurityGroup{Meta: id("sg", ""), Name: name("sg"), VPCID: name("vpc")},
			Rules:         []resource.SecurityRule{{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "1"}},
		})
		r.PublicIPs = append(r.PublicIPs, resource.PublicIP{Meta: id("eip", ""), Name: name("eip"), Address: fmt.Sprintf("203.0.%d.%d", n/250, n%250)})
		r.NATGateways = append(r.NATGateways, resource.NATGateway{Meta: id("nat", f.gateways), Name: name("nat"), GatewayType: "public"})
		r.Snapshots = append(r.Snapshots, resource.Snapshot{Meta: id("snap", ""), Name: name("snap"), SizeGiB: 40, DiskNativeID: name("disk")})
		r.Images = append(r.Images, resource.MachineImage{Meta: id("img", ""), Name: name("img"), SizeGiB: 40})
		r.Clusters = append(r.Clusters, resource.Cluster{Meta: id("cluster", f.clusters), Name: name("cluster")})
		r.Buckets = append(r.Buckets, resource.Bucket{Meta: id("bucket", ""), Name: name("bucket"), Tags: tags})
		r.Certificates = append(r.Certificates, resource.Certificate{Meta: id("cert", f.certificates), Name: name("cert"), Domains: []string{"example.com"}, Tags: tags})
	}
	if f.more != nil {
		f.more(r)
	}
	return r
}

// ofNoRegion takes from a region what only the whole project has, at Google.
func ofNoRegion(of *fake.Region) *fake.Region {
	global := &fake.Region{Name: "global", VPCs: of.VPCs, SecurityGroups: of.SecurityGroups, Snapshots: of.Snapshots, Images: of.Images}
	of.VPCs, of.SecurityGroups, of.Snapshots, of.Images = nil, nil, nil, nil
	return global
}
