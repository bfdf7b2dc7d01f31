package aws

import (
	"cmp"
	"strconv"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxCertificates is the most that ACM lists at once
// (https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html).
const maxCertificates = 1000

// certificates are those of ACM, imported ones too. Of the calls for one, ACM is said to take
// 10 a second (? of an older page of its limits).
var certificates = adapter.Listing[*session, certificate]{
	Kind: resource.CertificateKind, What: "certificate",
	Action: "ListCertificates", Path: "CertificateSummaryList", IDField: "CertificateArn",
	Pages: adapter.Tokens(maxCertificates), IDs: adapter.Alone(maxAlone).If(isARNOf("acm", "certificate/")),
	Ask:    askOne(askJSON[certificate]("NextToken", listCertificates), "DescribeCertificate", "Certificate", askCertificate),
	Join:   taggedRow(certificateARN, certificateRow),
	Region: func(c *certificate) string { return regionOf(c.ARN) },
}

var askCertificate = askFor(oneFromJSON[certificate], "", describeCertificate)

// certificate is the part of a certificate that is kept.
type certificate struct {
	ARN      string   `json:"CertificateArn"`
	Domain   string   `json:"DomainName"`
	Domains  []string `json:"SubjectAlternativeNameSummaries"`
	Status   string
	Type     string
	Key      string `json:"KeyAlgorithm"`
	Created  string `json:"CreatedAt"`
	Imported string `json:"ImportedAt"`
	Expires  string `json:"NotAfter"`
}

func certificateARN(c *certificate) string { return c.ARN }

// endOfTime is a second of year 5138. What is later is no end, and would be taken for
// milliseconds: a certificate without an end has the last second of year 9999 (RFC 5280).
const endOfTime = 100_000_000_000

func (c *certificate) end() string {
	if second, err := strconv.ParseFloat(c.Expires, 64); err == nil && second >= endOfTime {
		return ""
	}
	return c.Expires
}

// certificateRow has no issuer and no fingerprint: only a call for each certificate has them.
func certificateRow(f *adapter.Fields, c *certificate, tags []tag) resource.Row {
	return &resource.Certificate{
		Name:            c.Domain,
		Status:          c.Status,
		CertificateType: c.Type,
		Domains:         adapter.Set(append(c.Domains, c.Domain)...),
		Algorithm:       c.Key,
		Tags:            adapter.TagsOf(tags),
		CloudCreatedAt:  f.Time("CreatedAt", cmp.Or(c.Created, c.Imported), time.UTC),
		ExpiresAt:       f.Expiry("NotAfter", c.end(), time.UTC),
	}
}
