package huawei

import (
	"context"
	"errors"
	"strconv"
	"strings"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"
	scm "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/scm/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/scm/v3/model"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	boughtPerPage  = 50  // the most that SCM gives
	maxBoughtIDs   = 100 // for a look-up, which lists them all again
	boughtIDPrefix = "scs"
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
		ID:  certificateID,
		Row: certificateRow,
	},
	&adapter.Listing[*session, certificate]{
		Kind: resource.CertificateKind, What: "certificate",
		Action: "ListCertificates", Product: scmProduct.name, Path: "certificates", IDField: "id",
		Pages: adapter.Tokens(boughtPerPage), IDs: adapter.Together(maxBoughtIDs).If(isBought),
		Ask: askBought,
		ID:  certificateID,
		Row: certificateRow,
	},
}

func isBought(id string) bool { return isID(id) && strings.HasPrefix(id, boughtIDPrefix) }

// askBought asks SCM, whose pages follow a number of certificates. Those that others share are
// left out.
func askBought(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[certificate], error) {
	if _, err := scmProduct.region(q.Region); err != nil {
		return adapter.Answer[certificate]{}, &cloud.Error{Class: cloud.RegionDisabled, Err: errors.New("SCM is not asked in this region")}
	}
	before, _ := strconv.Atoi(q.Token)
	return asking[certificate]{
		of: scmProduct, described: scm.GenReqDefForListCertificates, read: among(counting(before), certificateID),
		request: func(q adapter.Query) any {
			return &model.ListCertificatesRequest{Limit: given(int32(q.Limit)), Offset: given(int32(before)), Status: given("ALL"), OwnedBySelf: given(true)}
		},
	}.ask(ctx, s, q)
}

// counting reads a page that follows a number of certificates.
func counting(before int) reader[certificate] {
	return func(f adapter.Document, q adapter.Query) (adapter.Answer[certificate], error) {
		answer, err := announced[certificate]("total_count")(f, q)
		if err != nil {
			return answer, err
		}
		if answer.Total == "" {
			return answer, adapter.BadAnswer("", "the number of all resources is not in the answer")
		}
		total, err := answer.Total.Whole("", "the number of all resources")
		listed := before + len(answer.Items)
		switch {
		case err != nil || int64(listed) >= total:
		case len(answer.Items) == 0:
			err = &cloud.Error{Class: cloud.Incomplete, Err: errors.New("a page before the last is empty")}
		default:
			answer.Next = strconv.Itoa(listed)
		}
		answer.Total = "" // of a list whose pages are told by tokens
		return answer, err
	}
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
		Meta:            resource.Meta{NativeID: c.ID},
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
