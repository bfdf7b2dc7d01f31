package google

import (
	"cmp"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var sslCertificates = inProject(certificateList, func(c *certificate) string { return c.SelfLink })

// certificates are those of Compute Engine, and of Certificate Manager, whose API is enabled
// apart. The latter have no id but their names, and are in one location.
var certificates = adapter.Several{
	listed(resource.CertificateKind, "certificate", "id", &sslCertificates, (*certificate).id, certificateRow),
	&adapter.Listing[*session, certificate]{
		Kind: resource.CertificateKind, What: "certificate", Action: managerList, Path: questions[managerList].list, IDField: "name",
		Pages: adapter.Tokens(questions[managerList].limit), IDs: adapter.Together(maxIDs).If(isPath),
		Ask: relisted((*certificate).id), ID: (*certificate).id, Row: certificateRow,
		Region: func(c *certificate) string { return regionOf(c.Name) },
	},
}

// certificateFields are those of certificate at Compute Engine.
const certificateFields = "id,name,selfLink,type,creationTimestamp,expireTime,subjectAlternativeNames,managed"

// certificate is what both answer, each in its own words.
type certificate struct {
	ID, Name, SelfLink string // the name is a path at Certificate Manager, which has nothing else
	ExpireTime         string
	Labels             map[string]string

	CreationTimestamp, CreateTime        string
	SubjectAlternativeNames, SANDNSNames []string
	Type                                 string
	Managed                              *struct {
		Domains       []string
		Status, State string
	}
	ManagedIdentity *struct{ State string }
}

func (c *certificate) id() string {
	if isPath(c.Name) {
		return c.Name
	}
	return c.ID
}

func certificateRow(f *adapter.Fields, c *certificate) resource.Row {
	row := &resource.Certificate{
		Name:            nameOf(c.Name),
		CertificateType: cmp.Or(c.Type, "SELF_MANAGED"),
		Domains:         slices.Concat(c.SubjectAlternativeNames, c.SANDNSNames),
		Tags:            tagsOf(c.Labels),
		CloudCreatedAt:  f.Time("creationTimestamp", cmp.Or(c.CreationTimestamp, c.CreateTime), zone),
		ExpiresAt:       f.Expiry("expireTime", c.ExpireTime, zone),
	}
	switch {
	case c.Managed != nil:
		row.CertificateType, row.Status = "MANAGED", cmp.Or(c.Managed.Status, c.Managed.State)
		row.Domains = append(row.Domains, c.Managed.Domains...) // which one that is being issued has alone
	case c.ManagedIdentity != nil:
		row.CertificateType, row.Status = "MANAGED_IDENTITY", c.ManagedIdentity.State
	}
	row.Domains = adapter.Set(row.Domains...)
	return row
}
