package tencent

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxCertificates = 1000 // the most that DescribeCertificates gives on a page

// certificates are those of SSL Certificate Service
// (https://cloud.tencent.com/document/api/400/41671), uploaded ones and orders among them,
// but not those of clients' authorities (CA).
var certificates = adapter.Listing[*Session, certificate]{
	Kind: resource.CertificateKind, What: "certificate",
	Action: "DescribeCertificates", Path: "Certificates", IDField: "CertificateId",
	Pages: adapter.Offsets(maxCertificates), IDs: adapter.Together(maxIDs),
	Ask:  atHome(Ask[certificate](ssl, "CertIds")),
	Row:  certificateRow,
	Gone: func(c *certificate) (bool, error) { return strings.EqualFold(c.CertificateType, "CA"), nil },
}

// certificate is the part of a certificate that is kept. IsExpiring, RenewAble and their kin
// change by themselves.
type certificate struct {
	CertificateID, Alias     string
	CertificateType          string // of a server or of clients
	From                     string // who has signed it, or upload
	Status                   string
	Domain                   string
	SubjectAltName, CertSANs []string
	EncryptAlgorithm         string
	Tags                     []adapter.Tag
	InsertTime, CertEndTime  string // GMT+8
}

// certificateStatus are the numbers of the API in the words of its documentation.
var certificateStatus = map[string]string{
	"0": "REVIEWING", "1": "APPROVED", "2": "UNAPPROVED", "3": "EXPIRED", "4": "DNS_RECORD_ADDED", "5": "PENDING_SUBMISSION",
	"6": "CANCELING", "7": "CANCELED", "8": "SUBMITTED", "9": "REVOKING", "10": "REVOKED", "11": "REISSUING",
	"12": "PENDING_REVOCATION", "13": "PENDING_INFORMATION", "14": "REFUNDED", "15": "MIGRATING",
}

// certificateRow has no issuer and no fingerprint: the list has neither.
func certificateRow(f *adapter.Fields, c *certificate) resource.Row {
	return &resource.Certificate{
		Name:            c.Alias,
		Status:          adapter.Word(certificateStatus, c.Status),
		CertificateType: c.From,
		Domains:         adapter.Set(append(append(c.SubjectAltName, c.CertSANs...), c.Domain)...),
		Algorithm:       c.EncryptAlgorithm,
		Tags:            adapter.TagsOf(c.Tags),
		CloudCreatedAt:  f.Time("InsertTime", c.InsertTime, beijing),
		ExpiresAt:       f.Expiry("CertEndTime", c.CertEndTime, beijing),
	}
}
