package screenshots

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

// branch is an account of the company at a cloud. What it has are the resources of a mock cloud,
// with names that a company would give them.
type branch struct {
	*mock.Cloud
	number   int // among the company's accounts: its network
	provider string
	name     string
	id       string // of the account, as its cloud has it
	regions  []string
	hosts    int64
	apps     []app

	day atomic.Int64
}

// app is what hosts are for.
type app struct{ group, product, name string }

// The days on which something happens. There are lastDay+1, from 0 on: the overview shows all but
// the first, which finds everything.
const (
	retiredDay = 6  // search of alibaba/shop leaves cn-beijing, which is held and approved
	closedDay  = 8  // tencent/games closes ap-nanjing, whose rows are orphans from then on
	lastDay    = 14 // half of alibaba/shop's hosts in cn-shanghai are not listed any more, …
)

func company() []*branch {
	shop := []app{{"shop", "checkout", "cart"}, {"shop", "checkout", "payment"}, {"shop", "catalog", "search"}, {"shop", "catalog", "pricing"}, {"platform", "k8s", "ingress"}, {"platform", "queue", "kafka"}}
	data := []app{{"data", "lake", "spark"}, {"data", "lake", "airflow"}, {"data", "stream", "flink"}, {"platform", "queue", "kafka"}, {"platform", "monitor", "prometheus"}}
	bank := []app{{"bank", "ledger", "ledger-api"}, {"bank", "ledger", "settlement"}, {"bank", "risk", "scoring"}, {"platform", "monitor", "prometheus"}}
	games := []app{{"games", "arena", "match"}, {"games", "arena", "lobby"}, {"games", "arena", "chat"}, {"platform", "k8s", "ingress"}}
	all := []*branch{
		{provider: "alibaba", name: "shop", id: "1234567890123456", regions: []string{"cn-beijing", "cn-hangzhou", "cn-shanghai"}, hosts: 96, apps: shop},
		{provider: "alibaba", name: "data", id: "1234567890123457", regions: []string{"cn-hangzhou", "cn-zhangjiakou"}, hosts: 54, apps: data},
		{provider: "aws", name: "bank", id: "123456789012", regions: []string{"ap-southeast-1", "eu-central-1", "us-east-1"}, hosts: 60, apps: bank},
		{provider: "tencent", name: "games", id: "100012345678", regions: []string{"ap-guangzhou", "ap-nanjing", "ap-shanghai"}, hosts: 48, apps: games},
	}
	for i, b := range all {
		settings := mock.DefaultSettings()
		settings.Seed, settings.Churn = uint64(i+7), 0.06
		settings.Hosts = mock.Hosts{Min: b.hosts * 9 / 10, Max: b.hosts}
		b.number, b.Cloud = i, mock.New(settings, b.regions)
	}
	return all
}

func (b *branch) account() cloud.Account {
	return cloud.Account{Account: resource.Account{Provider: b.provider, Name: b.name}, ID: b.id, Client: b}
}

// begin begins a day.
func (b *branch) begin(day int64) {
	b.day.Store(day)
	b.SetTick(day)
	var faults []mock.Fault
	if b.name == "bank" && day >= lastDay-1 {
		faults = append(faults, mock.Fault{Type: mock.Denied, Kind: resource.HostKind.Name(), Region: "us-east-1"}, mock.Fault{Type: mock.Denied, Kind: resource.DiskKind.Name(), Region: "us-east-1"})
	}
	if b.name == "data" && day >= lastDay-3 {
		faults = append(faults, mock.Fault{Type: mock.Empty, Kind: resource.DatabaseKind.Name(), Region: "cn-zhangjiakou"})
	}
	b.SetFaults(faults)
}

// Regions are those that are not closed.
func (b *branch) Regions(context.Context) ([]string, error) {
	if b.day.Load() < closedDay {
		return b.regions, nil
	}
	return slices.DeleteFunc(slices.Clone(b.regions), func(region string) bool { return region == "ap-nanjing" }), nil
}

// List lists what is not lost, under its names.
func (b *branch) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	page, err := b.Cloud.List(ctx, scope, cursor)
	if err != nil {
		return page, err
	}
	listed := len(page.Rows)
	page.Rows = slices.DeleteFunc(page.Rows, func(row resource.Row) bool { return b.lost(scope, row.RowMeta().NativeID) })
	page.Others += int64(listed - len(page.Rows))
	for _, row := range page.Rows {
		b.dress(scope.Region, row)
	}
	if scope.Kind == resource.SecurityGroupKind.Name() {
		page.Rows = dropTwins(page.Rows)
		page.Total = 0
	}
	return page, nil
}

// Lookup asks for what is not lost.
func (b *branch) Lookup(ctx context.Context, scope resource.Scope, ids []string) ([]string, error) {
	found, err := b.Cloud.Lookup(ctx, scope, ids)
	return slices.DeleteFunc(found, func(id string) bool { return b.lost(scope, id) }), err
}

// lost says that a resource is gone for good.
func (b *branch) lost(scope resource.Scope, id string) bool {
	if b.name != "shop" || scope.Kind != resource.HostKind.Name() {
		return false
	}
	day := b.day.Load()
	return scope.Region == "cn-beijing" && day >= retiredDay && drawn(id, 5) < 2 ||
		scope.Region == "cn-shanghai" && day >= lastDay && drawn(id, 9) < 4
}

// drawn is the same number below n for the same text each time.
func drawn(text string, n uint32) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text)) // it never fails
	return sum.Sum32() % n
}

// appOf is what the row with a name such as db-12 is for.
func (b *branch) appOf(name string) (app, string) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "_disk_0"), "_disk_1")
	number := name[strings.LastIndexAny(name, "-_")+1:]
	n, _ := strconv.Atoi(number) // else 0
	return b.apps[n/len(b.regions)%len(b.apps)], fmt.Sprintf("%02d", n)
}

// tags are those of an app, with what its owner says of it.
func (a app) tags(number string) map[string]string {
	env := [...]string{"prod", "prod", "prod", "staging", "test"}[drawn(a.name+number, 5)]
	return map[string]string{
		"stree_group": a.group, "stree_product": a.product, "stree_app": a.name,
		"env": env, "team": a.group + "-" + a.product, "cost-center": fmt.Sprint(4100 + 10*drawn(a.group, 9)),
	}
}

// dress gives a row the names of its cloud and company.
func (b *branch) dress(region string, row resource.Row) {
	switch r := row.(type) {
	case *resource.Host:
		b.dressHost(region, r)
	case *resource.Disk:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags = of.name+"-"+number+"-"+r.Role, of.tags(number)
	case *resource.Database:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags = of.name+"-"+r.Engine+"-"+number, of.tags(number)
	case *resource.Cache:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags = of.name+"-"+r.Engine+"-"+number, of.tags(number)
	case *resource.LoadBalancer:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags, r.Addresses = of.name+"-lb-"+number, of.tags(number), b.addresses(r.Addresses)
	case *resource.Cluster:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags = of.product+"-"+number, of.tags(number)
	case *resource.PublicIP:
		of, number := b.appOf(r.Name)
		r.Name, r.Tags = of.name+"-eip-"+number, of.tags(number)
	case *resource.SecurityGroup:
		of, _ := b.appOf(r.Name)
		r.NativeID, r.Name, r.Description, r.Tags = groupID(region, of), of.name, "what may reach "+of.name, of.tags("0")
		for i := range r.Rules {
			r.Rules[i] = strings.ReplaceAll(r.Rules[i], "8.0.0.0/8", "10.0.0.0/8")
		}
	case *resource.Certificate:
		of, number := b.appOf(strings.Split(r.Name, ".")[0])
		r.Name, r.Tags = of.name+"."+region+".example.com", of.tags(number)
		r.Domains = []string{"*." + r.Name, r.Name}
	case *resource.VPC:
		r.Tags = network
		r.CIDRs = []string{fmt.Sprintf("10.%d.0.0/16", 16+b.number)}
	case *resource.Subnet:
		r.Tags = network
		r.CIDRs = []string{fmt.Sprintf("10.%d.%d.0/18", 16+b.number, 64*(int(r.Zone[len(r.Zone)-1])-'a'))}
	}
}

// network are the tags of what all hosts share.
var network = map[string]string{"stree_group": "platform", "stree_product": "network"}

// sizes are the instance types of the clouds, by those of the mock.
var sizes = map[string]struct {
	types  map[string]string
	vCPU   int64
	memory int64
}{
	"4c8g":   {map[string]string{"alibaba": "ecs.c7.xlarge", "aws": "c7i.xlarge", "tencent": "C6.LARGE8"}, 4, 8},
	"4c16g":  {map[string]string{"alibaba": "ecs.g7.xlarge", "aws": "m7i.xlarge", "tencent": "S6.LARGE16"}, 4, 16},
	"8c32g":  {map[string]string{"alibaba": "ecs.g7.2xlarge", "aws": "m7i.2xlarge", "tencent": "S6.2XLARGE32"}, 8, 32},
	"16c64g": {map[string]string{"alibaba": "ecs.g7.4xlarge", "aws": "m7i.4xlarge", "tencent": "S6.4XLARGE64"}, 16, 64},
}

var systems = map[string]string{"linux": "Debian 13", "windows": "Windows Server 2025", "darwin": "Ubuntu 24.04"}

func (b *branch) dressHost(region string, h *resource.Host) {
	of, number := b.appOf(h.Name)
	size := sizes[h.InstanceType]
	h.Name, h.Tags = of.name+"-"+number, of.tags(number)
	h.InstanceType, h.VCPU, h.MemoryMiB = size.types[b.provider], size.vCPU, size.memory*1024
	h.OS = systems[h.OS]
	h.ImageID = "img-" + strings.ToLower(strings.ReplaceAll(h.OS, " ", "-"))
	h.PrivateIPs = b.addresses(h.PrivateIPs)
	h.SecurityGroupIDs = []string{groupID(region, of)}
	if h.Status == "starting" {
		h.Status = "running"
	}
}

func groupID(region string, of app) string { return "sg-" + region + "-" + of.name }

// addresses are private ones in the account's network; others stay.
func (b *branch) addresses(of []string) []string {
	moved := make([]string, len(of))
	for i, address := range of {
		moved[i] = address
		if parts := strings.Split(address, "."); parts[0] == "8" {
			moved[i] = fmt.Sprintf("10.%d.%s.%s", 16+b.number, parts[2], parts[3])
		}
	}
	return moved
}

// dropTwins leaves one row of each id.
func dropTwins(rows []resource.Row) []resource.Row {
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(row resource.Row) bool {
		id := row.RowMeta().NativeID
		twice := seen[id]
		seen[id] = true
		return twice
	})
}
