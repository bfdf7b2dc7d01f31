package resource

import "time"

// NATGatewayKind is the kind of gateways that translate addresses.
var NATGatewayKind = Define[NATGateway]("resource_nat_gateway", 1)

// NATGateway is one gateway that translates addresses.
type NATGateway struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone           string            `bun:"zone" field:"max=128,cut"`
	GatewayType    string            `bun:"gateway_type" field:"max=128,cut"` // public or private, or a size
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetID       string            `bun:"subnet_id" field:"max=512,cut"`
	PublicIPs      []string          `bun:"public_ips,nullzero"`
	PrivateIPs     []string          `bun:"private_ips,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
