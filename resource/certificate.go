package resource

import "time"

// CertificateKind is the kind of certificates of TLS servers.
var CertificateKind = Define[Certificate]("resource_certificate", 1)

// Certificate is one certificate. Its key is never read.
type Certificate struct {
	Meta
	Name            string            `bun:"name" field:"max=256,cut"`
	Status          string            `bun:"status" field:"max=64,cut"`            // the provider's own word
	CertificateType string            `bun:"certificate_type" field:"max=128,cut"` // how it was made
	Domains         []string          `bun:"domains,nullzero"`
	Issuer          string            `bun:"issuer" field:"max=255,cut"`
	Algorithm       string            `bun:"algorithm" field:"max=64,cut"` // of its key
	Fingerprint     string            `bun:"fingerprint" field:"max=128,cut"`
	Tags            map[string]string `bun:"tags,nullzero"`
	STreeGroup      string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct    string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp        string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt  time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt       time.Time         `bun:"expires_at,nullzero"`
}
