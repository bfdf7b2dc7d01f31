package mock

import (
	"strconv"

	"cloudsync/resource"
)

// rowKind is how the rows of one kind follow from the lives of a region's hosts.
type rowKind struct {
	// Of the region's hosts, by position, those at first, first+every … have rows. So a
	// kind is counted and paged without a look at the others, and where one row goes
	// with its host, the next host brings another.
	first, every int64
	// fixed is how many rows a region has at all times, each with a life of its own
	// whose slot is its number; 0: they come and go with the hosts.
	fixed int64
	// count is how many rows a life has. It needs no traits, so that counting a large
	// region stays cheap.
	count func(life) int
	rows  func(dst []resource.Row, p *place, l life) []resource.Row
}

var rowKinds = map[string]*rowKind{
	resource.HostKind.Name(): {every: 1, count: one, rows: hostRows},
	resource.DiskKind.Name(): {every: 1, count: life.disks, rows: diskRows},

	resource.VPCKind.Name():           fixed(1, vpcRow),
	resource.SubnetKind.Name():        fixed(int64(len(zones)), subnetRow),
	resource.SecurityGroupKind.Name(): oneIn(8, 2, "sg", securityGroupRow),
	resource.PublicIPKind.Name():      oneIn(4, 1, "eip", publicIPRow),
	resource.NATGatewayKind.Name():    natGateways,
	resource.LoadBalancerKind.Name():  oneIn(16, 3, "lb", loadBalancerRow),

	resource.DatabaseKind.Name():    oneIn(8, 0, "db", databaseRow),
	resource.CacheKind.Name():       oneIn(8, 1, "cache", cacheRow),
	resource.ClusterKind.Name():     oneIn(32, 2, "k8s", clusterRow),
	resource.BucketKind.Name():      oneIn(16, 4, "bucket", bucketRow),
	resource.CertificateKind.Name(): oneIn(16, 3, "cert", certificateRow),

	resource.SnapshotKind.Name():     oneIn(2, 0, "snap", snapshotRow),
	resource.MachineImageKind.Name(): oneIn(32, 0, "img", imageRow),
}

func one(life) int { return 1 }

// fixed is a kind of which each region has so many, which never change.
func fixed(number int64, row func(p *place, number int64) resource.Row) *rowKind {
	return &rowKind{fixed: number, count: one, rows: func(dst []resource.Row, p *place, l life) []resource.Row {
		return append(dst, row(p, l.slot))
	}}
}

// oneIn is a kind with one row for so many hosts. A row's id is that of its host behind
// the word.
func oneIn(every, first int64, word string, row func(origin) resource.Row) *rowKind {
	return &rowKind{first: first, every: every, count: one, rows: func(dst []resource.Row, p *place, l life) []resource.Row {
		o := origin{place: p, life: l, t: l.traits(), nativeID: l.idOf(word), name: word + "-" + strconv.FormatInt(l.slot, 10)}
		r := row(o)
		r.RowMeta().NativeID = o.nativeID
		return append(dst, r)
	}}
}

// slotsIn is how many slots have rows in a region with so many of hosts.
func (k *rowKind) slotsIn(hosts int64) int64 {
	if k.fixed > 0 {
		return k.fixed
	}
	return (max(hosts-k.first, 0) + k.every - 1) / k.every
}

// hostAt is the position of the host whose rows are at a position of the kind.
func (k *rowKind) hostAt(position int64) int64 { return k.first + position*k.every }

// with says whether the host at the position has rows.
func (k *rowKind) with(position int64) bool {
	return position >= k.first && (position-k.first)%k.every == 0
}

// idOf is the id of the life's row of a kind, by the kind's word.
func (l life) idOf(word string) string { return word + "-" + strconv.FormatUint(l.id, 16) }

// origin is what a row is made from: a host that came when it came, and goes when it
// goes.
type origin struct {
	*place
	life
	t              traits
	nativeID, name string
}

// endpoint is the name by which the network knows it.
func (o origin) endpoint() string { return o.nativeID + "." + o.region + ".mock.internal" }

func (o origin) zone() string   { return o.zones[o.t.zone] }
func (o origin) subnet() string { return o.subnets[o.t.zone] }

func (o origin) tags() map[string]string {
	return map[string]string{
		"stree_group":   groups[o.t.group],
		"stree_product": products[o.t.product],
		"stree_app":     apps[o.t.app],
		"cluster":       clusters[o.t.cluster],
	}
}

// charge is the host's; only hosts are at the spot market.
func (o origin) charge() string { return pick(o.t.charge, "postpaid", "prepaid") }

// pick chooses a value by what was drawn for something else.
func pick[T any](drawn int, from ...T) T { return from[drawn%len(from)] }

// turn is a field's value in the first half of a life, and in the second. Each kind has
// one, so that whoever compares hashes sees a modification.
func turn[T any](l life, first, second T) T {
	if l.modified {
		return second
	}
	return first
}
