package huawei_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(150))
	for name, of := range kinds {
		client, sort := w.open(), of.sort
		limit := client.LookupLimit(of.kind.Name())
		var there, gone []string
		for i := range limit {
			there = append(there, uuid(sort, i))
			gone = append(gone, uuid(sort, 1_000+i))
		}
		for title, test := range map[string]struct{ asked, want []string }{
			"existing":     {there[:2], there[:2]},
			"absent":       {gone[:2], nil},
			"mixed":        {[]string{gone[0], there[3], gone[1]}, there[3:4]},
			"at the limit": {there, there},
			"all gone":     {gone, nil},
			"none":         {nil, nil},
			"another form": {[]string{"i-0123", there[0]}, there[:1]},
		} {
			got, err := client.Lookup(t.Context(), scopeOf(of.kind), test.asked)
			require.NoError(t, err, "%s %s", name, title)
			require.ElementsMatch(t, test.want, got, "%s %s", name, title)
		}
	}
}

func TestLookupLimits(t *testing.T) {
	t.Parallel()
	client := huawei.Adapter().New(cloud.Settings{})
	for kind, limit := range map[*resource.Kind]int{resource.HostKind: 100, resource.DiskKind: 60, resource.DatabaseKind: 10, resource.LoadBalancerKind: 50, resource.CacheKind: 10,
		resource.VPCKind: 50, resource.SubnetKind: 50, resource.SecurityGroupKind: 50,
		resource.PublicIPKind: 50, resource.NATGatewayKind: 10, resource.SnapshotKind: 50, resource.MachineImageKind: 10,
		resource.ClusterKind: 100, resource.CertificateKind: 50, resource.BucketKind: 1000} {
		require.True(t, client.Lists(kind.Name()))
		require.Equal(t, limit, client.LookupLimit(kind.Name()))
	}
	require.False(t, client.Lists("resource_other"))
}

// An id that would be a pattern, or several, is not sent, and nothing keeps the others
// from being known. It is not called absent: nobody has asked.
func TestLookupOfWhatIsNoID(t *testing.T) {
	t.Parallel()
	for name, of := range kinds {
		w := newWorld(t, crowd(3))
		for _, odd := range []string{"", "*", "a,b", "a'b", "a b", "ü", "a*b"} {
			existing, err := w.open().Lookup(t.Context(), scopeOf(of.kind), []string{odd})
			require.NoError(t, err, name)
			require.Equal(t, []string{odd}, existing)
			require.Zero(t, w.count(of.action), name)
		}
		there, gone := uuid(of.sort, 1), uuid(of.sort, 1_000)
		existing, err := w.open().Lookup(t.Context(), scopeOf(of.kind), []string{gone, "a,b", there})
		require.NoError(t, err, name)
		require.ElementsMatch(t, []string{"a,b", there}, existing, name)
	}
}

// Only an answer that says so makes a resource absent.
func TestLookupAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	id := uuid('h', 1)
	entry := `{"servers":[{"id":"` + id + `",%s}]}`
	for name, test := range map[string]struct {
		kind *resource.Kind
		body string
		want cloud.Class // "" for absent
	}{
		"no list of servers":                {resource.HostKind, `{}`, cloud.BadAnswer},
		"no list of volumes":                {resource.DiskKind, `{"count":0}`, cloud.BadAnswer},
		"no list of instances":              {resource.DatabaseKind, `{"total_count":0}`, cloud.BadAnswer},
		"no list of balancers":              {resource.LoadBalancerKind, `{"page_info":{}}`, cloud.BadAnswer},
		"no list of caches":                 {resource.CacheKind, `{"instance_num":0}`, cloud.BadAnswer},
		"no number of caches":               {resource.CacheKind, `{"instances":[]}`, cloud.BadAnswer},
		"more caches than listed":           {resource.CacheKind, `{"instances":[],"instance_num":1}`, cloud.BadAnswer},
		"another cache":                     {resource.CacheKind, `{"instances":[{"instance_id":"other"}],"instance_num":1}`, cloud.BadAnswer},
		"no cache":                          {resource.CacheKind, `{"instances":[],"instance_num":0}`, ""},
		"no document":                       {resource.HostKind, ``, cloud.BadAnswer},
		"null":                              {resource.HostKind, `null`, cloud.BadAnswer},
		"balancers on another page":         {resource.LoadBalancerKind, `{"loadbalancers":[],"page_info":{"next_marker":"e"}}`, cloud.BadAnswer},
		"an empty list of servers":          {resource.HostKind, `{"servers":[]}`, ""},
		"more servers than listed":          {resource.HostKind, `{"servers":[],"count":1}`, cloud.BadAnswer},
		"more volumes than listed":          {resource.DiskKind, `{"volumes":[],"count":1}`, cloud.BadAnswer},
		"more instances than listed":        {resource.DatabaseKind, `{"instances":[],"total_count":1}`, cloud.BadAnswer},
		"another server":                    {resource.HostKind, `{"servers":[{"id":"other","status":"ACTIVE"}]}`, cloud.BadAnswer},
		"another volume":                    {resource.DiskKind, `{"volumes":[{"id":"other"}]}`, cloud.BadAnswer},
		"another instance":                  {resource.DatabaseKind, `{"instances":[{"id":"other"}]}`, cloud.BadAnswer},
		"another balancer":                  {resource.LoadBalancerKind, `{"loadbalancers":[{"id":"other"}]}`, cloud.BadAnswer},
		"neither status nor fault":          {resource.HostKind, fmt.Sprintf(entry, `"fault":null`), cloud.BadAnswer},
		"a fault 404":                       {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":404}`), ""},
		"a fault 404, and an odd status":    {resource.HostKind, fmt.Sprintf(entry, `"status":{"is":"ACTIVE"},"fault":{"code":404}`), "exists"},
		"a fault 404 as a text":             {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":"404"}`), ""},
		"a fault without a code":            {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"message":"Instance could not be found"}`), ""},
		"a fault that is a text":            {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":"Instance could not be found"`), ""},
		"a fault that says no more":         {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{}`), cloud.BadAnswer},
		"a fault without a code, of more":   {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":null,"message":"Instance NOT FOUND"}`), ""},
		"another fault without a code":      {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"message":"The service is busy"}`), cloud.BadAnswer},
		"another fault that is a text":      {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":"internal error"`), cloud.BadAnswer},
		"a fault that is a number":          {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":404`), cloud.BadAnswer},
		"a fault 500":                       {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":500}`), cloud.Unavailable},
		"a fault 403":                       {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":403}`), cloud.Denied},
		"a fault whose code is no code":     {resource.HostKind, fmt.Sprintf(entry, `"status":null,"fault":{"code":[1]}`), cloud.BadAnswer},
		"a broken server, which has faults": {resource.HostKind, fmt.Sprintf(entry, `"status":"ERROR","fault":{"code":500}`), "exists"},
	} {
		w := newWorld(t, fake.Region{})
		for _, of := range kinds {
			w.Record(of.action, []byte(test.body))
		}
		existing, err := w.open().Lookup(t.Context(), scopeOf(test.kind), []string{id})
		switch test.want {
		case "":
			require.NoError(t, err, name)
			require.Empty(t, existing, name)
		case "exists":
			require.NoError(t, err, name)
			require.Equal(t, []string{id}, existing, name)
		default:
			require.Error(t, err, name)
			classed(t, test.want, err)
		}
	}
}

// An answer that is a page of what was asked for makes nothing absent, and an answer
// without the absent ones does.
func TestLookupOfHostsByPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(60))
	w.PageSize = 25
	var asked, there []string
	for i := range 100 {
		asked = append(asked, uuid('h', i))
	}
	there = asked[:60]
	existing, err := w.open().Lookup(t.Context(), scopeOf(resource.HostKind), asked)
	require.NoError(t, err)
	require.ElementsMatch(t, there, existing)
	require.Equal(t, 4, w.count("ListServersDetails"))

	w.settings.Endpoint = withoutFaults(t, w)
	existing, err = w.open().Lookup(t.Context(), scopeOf(resource.HostKind), asked)
	require.NoError(t, err)
	require.ElementsMatch(t, there, existing)
}

// So it is with pages of one, whatever the kind: what is on another page is not absent.
func TestLookupByPages(t *testing.T) {
	t.Parallel()
	for name, of := range kinds {
		w := newWorld(t, crowd(5))
		w.PageSize = 1
		sort := of.sort
		there := []string{uuid(sort, 1), uuid(sort, 3), uuid(sort, 4)}
		existing, err := w.open().Lookup(t.Context(), scopeOf(of.kind), append([]string{uuid(sort, 1_000)}, there...))
		require.NoError(t, err, name)
		require.ElementsMatch(t, there, existing, name)
	}
}

// withoutFaults is a server that leaves out what there is not.
func withoutFaults(t *testing.T, w world) (endpoint string) {
	t.Helper()
	whole := huaweifake.New(w.Cloud)
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if ids := query.Get("server_id"); ids != "" {
			there := slices.DeleteFunc(strings.Split(ids, ","), func(id string) bool { return id >= uuid('h', 60) })
			if len(there) == 0 {
				_, _ = out.Write([]byte(`{"count":0,"servers":[]}`))
				return
			}
			query.Set("server_id", strings.Join(there, ","))
			r.URL.RawQuery = query.Encode()
		}
		whole.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
