package alibaba_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const hangzhou = "cn-hangzhou"

// accountLists are those that are of all regions at once.
var accountLists = map[*resource.Kind]struct {
	action, region, page, id string
	odd                      map[string]string
	calls                    int // of a load
}{
	resource.BucketKind: {
		action: "ListBuckets", region: beijing, page: "<ListAllMyBucketsResult><Buckets>%s</Buckets><IsTruncated>false</IsTruncated></ListAllMyBucketsResult>", id: "Name",
		odd: map[string]string{"CreationDate": "soon", "StorageClass": "<a/>"}, calls: 1,
	},
	resource.CertificateKind: {
		action: "ListUserCertificateOrder", region: hangzhou, page: `{"CertificateOrderList":[%s],"TotalCount":0}`, id: "CertificateId",
		odd: map[string]string{"EndDate": `"soon"`, "Sans": `["a"]`}, calls: 2,
	},
}

func scopeIn(kind *resource.Kind, region string) resource.Scope {
	scope := scopeOf(kind)
	scope.Region = region
	return scope
}

// inAccount has buckets and certificates at two places.
func inAccount(t testing.TB) *world {
	return newWorld(t, &fake.Region{Name: beijing, Buckets: []resource.Bucket{{
		Meta: id("assets"), Name: "assets", StorageClass: "Standard", Endpoint: "assets.oss-cn-beijing.aliyuncs.com", CloudCreatedAt: at(time.January, 8),
	}, {Meta: id("logs"), Name: "logs", StorageClass: "IA", Endpoint: "logs.oss-cn-beijing.aliyuncs.com", CloudCreatedAt: at(time.January, 9)}}},
		&fake.Region{Name: hangzhou, Buckets: []resource.Bucket{{Meta: id("backup"), Name: "backup", StorageClass: "Archive", CloudCreatedAt: at(time.January, 7)}},
			Certificates: []resource.Certificate{{
				Meta: id("7"), Name: "shop", Status: "ISSUED", CertificateType: "upload", Domains: []string{"shop.example", "www.shop.example"},
				Issuer: "Encryption Everywhere", Algorithm: "RSA", Fingerprint: "CC:6B", ExpiresAt: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC),
			}, {Meta: id("8"), Name: "old", Status: "EXPIRED", Domains: []string{"old.example"}, ExpiresAt: time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC)}}})
}

func listIn(t testing.TB, client cloud.Provider, kind *resource.Kind, region string) (rows []resource.Row) {
	for cursor := ""; ; {
		page, err := client.List(t.Context(), scopeIn(kind, region), cursor)
		require.NoError(t, err)
		require.Empty(t, page.Problems)
		if rows, cursor = append(rows, page.Rows...), page.Next; cursor == "" {
			return rows
		}
	}
}

func TestRowsOfTheAccount(t *testing.T) {
	t.Parallel()
	w := inAccount(t)
	var regions []*fake.Region
	w.Update(func(accounts []*fake.Account) { regions = accounts[0].Regions })
	for _, size := range []int{0, 1} {
		w.PageSize = size
		client := w.worker()
		require.Equal(t, fake.Rows(regions[0].Buckets), listIn(t, client, resource.BucketKind, beijing))
		require.Equal(t, fake.Rows(regions[1].Buckets), listIn(t, client, resource.BucketKind, hangzhou))
		require.Equal(t, fake.Rows(regions[1].Certificates), listIn(t, client, resource.CertificateKind, hangzhou))
		require.Empty(t, listIn(t, client, resource.CertificateKind, beijing), "they are all at one place")
	}
	w.PageSize = 0
	w.Update(func(accounts []*fake.Account) {
		slices.Reverse(accounts[0].Regions[0].Buckets)
		slices.Reverse(accounts[0].Regions[1].Certificates)
		accounts[0].Regions[1].Certificates[1].Domains = reversed(accounts[0].Regions[1].Certificates[1].Domains)
	})
	require.Equal(t, fake.Rows(inAccountBuckets(t)), listIn(t, w.worker(), resource.BucketKind, beijing))
	after := listIn(t, w.worker(), resource.CertificateKind, hangzhou)
	require.Equal(t, []string{"shop.example", "www.shop.example"}, after[0].(*resource.Certificate).Domains)
}

func inAccountBuckets(t testing.TB) (buckets []resource.Bucket) {
	inAccount(t).Update(func(accounts []*fake.Account) { buckets = accounts[0].Regions[0].Buckets })
	return buckets
}

// The regions of a run share one load.
func TestAnAccountsListIsLoadedOnce(t *testing.T) {
	t.Parallel()
	for kind, of := range accountLists {
		w := inAccount(t)
		client := w.worker()
		for _, region := range []string{beijing, hangzhou} {
			listIn(t, client, kind, region)
		}
		require.Equal(t, of.calls, w.asked(of.action))
	}
	w := newWorld(t, &fake.Region{Name: hangzhou})
	w.Update(func(accounts []*fake.Account) {
		region := accounts[0].Regions[0]
		for i := range 1234 {
			region.Buckets = append(region.Buckets, resource.Bucket{Name: fmt.Sprintf("b-%04d", i)})
			region.Certificates = append(region.Certificates, resource.Certificate{Meta: id(fmt.Sprint(i)), Status: "ISSUED"})
		}
	})
	require.Len(t, listIn(t, w.worker(), resource.BucketKind, hangzhou), 1234)
	require.Equal(t, 2, w.asked("ListBuckets"))
	require.Len(t, listIn(t, w.worker(), resource.CertificateKind, hangzhou), 1234)
	require.Equal(t, 26, w.asked("ListUserCertificateOrder"), "50 on a page, and a question for expired ones")
}

func TestLookupInTheAccount(t *testing.T) {
	t.Parallel()
	for kind, ids := range map[*resource.Kind][]string{resource.BucketKind: {"assets", "logs"}, resource.CertificateKind: {"7", "8"}} {
		client := inAccount(t).worker()
		found, err := client.Lookup(t.Context(), scopeIn(kind, accountLists[kind].region), append([]string{"gone", "backup"}, ids...))
		require.NoError(t, err)
		require.ElementsMatch(t, ids, found, "what is in another region is not in this one")
	}
}

func TestOddResourcesOfTheAccount(t *testing.T) {
	t.Parallel()
	for kind, of := range accountLists {
		write := func(fields ...string) string { // name and value in turns
			var text strings.Builder
			for i := 0; i < len(fields); i += 2 {
				if kind == resource.BucketKind {
					fmt.Fprintf(&text, "<%s>%s</%s>", fields[i], fields[i+1], fields[i])
				} else {
					fmt.Fprintf(&text, ",%q:%s", fields[i], fields[i+1])
				}
			}
			if kind == resource.BucketKind {
				return "<Bucket><Region>" + beijing + "</Region>" + text.String() + "</Bucket>"
			}
			return "{" + text.String()[1:] + "}"
		}
		resources := []string{write(of.id, "1"), write("Other", "1")}
		for field, value := range of.odd {
			resources = append(resources, write(of.id, fmt.Sprint(len(resources)), field, value))
		}
		w := inAccount(t)
		separator := ","
		if kind == resource.BucketKind {
			separator = ""
		}
		w.Record(of.action, fmt.Appendf(nil, of.page, strings.Join(resources, separator)))
		page, err := w.worker().List(t.Context(), scopeIn(kind, of.region), "")
		require.NoError(t, err)
		want := kind.NewRow()
		want.RowMeta().NativeID = "1"
		if bucket, isBucket := want.(*resource.Bucket); isBucket {
			bucket.Name = "1"
		}
		require.Contains(t, page.Rows, want)
		require.Len(t, page.Rows, 1)
		require.Contains(t, page.Problems, cloud.Problem{Text: map[*resource.Kind]string{resource.BucketKind: "bucket", resource.CertificateKind: "certificate"}[kind] + " without an id"})
		_, err = w.worker().Lookup(t.Context(), scopeIn(kind, of.region), []string{"2"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "one without an id may be any")
	}
}

func TestListsOfTheAccountThatAreNotWhole(t *testing.T) {
	t.Parallel()
	for kind, bodies := range map[*resource.Kind]map[string]cloud.Class{
		resource.BucketKind: {
			"": cloud.BadAnswer, "{}": cloud.BadAnswer, "<html><body>hello</body></html>": cloud.BadAnswer, "<ListAllMyBucketsResult/>": cloud.BadAnswer,
			"<ListAllMyBucketsResult><Buckets/><IsTruncated>true</IsTruncated></ListAllMyBucketsResult>":                           cloud.BadAnswer,
			"<ListAllMyBucketsResult><Buckets/><IsTruncated>true</IsTruncated><NextMarker>m</NextMarker></ListAllMyBucketsResult>": cloud.BadAnswer,
		},
		resource.CertificateKind: {
			"": cloud.BadAnswer, "{}": cloud.BadAnswer, "null": cloud.BadAnswer, `{"TotalCount":1}`: cloud.BadAnswer, `{"CertificateOrderList":[{"CertificateId":1}]}`: cloud.BadAnswer,
			`{"CertificateOrderList":[{"CertificateId":1}],"TotalCount":-1}`: cloud.BadAnswer, `{"CertificateOrderList":[],"TotalCount":3}`: cloud.Incomplete,
		},
	} {
		for body, want := range bodies {
			w := inAccount(t)
			w.Record(accountLists[kind].action, []byte(body))
			page, err := w.worker().List(t.Context(), scopeIn(kind, accountLists[kind].region), "")
			requireClass(t, want, page, err, body)
			_, err = w.worker().Lookup(t.Context(), scopeIn(kind, accountLists[kind].region), []string{"7"})
			require.Equal(t, want, cloud.ClassOf(err), body)
		}
	}
}

func TestErrorsOfTheAccountsLists(t *testing.T) {
	t.Parallel()
	for kind, of := range accountLists {
		for name, test := range map[string]struct {
			fault fake.Fault
			want  cloud.Class
		}{
			"invalid credential": {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
			"denied":             {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
			"throttled":          {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
			"server error":       {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
			"a page of a proxy":  {fake.Fault{Status: 502, Body: "<html>bad gateway"}, cloud.Unavailable},
			"an unknown API":     {fake.Fault{Status: 404, Body: "<html/>"}, cloud.BadAnswer},
			"cut short":          {fake.Fault{Truncated: true, Body: "<ListAllMy"}, cloud.Unavailable},
		} {
			w := inAccount(t)
			test.fault.Action = of.action
			w.Break(test.fault)
			page, err := w.worker().List(t.Context(), scopeIn(kind, of.region), "")
			requireClass(t, test.want, page, err, name)
			require.ErrorContains(t, err, of.action)
			_, err = w.worker().Lookup(t.Context(), scopeIn(kind, of.region), []string{"gone"})
			require.Equal(t, test.want, cloud.ClassOf(err), name)
		}
	}
}

// That an account has no certificate is proven; OSS says what is denied.
func TestAnAccountWithNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &fake.Region{Name: hangzhou})
	require.Empty(t, listIn(t, w.worker(), resource.BucketKind, hangzhou))
	_, err := w.worker().List(t.Context(), scopeIn(resource.CertificateKind, hangzhou), "")
	require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
	_, err = w.worker().Lookup(t.Context(), scopeIn(resource.CertificateKind, hangzhou), []string{"7"})
	require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
	require.Empty(t, listIn(t, w.worker(), resource.CertificateKind, beijing), "it never has any")
	w.Record("GetCallerIdentity", []byte(`{"AccountId":"`+accountID+`","IdentityType":"Account"}`))
	require.Empty(t, listIn(t, w.worker(), resource.CertificateKind, hangzhou))
	w = inAccount(t)
	w.Update(func(accounts []*fake.Account) {
		accounts[0].Regions[1].Certificates = accounts[0].Regions[1].Certificates[:1]
	})
	require.Len(t, listIn(t, w.worker(), resource.CertificateKind, hangzhou), 1, "no expired one is no proof of a want")
}

// Nothing tells a certificate that moved to a page which was read from one that is gone.
func TestCertificatesThatMove(t *testing.T) {
	t.Parallel()
	w := inAccount(t)
	w.Update(func(accounts []*fake.Account) {
		for i := range 60 {
			accounts[0].Regions[1].Certificates = append(accounts[0].Regions[1].Certificates, resource.Certificate{Meta: id(fmt.Sprint(100 + i)), Status: "ISSUED"})
		}
	})
	w.Break(fake.Fault{Action: "ListUserCertificateOrder", Cursor: true, Times: 1, Body: `{"CertificateOrderList":[{"CertificateId":150}],"TotalCount":60}`})
	_, err := w.worker().List(t.Context(), scopeIn(resource.CertificateKind, hangzhou), "")
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	require.Len(t, listIn(t, w.worker(), resource.CertificateKind, hangzhou), 62)
}

// A role's keys sign for OSS too.
func TestBucketsWithARole(t *testing.T) {
	t.Parallel()
	w := inAccount(t)
	settings := w.settings()
	settings.Credential.RoleARN = "acs:ram::" + accountID + ":role/cloudsync"
	require.Len(t, listIn(t, adapterOf(settings), resource.BucketKind, beijing), 2)
}

// OSS repeats what was signed when a signature is wrong.
func TestAWrongSignatureOfOSSGivesNothingAway(t *testing.T) {
	t.Parallel()
	w := inAccount(t)
	w.Break(fake.Fault{Action: "ListBuckets", Status: 403, Body: "<Error><Code>SignatureDoesNotMatch</Code><Message>planted-token</Message><StringToSign>planted-token</StringToSign><RequestId>5C3D</RequestId></Error>"})
	_, err := w.worker().List(t.Context(), scopeOf(resource.BucketKind), "")
	require.EqualError(t, err, "alibaba/prod: ListBuckets: invalid_credential: SignatureDoesNotMatch (HTTP 403) (request 5C3D)")
}

func FuzzBuckets(f *testing.F) { fuzzAccount(f, resource.BucketKind) }

func FuzzCertificates(f *testing.F) { fuzzAccount(f, resource.CertificateKind) }

func fuzzAccount(f *testing.F, kind *resource.Kind) {
	of := accountLists[kind]
	f.Add([]byte(""))
	f.Add(fmt.Appendf(nil, of.page, "<Bucket><Name>a</Name><Location>oss-cn-beijing</Location><CreationDate>2024-01-08T22:32:00.000Z</CreationDate></Bucket>"))
	f.Add(fmt.Appendf(nil, of.page, `{"CertificateId":7,"Sans":"a,b","EndDate":"2027-05-01"}`))
	w := inAccount(f)
	client := w.worker()
	f.Fuzz(func(t *testing.T, body []byte) { fuzzed(t, w, client, kind, of.region, "", of.action, body) })
}
