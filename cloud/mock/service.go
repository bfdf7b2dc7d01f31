package mock

import (
	"fmt"
	"time"

	"cloudsync/resource"
)

// sizes are what the instance types say.
var sizes = []struct{ vCPU, memoryGiB int64 }{{4, 8}, {4, 16}, {8, 32}, {16, 64}}

func databaseRow(o origin) resource.Row {
	size := sizes[o.t.instanceType]
	return &resource.Database{
		Name:           o.name,
		Status:         "running",
		Zone:           o.zone(),
		Engine:         pick(o.t.product, "mysql", "postgresql"),
		EngineVersion:  pick(o.t.product, "8.4", "17.5"),
		InstanceType:   instanceTypes[o.t.instanceType],
		VCPU:           size.vCPU,
		MemoryMiB:      size.memoryGiB * 1024,
		StorageGiB:     turn(o.life, int64(256), 512),
		Endpoint:       o.endpoint(),
		Port:           pick(o.t.product, int64(3306), 5432),
		VPCID:          o.vpc,
		SubnetID:       o.subnet(),
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
}

func cacheRow(o origin) resource.Row {
	return &resource.Cache{
		Name:           o.name,
		Status:         "running",
		Zones:          []string{o.zone()},
		Engine:         pick(o.t.product, "redis", "valkey"),
		EngineVersion:  pick(o.t.product, "7.0", "8.1"),
		InstanceType:   instanceTypes[o.t.instanceType],
		MemoryMiB:      sizes[o.t.instanceType].memoryGiB * 1024,
		Shards:         1,
		Replicas:       turn(o.life, int64(1), 2),
		Endpoint:       o.endpoint(),
		Port:           6379,
		VPCID:          o.vpc,
		SubnetIDs:      []string{o.subnet()},
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
}

func clusterRow(o origin) resource.Row {
	return &resource.Cluster{
		Name:           o.name,
		Status:         "running",
		ClusterType:    pick(o.t.job, "standard", "autopilot"),
		Version:        turn(o.life, "1.33.4", "1.34.1"),
		Endpoint:       o.endpoint(),
		VPCID:          o.vpc,
		SubnetIDs:      []string{o.subnet()},
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
}

func bucketRow(o origin) resource.Row {
	return &resource.Bucket{
		Name:           o.nativeID,
		Status:         "available",
		BucketType:     pick(o.t.job, "local", "zone_redundant"),
		StorageClass:   turn(o.life, "standard", "infrequent_access"),
		Endpoint:       o.endpoint(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
	}
}

// certificateRow makes one that lasts one to seven years, and is renewed half-way for
// one more.
func certificateRow(o origin) resource.Row {
	domain := o.name + "." + o.region + ".example.com"
	renewals := turn(o.life, 0, 1)
	return &resource.Certificate{
		Name:            domain,
		Status:          "issued",
		CertificateType: pick(o.t.job, "issued", "uploaded"),
		Domains:         []string{"*." + domain, domain},
		Issuer:          "Mock CA",
		Algorithm:       pick(o.t.arch, "RSA-2048", "EC-P256"),
		Fingerprint:     fmt.Sprintf("%016x%016x", mix(o.id+uint64(renewals)), o.id),
		Tags:            o.tags(),
		CloudCreatedAt:  o.t.created(),
		ExpiresAt:       o.t.created().AddDate(1+o.t.memory+renewals, 0, 0),
	}
}

// snapshotRow makes one of the host's system disk, which is kept for a year longer after
// a while.
func snapshotRow(o origin) resource.Row {
	disk := diskRows(nil, o.place, o.life)[0].(*resource.Disk)
	return &resource.Snapshot{
		Name:           o.name,
		Status:         "available",
		SnapshotType:   pick(o.t.job, "manual", "automatic"),
		DiskNativeID:   disk.NativeID,
		SizeGiB:        disk.SizeGiB,
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created().Add(day),
		ExpiresAt:      o.t.created().AddDate(turn(o.life, 5, 6), 0, 0),
	}
}

// imageRow makes one of what the host runs, which is not to be used any more after a
// while.
func imageRow(o origin) resource.Row {
	return &resource.MachineImage{
		Name:           o.name,
		Status:         turn(o.life, "available", "deprecated"),
		OS:             systems[o.t.system],
		Architecture:   pick(o.t.arch, "x86_64", "arm64"),
		SizeGiB:        systemGiB,
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      turn(o.life, time.Time{}, o.t.created().AddDate(6, 0, 0)),
	}
}
