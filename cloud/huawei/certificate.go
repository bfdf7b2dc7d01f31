package huawei

import (
	"strings"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	boughtPerPage = 50  // the most that SCM gives
	maxBoughtIDs  = 100 // for a look-up, which lists them all again
)

// certificates are those of a region's load balancers, and those of the account that were
// bought or kept at SCM. SCM's stand in the regions where it has a host; that two of these
// list the same is not confirmed.
var certificates = adapter.Several{
	&adapter.Listing[*session, certificate]{
		Kind: resource.CertificateKind, What: "certificate",
		Action: "ListCertificates", Path: "certificates", IDField: "id",
		Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(func(id string) bool { return isID(id) && !isBought(id) }),
		Ask: ask[certificate](elbProduct, "", elb.GenReqDefForListCertificates, marked),
		Row: certificateRow,
	},
	&adapter.Listing[*session, certificate]{
		Kind: resource.CertificateKind, What: "certificate",
		Action: "ListCertificates", Product: scmProduct.name, Path: "certificates", IDField: "id",
		Pages: adapter.Tokens(boughtPerPage), IDs: adapter.Together(maxBoughtIDs).If(isBought),
		Ask: askBought,
		Row: certificateRow,
	},
}

// certificate is the part of either sort that is kept: the list of the load balancers' has
// private keys.
type certificate struct {
	ID, Name, Status, Type, Brand string
	Domain                        string   // several, with commas
	MoreDomains                   string   `json:"sans"` // likewise
	CommonName                    string   `json:"common_name"`
	AllDomains                    []string `json:"subject_alternative_names"`
	Fingerprint                   string
	Created                       string `json:"created_at"`
	Expires                       string `json:"expire_time"` // that SCM writes UTC is not documented
}

func certificateID(c *certificate) string { return c.ID }

func certificateRow(f *adapter.Fields, c *certificate) resource.Row {
	named := strings.FieldsFunc(c.Domain+","+c.MoreDomains+","+c.CommonName, func(r rune) bool { return strings.ContainsRune(",; ", r) })
	return &resource.Certificate{
		Name:            c.Name,
		Status:          c.Status,
		CertificateType: c.Type,
		Domains:         adapter.Set(append(named, c.AllDomains...)...),
		Issuer:          c.Brand,
		Fingerprint:     c.Fingerprint,
		CloudCreatedAt:  f.Time("created_at", c.Created, utc),
		ExpiresAt:       f.Expiry("expire_time", c.Expires, utc),
	}
}
