package resource

import "time"

// LoadBalancerKind is the kind of managed load balancers.
var LoadBalancerKind = Define[LoadBalancer]("resource_load_balancer", 2)

// LoadBalancer is one managed load balancer.
type LoadBalancer struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"`         // the provider's own word
	BalancerType   string            `bun:"balancer_type" field:"max=128,cut"` // application, network, or a size
	Scheme         string            `bun:"scheme" field:"max=16,cut"`         // SchemePublic or SchemeInternal
	Addresses      []string          `bun:"addresses,nullzero"`                // IPs, or the DNS name where the provider gives none
	Ports          []string          `bun:"ports,nullzero" field:"since=2"`    // what it listens at, such as 443/https
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetIDs      []string          `bun:"subnet_ids,nullzero"`
	Zones          []string          `bun:"zones,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut,since=2"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut,since=2"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut,since=2"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}

// Where a load balancer can be reached from.
const (
	SchemePublic   = "public"
	SchemeInternal = "internal"
)

// SchemeOf is where a load balancer can be reached from that has a public address, or none.
func SchemeOf(hasPublic bool) string {
	if hasPublic {
		return SchemePublic
	}
	return SchemeInternal
}
