package resource

import "time"

// HostKind is the kind of virtual and bare-metal machines.
var HostKind = Define[Host]("resource_host", 2)

// Host is one machine of a cloud.
type Host struct {
	Meta
	Name             string            `bun:"name" field:"max=256,cut"`
	Status           string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone             string            `bun:"zone" field:"max=128,cut"`
	InstanceType     string            `bun:"instance_type" field:"max=128,cut"`
	VCPU             int64             `bun:"vcpu,nullzero"`
	MemoryMiB        int64             `bun:"memory_mib,nullzero"`
	DiskGiB          int64             `bun:"disk_gib,nullzero"` // all its disks together
	PrivateIPs       []string          `bun:"private_ips,nullzero"`
	PublicIPs        []string          `bun:"public_ips,nullzero"`
	VPCID            string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetID         string            `bun:"subnet_id" field:"max=512,cut"`
	SecurityGroupIDs []string          `bun:"security_group_ids,nullzero" field:"since=2"` // ids of all that filter its traffic
	ImageID          string            `bun:"image_id" field:"max=512,cut"`
	OS               string            `bun:"os" field:"max=255,cut"`
	ChargeType       string            `bun:"charge_type" field:"max=64,cut"`
	Tags             map[string]string `bun:"tags,nullzero"`
	STreeGroup       string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct     string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp         string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt   time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt        time.Time         `bun:"expires_at,nullzero"`
}
