package resource

import "time"

// ClusterKind is the kind of managed Kubernetes clusters.
var ClusterKind = Define[Cluster]("resource_cluster", 1)

// Cluster is one managed Kubernetes cluster. How many nodes it has is watched by nobody: that
// moves all the time.
type Cluster struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"`        // the provider's own word
	ClusterType    string            `bun:"cluster_type" field:"max=128,cut"` // edition or size
	Version        string            `bun:"version" field:"max=64,cut"`       // of Kubernetes
	Endpoint       string            `bun:"endpoint" field:"max=255,cut"`
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetIDs      []string          `bun:"subnet_ids,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
