package e2e

import (
	"strings"

	"cloudsync/resource"
)

// telling is how a cloud differs from what the fake clouds have in neutral terms. Kinds are
// without resource_, their columns follow after a dot.
type telling struct {
	// never are the columns of a kind that the cloud leaves empty: docs/clouds says why. Without
	// tags, there is no place in the service tree either.
	never map[string]string
	// words are what the fake cloud is given for a column, where the usual makes no sense there.
	words map[string]string
	// rows are what a row has then, where that is another word.
	rows map[string]string
	// unasked are the kinds for which the cloud is asked in some regions alone, since the others
	// have none.
	unasked string
}

var tellings = map[string]telling{
	"alibaba": {
		never: map[string]string{
			"database": "storage_gib port", "load_balancer": "expires_at", "security_group": "status", "image": "expires_at",
			"cluster": "charge_type expires_at", "bucket": "status bucket_type tags", "certificate": "tags cloud_created_at",
		},
	},
	"tencent": {
		never: map[string]string{
			"disk": "device", "load_balancer": "ports", "vpc": "status", "subnet": "status", "security_group": "status vpc_id", "public_ip": "zone",
			"nat_gateway": "private_ips charge_type expires_at", "image": "expires_at", "cluster": "endpoint charge_type expires_at",
			"bucket": "status storage_class endpoint tags", "certificate": "issuer fingerprint",
		},
		words: map[string]string{
			"database.status": "RUNNING", "database.charge_type": "PRE_PAID", "load_balancer.status": "RUNNING", "load_balancer.balancer_type": "general",
			"load_balancer.charge_type": "PREPAID", "cache.status": "RUNNING", "cache.charge_type": "prepaid", "nat_gateway.gateway_type": "standard",
			"snapshot.snapshot_type": "auto", "certificate.status": "APPROVED",
		},
		unasked: "certificate",
	},
	"aws": {
		never: map[string]string{
			"host": "expires_at", "disk": "charge_type expires_at", "database": "memory_mib charge_type expires_at", "load_balancer": "ports charge_type expires_at",
			"cache": "memory_mib charge_type expires_at", "vpc": "cloud_created_at", "subnet": "cloud_created_at", "security_group": "status cloud_created_at",
			"public_ip": "status zone bandwidth_mbps charge_type cloud_created_at expires_at", "nat_gateway": "charge_type expires_at",
			"snapshot": "expires_at", "image": "expires_at", "cluster": "charge_type expires_at", "bucket": "status bucket_type storage_class endpoint",
			"certificate": "issuer fingerprint",
		},
		words: map[string]string{
			"host.charge_type": "spot", "load_balancer.balancer_type": "application", "security_group.rules": "", // its rules have no order
			"public_ip.attached_type": "network-interface", "certificate.certificate_type": "AMAZON_ISSUED",
		},
	},
	"huawei": {
		never: map[string]string{
			"host": "expires_at", "disk": "expires_at", "load_balancer": "expires_at", "cache": "shards replicas expires_at", "security_group": "status vpc_id",
			"public_ip": "zone expires_at", "nat_gateway": "zone tags expires_at", "snapshot": "snapshot_type tags expires_at", "image": "expires_at",
			"cluster": "expires_at", "bucket": "status storage_class endpoint tags", "certificate": "status issuer algorithm tags",
		},
		rows: map[string]string{"database.engine_version": "8.0.99.240100"}, // the complete one
	},
	"azure": {
		never: map[string]string{
			"host": "expires_at", "disk": "charge_type expires_at", "database": "charge_type expires_at", "load_balancer": "charge_type cloud_created_at expires_at",
			"cache": "charge_type cloud_created_at expires_at", "vpc": "cloud_created_at", "subnet": "zone tags cloud_created_at",
			"security_group": "description vpc_id cloud_created_at", "public_ip": "bandwidth_mbps charge_type cloud_created_at expires_at",
			"nat_gateway": "subnet_id private_ips charge_type cloud_created_at expires_at", "snapshot": "expires_at", "image": "architecture expires_at",
			"cluster": "charge_type expires_at",
		},
		words: map[string]string{
			"host.image_id": "Canonical:ubuntu:server:24.04.1", "disk.role": "data", "disk.device": "lun3", "load_balancer.ports": "443/tcp", "public_ip.attached_type": "natGateways",
			"snapshot.snapshot_type": "Incremental", "cluster.cluster_type": "Base_Standard", "bucket.bucket_type": "StorageV2_Standard_LRS",
		},
		rows: map[string]string{"public_ip.attached_type": "natgateways", "cache.memory_mib": "12288"},
	},
	"google": {
		never: map[string]string{
			"host": "image_id security_group_ids", "disk": "charge_type expires_at", "database": "subnet_id expires_at",
			"load_balancer": "status zones charge_type expires_at", "cache": "engine_version subnet_ids charge_type expires_at", "vpc": "status tags",
			"subnet": "zone tags", "security_group": "tags", "public_ip": "zone bandwidth_mbps charge_type expires_at",
			"nat_gateway": "status zone subnet_id private_ips charge_type tags cloud_created_at expires_at", "snapshot": "expires_at", "image": "expires_at",
			"cluster": "charge_type", "bucket": "status endpoint", "certificate": "issuer algorithm fingerprint",
		},
		words: map[string]string{
			"database.instance_type": "db-custom-4-16384", "load_balancer.balancer_type": "targetHttpsProxies", "load_balancer.ports": "443/tcp", "vpc.cidrs": "fd20:1::/48",
			"security_group.status": "ENABLED", "public_ip.attached_type": "instances", "nat_gateway.gateway_type": "PUBLIC", "bucket.bucket_type": "region",
			"certificate.certificate_type": "MANAGED",
		},
		rows:    map[string]string{"load_balancer.balancer_type": "application"},
		unasked: "cache",
	},
}

// word is what the fake cloud is given for a column of a kind.
func (r realCloud) word(column, usual string) string {
	if word, has := tellings[r.provider].words[column]; has {
		return word
	}
	return usual
}

// refer makes ids what others know the resources by: paths at Google Cloud, ids of ARM, in lower
// case, at Azure.
func (r *realStack) refer(short string, row resource.Row, account int, region string) {
	switch r.provider {
	case "google":
		r.referByPath(short, row, account, region)
	case "azure":
		r.referInARM(short, row, account)
	}
}

func (r *realStack) networkPath(account int, name string) string {
	return "projects/" + r.accounts[account] + "/global/networks/" + name
}

func (r *realStack) subnetPath(account int, region, name string) string {
	return "projects/" + r.accounts[account] + "/regions/" + region + "/subnetworks/" + name
}

func (r *realStack) referByPath(short string, row resource.Row, account int, region string) {
	full := func(id, path string) string {
		if strings.HasPrefix(id, "projects/") {
			return id
		}
		return path
	}
	mapReferences(row,
		func(id string) string { return full(id, r.networkPath(account, id)) },
		func(_, id string) string { return full(id, r.subnetPath(account, region, id)) },
		func(id string) string { return id })
	switch meta := row.RowMeta(); short {
	case "database":
		meta.NativeID = r.accounts[account] + ":" + region + ":" + row.(*resource.Database).Name
	case "cache":
		meta.NativeID = "clusters/" + meta.NativeID
	}
}

// armTypes are the types of what has an id of ARM, in resource groups of their own.
var armTypes = map[string]string{
	"database": "microsoft.dbformysql/flexibleservers", "cache": "microsoft.cache/redis", "bucket": "microsoft.storage/storageaccounts", "image": "microsoft.compute/images",
}

func (r *realStack) referInARM(short string, row resource.Row, account int) {
	inGroup := func(group, path string) string {
		return strings.ToLower("/subscriptions/" + r.accounts[account] + "/resourcegroups/rg-" + group + "/providers/" + path)
	}
	network := func(id string) string { return inGroup("network", "microsoft.network/virtualnetworks/"+id) }
	subnet := func(vpc, id string) string { return network(vpc) + "/subnets/" + id }
	group := func(id string) string { return inGroup("network", "microsoft.network/networksecuritygroups/"+id) }
	meta := row.RowMeta()
	switch of := row.(type) {
	case *resource.VPC:
		meta.NativeID = network(meta.NativeID)
	case *resource.Subnet:
		meta.NativeID = subnet(of.VPCID, meta.NativeID)
	case *resource.SecurityGroup:
		meta.NativeID = group(of.Name)
	case *resource.PublicIP:
		of.AttachedID = inGroup(of.AttachedID, "microsoft.network/natgateways/"+of.AttachedID)
	default:
		if typ := armTypes[short]; typ != "" {
			meta.NativeID = inGroup(meta.NativeID, typ+"/"+fieldsOf(row)["name"].String())
		}
	}
	mapReferences(row, network, subnet, group)
}

// mapReferences replaces the ids of networks, of subnets in them, and of security groups.
func mapReferences(row resource.Row, network func(id string) string, subnet func(vpc, id string) string, group func(id string) string) {
	fields := fieldsOf(row)
	vpc, has := fields["vpc_id"]
	if !has {
		return
	}
	own := vpc.String()
	if one, has := fields["subnet_id"]; has {
		one.SetString(subnet(own, one.String()))
	}
	for column, replaced := range map[string]func(id string) string{"subnet_ids": func(id string) string { return subnet(own, id) }, "security_group_ids": group} {
		if ids, has := fields[column]; has {
			for i := range ids.Len() {
				ids.Index(i).SetString(replaced(ids.Index(i).String()))
			}
		}
	}
	vpc.SetString(network(own))
}
