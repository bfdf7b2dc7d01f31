package awsfake

import (
	"net/http"
	"slices"

	"cloudsync/resource"
)

// usualKeys are the sorts of keys whose certificates ACM lists where it is asked for none.
var usualKeys = []string{"RSA_1024", "RSA_2048"}

// listCertificates has those of ACME only where they are asked for: here all of a key of
// 3,072 bits.
func (q *request) listCertificates() (any, error) {
	keys, isACME := q.texts("Includes.keyTypes"), slices.Contains(q.texts("CertificateKeyPairOrigins"), "ACME")
	if len(keys) == 0 {
		keys = usualKeys
	}
	var found []resource.Certificate
	for _, of := range q.Region.Certificates {
		if of.Algorithm == "" || slices.Contains(keys, of.Algorithm) && (isACME || of.Algorithm != "RSA_3072") {
			found = append(found, of)
		}
	}
	list, next, err := cachePage(q, found, "MaxItems", 1, 1000, func(of resource.Certificate) object {
		item := q.certificate(of)
		item["SubjectAlternativeNameSummaries"] = varied(q, of.Domains)
		item["InUse"] = q.number%2 == 0
		return item
	})
	return listed("CertificateSummaryList", list, "NextToken", next), err
}

func (q *request) describeCertificate() (any, error) {
	arn := q.form.Get("CertificateArn")
	i := slices.IndexFunc(q.Region.Certificates, func(of resource.Certificate) bool { return of.NativeID == arn })
	if i < 0 {
		return nil, &failure{http.StatusBadRequest, "ResourceNotFoundException", "Could not find certificate " + arn}
	}
	item := q.certificate(q.Region.Certificates[i])
	item["Serial"], item["SubjectAlternativeNames"] = Planted, q.Region.Certificates[i].Domains
	return object{"Certificate": item}, nil
}

// certificate says when it was imported, or when it was requested.
func (q *request) certificate(of resource.Certificate) object {
	item := object{"DomainName": of.Name, "Status": of.Status, "Type": of.CertificateType, "KeyAlgorithm": of.Algorithm}
	if of.NativeID != "" {
		item["CertificateArn"] = of.NativeID
	}
	at := "CreatedAt"
	if of.CertificateType == "IMPORTED" {
		at = "ImportedAt"
	}
	if !of.CloudCreatedAt.IsZero() {
		item[at] = float64(of.CloudCreatedAt.Unix())
	}
	if !of.ExpiresAt.IsZero() {
		item["NotAfter"] = float64(of.ExpiresAt.Unix())
	}
	return item
}
