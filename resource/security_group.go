package resource

import "time"

// SecurityGroupKind is the kind of groups of firewall rules.
var SecurityGroupKind = Define[SecurityGroup]("resource_security_group", 1)

// SecurityGroup is one group of firewall rules, with them.
type SecurityGroup struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Description    string            `bun:"description" field:"max=512,cut"`
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	Rules          []string          `bun:"rules,nullzero"` // made by SecurityRule
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
}
