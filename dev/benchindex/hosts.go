package benchindex

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"cloudsync/resource"
)

// fleet makes hosts, each one out of its number alone.
type fleet struct {
	hosts    int
	accounts int
}

const (
	regionCount  = 20
	accountCount = 50
	appCount     = 2000
	productCount = 200
	groupCount   = 20
	// scopeHosts is how many hosts a scope has at least: with few hosts there are fewer
	// accounts.
	scopeHosts = 50
)

func newFleet(hosts int) fleet {
	return fleet{hosts: hosts, accounts: max(1, min(accountCount, hosts/(regionCount*scopeHosts)))}
}

func (f fleet) scopes() int { return f.accounts * regionCount }

// scope is one of them, by its number.
func (f fleet) scope(n int) resource.Scope {
	return resource.Scope{Kind: resource.HostKind.Name(), Provider: "mock", Account: accountName(n / regionCount), Region: regions[n%regionCount]}
}

// inScope are the numbers of the hosts in a scope, of so many hosts in all.
func (f fleet) inScope(n, hosts int) (numbers []int) {
	for i := n; i < hosts; i += f.scopes() {
		numbers = append(numbers, i)
	}
	return numbers
}

// later is how much higher the number is of a host that comes into the place of another one.
func (f fleet) later() int { return (f.hosts/f.scopes() + 1) * f.scopes() }

var regions = []string{
	"cn-beijing", "cn-shanghai", "cn-hangzhou", "cn-shenzhen", "cn-guangzhou", "cn-chengdu", "cn-hongkong", "cn-qingdao", "cn-zhangjiakou", "cn-nanjing",
	"ap-southeast-1", "ap-southeast-5", "ap-northeast-1", "ap-south-1", "us-west-1", "us-east-1", "eu-central-1", "eu-west-1", "me-east-1", "sa-east-1",
}

var (
	families = []string{"c6", "c7", "c7a", "g6", "g7", "g7a", "r6", "r7", "i3", "gn7"}
	sizes    = []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"} // of 2, 4, 8 … vCPUs
	systems  = []string{"Debian 12", "Debian 13", "Ubuntu 24.04", "Rocky Linux 9", "Alibaba Cloud Linux 3", "Windows Server 2022"}
	envs     = []string{"prod", "prod", "prod", "staging", "test", "dev"}
	roles    = []string{"web", "api", "worker", "db", "cache", "queue", "batch", "edge"}
	charges  = []string{"PrePaid", "PrePaid", "PostPaid"}
	statuses = []string{"Running", "Running", "Running", "Running", "Running", "Running", "Running", "Running", "Stopped", "Starting"}
)

// scraped is the tag of one host in ten, those that Prometheus is told of.
const scraped = "scraped"

func accountName(n int) string { return fmt.Sprintf("account-%02d", n) }
func appName(n int) string     { return fmt.Sprintf("app%04d", n) }
func productName(n int) string { return fmt.Sprintf("product%03d", n) }
func groupName(n int) string   { return fmt.Sprintf("group%02d", n) }
func teamName(n int) string    { return fmt.Sprintf("team-%02d", n) }
func release(n int) string     { return fmt.Sprintf("r%03d", n) }

// host makes a host as the cloud lists it.
func (f fleet) host(n int) *resource.Host {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	region := regions[n%regionCount]
	app, family, size := rng.IntN(appCount), rng.IntN(len(families)), rng.IntN(len(sizes))
	product := app % productCount
	system := rng.IntN(len(systems))
	zone := region + "-" + string(rune('a'+rng.IntN(3)))
	created := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Int64N(3*365*24*60*60)) * time.Second)
	host := &resource.Host{
		Meta:         resource.Meta{NativeID: fmt.Sprintf("i-%016x", rng.Uint64()&^0xffffffff|uint64(n))},
		Name:         fmt.Sprintf("%s-%s-%06d", appName(app), region, n),
		Status:       pick(rng, statuses),
		Zone:         zone,
		InstanceType: "ecs." + families[family] + "." + sizes[size],
		VCPU:         2 << size, MemoryMiB: 2 << size * 4096, DiskGiB: 40 + 100*rng.Int64N(10),
		PrivateIPs:       []string{address(10, n)},
		VPCID:            fmt.Sprintf("vpc-%s-%d", region, rng.IntN(4)),
		SubnetID:         fmt.Sprintf("vsw-%s-%d", zone, rng.IntN(20)),
		SecurityGroupIDs: []string{"sg-" + groupName(product%groupCount), "sg-base"},
		ImageID:          fmt.Sprintf("img-%d-%d", system, rng.IntN(5)),
		OS:               systems[system],
		ChargeType:       pick(rng, charges),
		STreeGroup:       groupName(product % groupCount), STreeProduct: productName(product), STreeApp: appName(app),
		CloudCreatedAt: created,
	}
	if n%10 == 0 {
		host.PublicIPs = []string{address(47, n)}
	}
	if host.ChargeType == "PrePaid" {
		host.ExpiresAt = created.AddDate(5, 0, 0)
	}
	host.Tags = map[string]string{
		"stree_group": host.STreeGroup, "stree_product": host.STreeProduct, "stree_app": host.STreeApp,
		"env": pick(rng, envs), "team": teamName(rng.IntN(40)), "role": pick(rng, roles), "release": release(rng.IntN(500)), "monitor": "no",
	}
	if n%10 == 1 {
		host.Tags["monitor"] = scraped
	}
	return host
}

// How many hosts can be measured: at least some of each account and region, and no more than
// have addresses of their own, with those that come later.
const (
	MinHosts = 1_000
	MaxHosts = 8_000_000
)

// address is one of a network of 2²⁴.
func address(network, n int) string {
	return strconv.Itoa(network) + "." + strconv.Itoa(n>>16&0xff) + "." + strconv.Itoa(n>>8&0xff) + "." + strconv.Itoa(n&0xff)
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
