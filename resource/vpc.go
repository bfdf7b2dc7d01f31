package resource

import "time"

// VPCKind is the kind of virtual networks.
var VPCKind = Define[VPC]("resource_vpc", 1)

// VPC is one virtual network.
type VPC struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	CIDRs          []string          `bun:"cidrs,nullzero"`            // ranges of its addresses, IPv4 and IPv6
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
}
