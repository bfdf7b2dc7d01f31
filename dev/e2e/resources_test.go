package e2e

import (
	"fmt"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// The nth resource of each kind: whatever the kind has a column for is there, in the terms of the
// fake cloud, whether the cloud tells it or not.

func addHost(r *realStack, region *fake.Region, n int) {
	region.Hosts = append(region.Hosts, fake.Host{
		ID: r.id(n), Name: name("host", n), Status: r.running, Zone: r.zones(region.Name), Type: r.size, VCPU: 4, MemoryMiB: 16384,
		PrivateIPs: []string{fmt.Sprint("10.1.0.", n)}, PublicIPs: []string{fmt.Sprint("203.0.113.", n)}, VPC: name("vpc", n), Subnet: name("subnet", n),
		SecurityGroups: []string{name("sg", n)}, Image: r.word("host.image_id", "image-1"), OS: "linux-12", ChargeType: r.word("host.charge_type", "prePaid"),
		Tags: r.tags(name("host", n), n), Created: createdAt(n), Expires: expiresAt(n),
	})
}

func addDisk(r *realStack, region *fake.Region, n int) {
	region.Disks = append(region.Disks, fake.Disk{
		ID: r.idOf("d", n), Name: called("disk", n), Status: "in-use", Zone: r.zones(region.Name), Host: r.id(n), Device: r.word("disk.device", "/dev/xvda"),
		System: r.word("disk.role", "system") == "system", Type: "ssd", SizeGiB: 40, ChargeType: "prePaid", Tags: r.tags(called("disk", n), n), Created: createdAt(n), Expires: expiresAt(n),
	})
}

func addDatabase(r *realStack, region *fake.Region, n int) {
	one := r.databaseOf(n)
	one.Status, one.Zone, one.Type = r.word("database.status", "available"), r.zones(region.Name), r.word("database.instance_type", r.size)
	one.VPC, one.Subnet, one.ChargeType = name("vpc", n), name("subnet", n), r.word("database.charge_type", "prePaid")
	one.Tags, one.Created, one.Expires = r.tags(one.Name, n), createdAt(n), expiresAt(n)
	region.Databases = append(region.Databases, one)
}

func addBalancer(r *realStack, region *fake.Region, n int) {
	one := r.balancerIn(region.Name, n)
	if r.provider == "google" {
		one.ID = r.idOf("lb", n)
	}
	one.Status, one.Type = r.word("load_balancer.status", "active"), r.word("load_balancer.balancer_type", "dedicated")
	one.Ports, one.Zones = []string{r.word("load_balancer.ports", "443/https")}, []string{r.zones(region.Name)}
	one.VPC, one.Subnets, one.ChargeType = name("vpc", n), []string{name("subnet", n)}, r.word("load_balancer.charge_type", "prePaid")
	one.Tags, one.Created, one.Expires = r.tags(one.Name, n), createdAt(n), expiresAt(n)
	region.LoadBalancers = append(region.LoadBalancers, one)
}

func addCache(r *realStack, region *fake.Region, n int) {
	one := r.cacheIn(region.Name, n)
	one.Status, one.Type = r.word("cache.status", "available"), r.word("cache.instance_type", one.Type)
	one.VPC, one.Subnets, one.ChargeType = name("vpc", n), []string{name("subnet", n)}, r.word("cache.charge_type", "prePaid")
	one.Tags, one.Created, one.Expires = r.tags(one.Name, n), createdAt(n), expiresAt(n)
	region.Caches = append(region.Caches, one)
}

func addVPC(r *realStack, region *fake.Region, n int) {
	region.VPCs = append(region.VPCs, resource.VPC{
		Meta: resource.Meta{NativeID: r.vpcID(n)}, Name: r.named("vpc", n), Status: "available", CIDRs: strings.Fields(r.word("vpc.cidrs", "10.0.0.0/8 172.16.0.0/12")),
		Tags: r.tags(r.named("vpc", n), n), CloudCreatedAt: createdAt(n),
	})
}

func addSubnet(r *realStack, region *fake.Region, n int) {
	region.Subnets = append(region.Subnets, resource.Subnet{
		Meta: resource.Meta{NativeID: r.subnetID(region, n)}, Name: r.named("subnet", n), Status: "available", Zone: r.zones(region.Name), VPCID: r.vpcID(n),
		CIDRs: []string{"10.0.0.0/24", "2001:db8::/64"}, Tags: r.tags(r.named("subnet", n), n), CloudCreatedAt: createdAt(n),
	})
}

func addSecurityGroup(r *realStack, region *fake.Region, n int) {
	region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{
		SecurityGroup: resource.SecurityGroup{
			Meta: resource.Meta{NativeID: r.idOf("sg", n)}, Name: called("sg", n), Status: r.word("security_group.status", "available"), Description: fmt.Sprint("what number ", n, " serves"),
			VPCID: r.vpcID(n), Tags: r.tags(called("sg", n), n), CloudCreatedAt: createdAt(n),
		},
		Rules: r.rulesFor("443", "8000-8080"),
	})
}

// rulesFor let the ports in.
func (r *realStack) rulesFor(ports ...string) (rules []resource.SecurityRule) {
	for _, port := range ports {
		rules = append(rules, resource.SecurityRule{Protocol: "tcp", Ports: port, Peer: "10.0.0.0/8", Priority: r.word("security_group.rules", "1")})
	}
	return rules
}

// addPublicIP adds one that the nth NAT gateway has, where the cloud calls such a thing NAT.
func addPublicIP(r *realStack, region *fake.Region, n int) {
	attached := r.idOf("nat", n)
	if r.provider == "google" {
		attached = fmt.Sprintf("projects/%s/zones/%s/instances/host-%d", r.accounts[r.filling], r.zones(region.Name), n)
	}
	region.PublicIPs = append(region.PublicIPs, resource.PublicIP{
		Meta: resource.Meta{NativeID: r.idOf("eip", n)}, Name: called("eip", n), Status: "bound", Zone: r.zones(region.Name), Address: fmt.Sprint("198.51.100.", n),
		AttachedType: r.word("public_ip.attached_type", "NATGW"), AttachedID: attached, BandwidthMbps: 20, ChargeType: "prePaid",
		Tags: r.tags(called("eip", n), n), CloudCreatedAt: createdAt(n), ExpiresAt: expiresAt(n),
	})
}

func addNATGateway(r *realStack, region *fake.Region, n int) {
	id := r.idOf("nat", n)
	if r.provider == "google" {
		id += "/" + called("nat", n)
	}
	region.NATGateways = append(region.NATGateways, resource.NATGateway{
		Meta: resource.Meta{NativeID: id}, Name: called("nat", n), Status: "available", Zone: r.zones(region.Name), GatewayType: r.word("nat_gateway.gateway_type", "public"),
		VPCID: r.vpcID(n), SubnetID: r.subnetID(region, n), PublicIPs: []string{fmt.Sprint("198.51.100.", n)}, PrivateIPs: []string{fmt.Sprint("10.6.0.", n)},
		ChargeType: "prePaid", Tags: r.tags(called("nat", n), n), CloudCreatedAt: createdAt(n), ExpiresAt: expiresAt(n),
	})
}

func addSnapshot(r *realStack, region *fake.Region, n int) {
	region.Snapshots = append(region.Snapshots, resource.Snapshot{
		Meta: resource.Meta{NativeID: r.idOf("snap", n)}, Name: called("snap", n), Status: "available", SnapshotType: r.word("snapshot.snapshot_type", "standard"),
		DiskNativeID: r.idOf("d", n), SizeGiB: 40, Tags: r.tags(called("snap", n), n), CloudCreatedAt: createdAt(n), ExpiresAt: expiresAt(n),
	})
}

func addImage(r *realStack, region *fake.Region, n int) {
	region.Images = append(region.Images, resource.MachineImage{
		Meta: resource.Meta{NativeID: r.idOf("img", n)}, Name: called("img", n), Status: "READY", OS: "linux-12", Architecture: "x86_64", SizeGiB: 40,
		Tags: r.tags(called("img", n), n), CloudCreatedAt: createdAt(n), ExpiresAt: expiresAt(n),
	})
}

func addCluster(r *realStack, region *fake.Region, n int) {
	region.Clusters = append(region.Clusters, resource.Cluster{
		Meta: r.idIn(region, called("cls", n), "eks:%s:%s:cluster"), Name: called("cls", n), Status: "Running", ClusterType: r.word("cluster.cluster_type", "standard"), Version: "1.34.1",
		Endpoint: fmt.Sprintf("cls-%d.example.com", n), VPCID: r.vpcID(n), SubnetIDs: []string{r.subnetID(region, n)}, ChargeType: "prePaid",
		Tags: r.tags(called("cls", n), n), CloudCreatedAt: createdAt(n), ExpiresAt: expiresAt(n),
	})
}

func addBucket(r *realStack, region *fake.Region, n int) {
	bucketType := r.word("bucket.bucket_type", "standard")
	if region.Name == global {
		bucketType = "multi-region EU"
	}
	region.Buckets = append(region.Buckets, resource.Bucket{
		Meta: resource.Meta{NativeID: name("bucket", n)}, Name: name("bucket", n), Status: "available", BucketType: bucketType, StorageClass: "Standard",
		Endpoint: name("bucket", n) + ".store.example.com", Tags: r.tags(name("bucket", n), n), CloudCreatedAt: createdAt(n),
	})
}

func addCertificate(r *realStack, region *fake.Region, n int) {
	site, title, id := fmt.Sprintf("www%d.example.com", n), called("cert", n), r.idIn(region, name("cert", n), "acm:%s:%s:certificate")
	switch r.provider {
	case "aws": // whose certificates are called like their first domain
		title = site
	case "google":
		id.NativeID = fmt.Sprintf("projects/%s/locations/%s/certificates/%s", r.accounts[r.filling], region.Name, title)
	}
	region.Certificates = append(region.Certificates, resource.Certificate{
		Meta: id, Name: title, Status: r.word("certificate.status", "ISSUED"), CertificateType: r.word("certificate.certificate_type", "server"), Domains: []string{"*." + site, site},
		Issuer: "an authority", Algorithm: "RSA_2048", Fingerprint: fmt.Sprint("59:e1:8f:", n), Tags: r.tags(title, n), CloudCreatedAt: createdAt(n), ExpiresAt: validTo,
	})
}

func name(sort string, n int) string { return fmt.Sprint(sort, "-", n) }

// called is the name of the nth resource, which is not its id.
func called(sort string, n int) string { return fmt.Sprint(sort, "-number-", n) }

// named is likewise of a network or subnet. At Google Cloud, ids end with its name.
func (r *realStack) named(sort string, n int) string {
	if r.provider == "google" {
		return name(sort, n)
	}
	return called(sort, n)
}

// idOf is the id of the nth resource of a sort. Google Cloud's are numbers.
func (r *realStack) idOf(sort string, n int) string {
	if r.provider == "google" {
		return fmt.Sprintf("4%018d", n)
	}
	return name(sort, n)
}

// idIn is the id of a resource which is known by its ARN at AWS.
func (r *realStack) idIn(region *fake.Region, id, arn string) resource.Meta {
	if r.provider == "aws" {
		id = "arn:aws:" + fmt.Sprintf(arn, region.Name, r.accounts[r.filling]) + "/" + id
	}
	return resource.Meta{NativeID: id}
}

// vpcID is the nth network's, subnetID the nth subnet's, as others name them at the fake cloud.
func (r *realStack) vpcID(n int) string {
	if r.provider == "google" {
		return r.networkPath(r.filling, name("vpc", n))
	}
	return name("vpc", n)
}

func (r *realStack) subnetID(region *fake.Region, n int) string {
	if r.provider == "google" {
		return r.subnetPath(r.filling, region.Name, name("subnet", n))
	}
	return name("subnet", n)
}

// tags are those of the nth resource. At AWS, its name is one of them.
func (r *realStack) tags(name string, n int) map[string]string {
	tags := map[string]string{"number": fmt.Sprint(n), "stree_group": fmt.Sprint("group-", n), "stree_product": fmt.Sprint("product-", n), "stree_app": fmt.Sprint("app-", n)}
	if r.provider == "aws" {
		tags["Name"] = name
	}
	return tags
}

func createdAt(n int) time.Time { return made.Add(time.Duration(n) * time.Minute) }
func expiresAt(n int) time.Time { return createdAt(n).AddDate(1, 0, 0) }

// What the resources that the fake cloud has in terms of its own are as rows.

func hostRows(region *fake.Region) (rows []resource.Row) {
	for _, h := range region.Hosts {
		row := &resource.Host{
			Meta: resource.Meta{NativeID: h.ID}, Name: h.Name, Status: h.Status, Zone: h.Zone, InstanceType: h.Type, VCPU: h.VCPU, MemoryMiB: h.MemoryMiB,
			PrivateIPs: h.PrivateIPs, PublicIPs: h.PublicIPs, VPCID: h.VPC, SubnetID: h.Subnet, SecurityGroupIDs: h.SecurityGroups, ImageID: h.Image, OS: h.OS,
			ChargeType: h.ChargeType, Tags: h.Tags, CloudCreatedAt: h.Created, ExpiresAt: h.Expires,
		}
		for _, disk := range region.Disks {
			if disk.Host == h.ID {
				row.DiskGiB += disk.SizeGiB
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func diskRows(region *fake.Region) (rows []resource.Row) {
	for _, d := range region.Disks {
		role := "data"
		if d.System {
			role = "system"
		}
		rows = append(rows, &resource.Disk{
			Meta: resource.Meta{NativeID: d.ID}, Name: d.Name, Status: d.Status, Zone: d.Zone, HostNativeID: d.Host, DiskType: d.Type, Role: role, Device: d.Device,
			SizeGiB: d.SizeGiB, ChargeType: d.ChargeType, Tags: d.Tags, CloudCreatedAt: d.Created, ExpiresAt: d.Expires,
		})
	}
	return rows
}

func databaseRows(region *fake.Region) (rows []resource.Row) {
	for _, d := range region.Databases {
		rows = append(rows, &resource.Database{
			Meta: resource.Meta{NativeID: d.ID}, Name: d.Name, Status: d.Status, Zone: d.Zone, Engine: d.Engine, EngineVersion: d.Version, InstanceType: d.Type,
			VCPU: d.VCPU, MemoryMiB: d.MemoryMiB, StorageGiB: d.StorageGiB, Endpoint: d.Endpoint, Port: d.Port, VPCID: d.VPC, SubnetID: d.Subnet,
			ChargeType: d.ChargeType, Tags: d.Tags, CloudCreatedAt: d.Created, ExpiresAt: d.Expires,
		})
	}
	return rows
}

func balancerRows(region *fake.Region) (rows []resource.Row) {
	for _, b := range region.LoadBalancers {
		rows = append(rows, &resource.LoadBalancer{
			Meta: resource.Meta{NativeID: b.ID}, Name: b.Name, Status: b.Status, BalancerType: b.Type, Scheme: resource.SchemeOf(!b.Internal), Addresses: b.Addresses, Ports: b.Ports,
			VPCID: b.VPC, SubnetIDs: b.Subnets, Zones: b.Zones, ChargeType: b.ChargeType, Tags: b.Tags, CloudCreatedAt: b.Created, ExpiresAt: b.Expires,
		})
	}
	return rows
}

func cacheRows(region *fake.Region) (rows []resource.Row) {
	for _, c := range region.Caches {
		rows = append(rows, &resource.Cache{
			Meta: resource.Meta{NativeID: c.ID}, Name: c.Name, Status: c.Status, Zones: c.Zones, Engine: c.Engine, EngineVersion: c.Version, InstanceType: c.Type,
			MemoryMiB: c.MemoryMiB, Shards: c.Shards, Replicas: c.Replicas, Endpoint: c.Endpoint, Port: c.Port, VPCID: c.VPC, SubnetIDs: c.Subnets,
			ChargeType: c.ChargeType, Tags: c.Tags, CloudCreatedAt: c.Created, ExpiresAt: c.Expires,
		})
	}
	return rows
}
