package huawei_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

// What the fake server renders comes back as it is.
func TestRowsOfClustersAndCertificates(t *testing.T) {
	t.Parallel()
	client := newWorld(t, all()).open()
	require.Equal(t, pointers(someClusters()), rowsOf(list(t, client, resource.ClusterKind)))
	require.Equal(t, pointers(someCertificates()), rowsOf(list(t, client, resource.CertificateKind)))
}

func TestWhatClustersMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["clusters"], map[string]looks{
		"nothing but an id":       {`"spec":null`, &resource.Cluster{}},
		"all that may be null is": {`"status":null,"spec":{"billingMode":null,"hostNetwork":null,"clusterTags":null,"version":null}`, &resource.Cluster{}},
		"a name alone":            {`"metadata":{"uid":"one","name":"a"}`, &resource.Cluster{Name: "a"}},
		"another charging mode":   {`"spec":{"billingMode":9}`, &resource.Cluster{ChargeType: "9"}},
		"no endpoint inside":      {`"status":{"endpoints":[{"url":"https://b","type":"External"},{"url":"https://a"}]}`, &resource.Cluster{Endpoint: "https://a"}},
		"a time as Go prints it":  {`"metadata":{"uid":"one","creationTimestamp":"2024-03-01 08:30:00 +0000 UTC"}`, &resource.Cluster{CloudCreatedAt: date(1)}},
		"what changes by itself":  {`"metadata":{"uid":"one","updateTimestamp":"x","annotations":{"totalNodesNumber":"9"}},"status":{"jobID":"j","conditions":[{}]}`, &resource.Cluster{}},
	})
}

// A cluster without nodes is in the list of these, even if the other has it too.
func TestAutopilotClustersAreListedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListClusters", []byte(`{"items":[{"metadata":{"uid":"k-1"}},{"metadata":{"uid":"k-2"},"spec":{"enableAutopilot":true}}]}`))
	w.Record("ListAutopilotClusters", []byte(`{"items":[{"metadata":{"uid":"k-2"}}]}`))
	require.Equal(t, []string{"k-1", "k-2"}, ids(rowsOf(list(t, w.open(), resource.ClusterKind))))
}

func TestRegionsWithoutAutopilot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListAutopilotClusters", Status: http.StatusNotFound, Body: `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`})
	require.Equal(t, []string{uuid('k', 1), uuid('k', 2)}, ids(rowsOf(list(t, w.open(), resource.ClusterKind))))
	_, err := w.open().Lookup(t.Context(), scopeOf(resource.ClusterKind), []string{uuid('k', 9)})
	classed(t, cloud.RegionDisabled, err)
}

// A list in which something has no id says of no id that it is absent.
func TestAListWithoutAnIDMakesNothingAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListClusters", []byte(`{"items":[{"metadata":{"uid":"k-1"}},{"metadata":{}}]}`))
	_, err := w.open().Lookup(t.Context(), scopeOf(resource.ClusterKind), []string{"k-2"})
	classed(t, cloud.BadAnswer, err)
	w.Record("ListClusters", []byte(`{"items":null}`))
	_, err = w.open().Lookup(t.Context(), scopeOf(resource.ClusterKind), []string{"k-2"})
	classed(t, cloud.BadAnswer, err)
}

func TestWhatCertificatesMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["certificates"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.Certificate{}},
		"all that may be null is": {`"domain":null,"sans":null,"common_name":null,"subject_alternative_names":null,"fingerprint":null,"expire_time":null`, &resource.Certificate{}},
		"names in all ways": {
			`"domain":"a.org,b.org","common_name":"c.org","subject_alternative_names":["*.d.org","a.org"]`, &resource.Certificate{Domains: []string{"*.d.org", "a.org", "b.org", "c.org"}},
		},
		"keys are not decoded":   {`"private_key":{},"enc_private_key":[],"certificate":7`, &resource.Certificate{}},
		"what changes by itself": {`"updated_at":"x","admin_state_up":false`, &resource.Certificate{}},
		"it never ends":          {`"expire_time":"9999-12-31T23:59:59Z"`, &resource.Certificate{}},
	})
	bought := kinds["certificates"]
	bought.action, bought.one = huaweifake.BoughtAction, "scs1600313391074"
	requireLooks(t, bought, map[string]looks{
		"nothing but an id": {`"domain":""`, &resource.Certificate{}},
		"several names":     {`"domain":"a.org","sans":"b.org;c.org, d.org"`, &resource.Certificate{Domains: []string{"a.org", "b.org", "c.org", "d.org"}}},
		"a time of SCM":     {`"expire_time":"2024-03-01 08:30:00.0"`, &resource.Certificate{ExpiresAt: date(1)}},
	})
}

// boughtOnes are n certificates of SCM.
func boughtOnes(n int) (all []resource.Certificate) {
	for i := range n {
		all = append(all, resource.Certificate{Meta: meta(fmt.Sprintf("scs16003133%05d", i)), Status: "ISSUED"})
	}
	return all
}

// SCM has pages of 50 at most, and takes no ids.
func TestCertificatesOfTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{Certificates: boughtOnes(101)})
	client := w.open()
	require.Len(t, rowsOf(list(t, client, resource.CertificateKind)), 101)
	require.Equal(t, 3, w.count(huaweifake.BoughtAction))

	existing, err := client.Lookup(t.Context(), scopeOf(resource.CertificateKind), []string{"scs1600313300100", "scs1600313309999", uuid('z', 9)})
	require.NoError(t, err)
	require.Equal(t, []string{"scs1600313300100"}, existing)
	require.Equal(t, 1+1, w.count("ListCertificates"), "which is not asked for what SCM has")
}

// SCM has a host in few regions. In others nothing can be said of what it has.
func TestRegionsWithoutSCM(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Update(func(accounts []*fake.Account) {
		accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: "cn-south-1", Certificates: someCertificates()})
	})
	scope := scopeOf(resource.CertificateKind)
	scope.Region = "cn-south-1"
	client := w.open()
	first, err := client.List(t.Context(), scope, "")
	require.NoError(t, err)
	require.Equal(t, []string{uuid('z', 1), uuid('z', 2)}, ids(first.Rows))
	second, err := client.List(t.Context(), scope, first.Next)
	require.NoError(t, err)
	require.Equal(t, cloud.Page{Begins: true}, second)
	require.Zero(t, w.count(huaweifake.BoughtAction))
	existing, err := client.Lookup(t.Context(), scope, []string{uuid('z', 1), uuid('z', 9)})
	require.NoError(t, err)
	require.Equal(t, []string{uuid('z', 1)}, existing)
	_, err = client.Lookup(t.Context(), scope, []string{"scs1600313391074"})
	classed(t, cloud.RegionDisabled, err)
}

// An answer of SCM that is not all is no list.
func TestAnswersOfSCMThatLackSomething(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]cloud.Class{
		`{"certificates":[{"id":"scs1"}]}`:                      cloud.BadAnswer,
		`{"certificates":[{"id":"scs1"}],"total_count":"many"}`: cloud.BadAnswer,
		`{"certificates":[],"total_count":1}`:                   cloud.Incomplete,
		`{"total_count":0}`:                                     cloud.BadAnswer,
	} {
		w := newWorld(t, fake.Region{})
		w.Record(huaweifake.BoughtAction, []byte(body))
		client := w.open()
		first, err := client.List(t.Context(), scopeOf(resource.CertificateKind), "")
		require.NoError(t, err)
		_, err = client.List(t.Context(), scopeOf(resource.CertificateKind), first.Next)
		classed(t, want, err)
		_, err = client.Lookup(t.Context(), scopeOf(resource.CertificateKind), []string{"scs9"})
		classed(t, want, err)
	}
}
