package resource

import "time"

// SubnetKind is the kind of subnets, or switches, of virtual networks.
var SubnetKind = Define[Subnet]("resource_subnet", 1)

// Subnet is one subnet of a virtual network. How many addresses are free in it is watched by
// nobody: that moves all the time.
type Subnet struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone           string            `bun:"zone" field:"max=128,cut"`
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	CIDRs          []string          `bun:"cidrs,nullzero"` // ranges of its addresses, IPv4 and IPv6
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
}
