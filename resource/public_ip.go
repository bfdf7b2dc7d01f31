package resource

import "time"

// PublicIPKind is the kind of public addresses that an account keeps, whatever they are for.
var PublicIPKind = Define[PublicIP]("resource_public_ip", 1)

// PublicIP is one public address that is kept until it is released.
type PublicIP struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone           string            `bun:"zone" field:"max=128,cut"`
	Address        string            `bun:"address" field:"max=64,cut"`        // IPv4 or IPv6, or a prefix
	AttachedType   string            `bun:"attached_type" field:"max=128,cut"` // what it is attached to, in the provider's own word
	AttachedID     string            `bun:"attached_id" field:"max=512,cut"`
	BandwidthMbps  int64             `bun:"bandwidth_mbps,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
