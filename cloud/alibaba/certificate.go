package alibaba

import (
	"context"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxCertificates    = 50 // on a page; what the action gives at most is not documented
	certificatePage    = 500
	certificateLookup  = 100
	certificatesRegion = "cn-hangzhou" // where the list of the whole account is
)

// certificates are those of Certificate Management Service that were issued or uploaded
// (https://www.alibabacloud.com/help/en/ssl-certificate/developer-reference/api-cas-2020-04-07-listusercertificateorder).
// The list has no tags, and no question by id.
var certificates = adapter.Listing[*session, certificate]{
	Kind: resource.CertificateKind, What: "certificate", IDField: "CertificateId",
	Pages: adapter.Whole(certificatePage), IDs: adapter.Relist(certificateLookup),
	Row: certificateRow,
	Empty: func(ctx context.Context, s *session, region string, lookedUp bool) error {
		if region != certificatesRegion { // has none in any case
			return nil
		}
		return provenByOwner(ctx, s, region, lookedUp)
	},
	Census: &adapter.Census[*session, certificate]{
		Actions: []string{"ListUserCertificateOrder"}, Path: "CertificateOrderList", Ask: askCertificates,
		Key:    func(c *certificate) string { return c.CertificateID },
		Region: func(*certificate) string { return certificatesRegion },
	},
}

// certificate is the part of a certificate that is kept.
type certificate struct {
	CertificateID string `json:"CertificateId"`
	Name          string
	Status        string
	SourceType    string
	CommonName    string
	Sans          string // with commas
	Issuer        string
	Algorithm     string
	Fingerprint   string
	EndDate       string // the day alone
}

func certificateRow(f *adapter.Fields, c *certificate) resource.Row {
	return &resource.Certificate{
		Name:            c.Name,
		Status:          c.Status,
		CertificateType: c.SourceType,
		Domains:         adapter.Set(append(strings.Split(c.Sans, ","), c.CommonName)...),
		Issuer:          c.Issuer,
		Algorithm:       c.Algorithm,
		Fingerprint:     c.Fingerprint,
		ExpiresAt:       f.Expiry("EndDate", c.EndDate, utc),
	}
}
