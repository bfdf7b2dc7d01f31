package aws_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const certificateARN = "arn:aws:acm:eu-central-1:123456789012:certificate/"

// someCertificates have keys of all sorts, of which ACM lists the first alone unless it is
// asked for the others.
func someCertificates() []resource.Certificate {
	return []resource.Certificate{
		{
			Meta: resource.Meta{NativeID: certificateARN + "1"}, Name: "example.com", Status: "ISSUED", CertificateType: "AMAZON_ISSUED", Algorithm: "RSA_2048",
			Domains: []string{"*.example.com", "example.com"}, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: utc(1, 2), ExpiresAt: utc(9, 8),
		},
		{
			Meta: resource.Meta{NativeID: certificateARN + "2"}, Name: "example.org", Status: "EXPIRED", CertificateType: "IMPORTED", Algorithm: "EC_prime256v1",
			Domains: []string{"example.org"}, CloudCreatedAt: utc(2, 3), ExpiresAt: utc(3, 4),
		},
		{
			Meta: resource.Meta{NativeID: certificateARN + "3"}, Name: "acme.example.org", Status: "PENDING_VALIDATION", CertificateType: "AMAZON_ISSUED", Algorithm: "RSA_3072",
			Domains: []string{"acme.example.org"}, CloudCreatedAt: utc(3, 4),
		},
	}
}

func TestCertificateLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	require.Equal(t, 20, client.LookupLimit(resource.CertificateKind.Name()))
	all := []string{certificateARN + "1", certificateARN + "2", certificateARN + "3"}
	for name, test := range map[string]struct{ asked, want []string }{
		"existing": {all, all},
		"absent":   {[]string{certificateARN + "gone"}, nil},
		"mixed":    {[]string{certificateARN + "gone", all[1]}, all[1:2]},
		"nothing":  {nil, nil},
		"those that no certificate has, so that none is known to be gone": {[]string{"", "1", "arn:aws:iam::1:server-certificate/x"}, []string{"", "1", "arn:aws:iam::1:server-certificate/x"}},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.CertificateKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	for _, body := range []string{`{}`, `[]`, `{"Certificate":null}`, `{"Certificate":[]}`, `{"Certificate":"none"}`, `{"Certificate":{"CertificateArn":"` + certificateARN + `2"}}`} {
		c.Record("DescribeCertificate", []byte(body))
		_, err := client.Lookup(t.Context(), scopeOf(resource.CertificateKind), all[:1])
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), body)
	}
}

func TestCertificateRow(t *testing.T) {
	t.Parallel()
	for inner, want := range map[string]*resource.Certificate{
		"": {},
		`,"DomainName":"a.example","SubjectAlternativeNameSummaries":["b.example","a.example",null,""]`: {Name: "a.example", Domains: []string{"a.example", "b.example"}},
		`,"SubjectAlternativeNameSummaries":null,"NotAfter":null,"InUse":true,"Exported":true`:          {},
		`,"CreatedAt":1.7096E9,"NotAfter":1709600000.5,"ImportedAt":1`:                                  {CloudCreatedAt: time.Unix(1_709_600_000, 0), ExpiresAt: time.UnixMilli(1_709_600_000_500)},
		`,"NotAfter":253402300799`:                                    {}, // of one that never expires
		`,"Type":"NEW","Status":"RESTING","KeyAlgorithm":"ML_DSA_65"`: {CertificateType: "NEW", Status: "RESTING", Algorithm: "ML_DSA_65"},
	} {
		want.NativeID = certificateARN + "1"
		page := recorded(t, newCloud(&fake.Region{Name: region}), resource.CertificateKind, "ListCertificates",
			`{"CertificateSummaryList":[{"CertificateArn":"`+certificateARN+`1"`+inner+`}]}`)
		require.Empty(t, page.Problems, inner)
		requireRows(t, resource.CertificateKind, []resource.Row{want}, page.Rows)
	}
}

func TestOneOddCertificateCostsOneRow(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(&fake.Region{Name: region}), resource.CertificateKind, "ListCertificates",
		`{"CertificateSummaryList":[{"CertificateArn":"a","NotAfter":"soon"},{"CertificateArn":"b","SubjectAlternativeNameSummaries":"none"},
		{"CertificateArn":"c","CreatedAt":-1},{"CertificateArn":"sound"}]}`)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "sound", page.Rows[0].RowMeta().NativeID)
	require.Len(t, page.Problems, 3)
	for i, want := range []string{`certificate "a": NotAfter makes no sense: "soon"`, `certificate "b": SubjectAlternativeNameSummaries makes no sense`, `certificate "c": CreatedAt makes no sense: "-1"`} {
		require.Contains(t, page.Problems[i].Text, want)
	}
}

// The ARN says which region a certificate is of.
func TestCertificatesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	of := few()
	of.Certificates[0].NativeID = "arn:aws:acm:us-east-1:123456789012:certificate/1"
	require.Len(t, list(t, newClient(t, newCloud(of)), resource.CertificateKind), 2)
	of.Certificates = of.Certificates[:1]
	failed := failure(t.Context(), t, newClient(t, newCloud(of)), resource.CertificateKind, "")
	require.Equal(t, cloud.BadAnswer, failed.Class)
	require.ErrorContains(t, failed, "us-east-1")
}

// Tags that make no sense cost the row that they belong to.
func TestOddTagsOfACertificate(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.CertificateKind, "GetResources", fmt.Sprintf(`{"ResourceTagMappingList":[{"ResourceARN":"%s2","Tags":"none"}]}`, certificateARN))
	require.Len(t, page.Rows, 2)
	require.Len(t, page.Problems, 1)
	require.Equal(t, certificateARN+"2", page.Problems[0].NativeID)
	require.Contains(t, page.Problems[0].Text, `Tags makes no sense: "\"none\""`)
}
