package huawei_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// Every fault, of every kind, in a listing that begins, in one that goes on, and in a
// lookup. A denied region is an error and never an empty list (cartography #1398,
// #2658), and so is a time-out (external-dns #2858).
func TestFaultsHaveClasses(t *testing.T) {
	t.Parallel()
	html := "<html><body>Bad Gateway" + string(make([]byte, 5_000)) + "</body></html>"
	for name, test := range map[string]struct {
		fault fake.Fault
		want  cloud.Class
	}{
		"denied":                    {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"an invalid credential":     {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"a disabled region":         {fake.Fault{Verdict: fake.RegionDisabled}, cloud.RegionDisabled},
		"throttled":                 {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"an error of the server":    {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"a page of a proxy":         {fake.Fault{Body: html, Status: http.StatusBadGateway}, cloud.Unavailable},
		"too late":                  {fake.Fault{Body: html, Status: http.StatusGatewayTimeout}, cloud.Timeout},
		"a page instead of data":    {fake.Fault{Body: html}, cloud.BadAnswer},
		"a redirection":             {fake.Fault{Body: "{}", Status: http.StatusFound}, cloud.BadAnswer},
		"cut short":                 {fake.Fault{Body: `{"count":1,"servers":[{"id":`, Truncated: true}, cloud.Unavailable},
		"cut short before anything": {fake.Fault{Truncated: true}, cloud.Unavailable},
		"half a document":           {fake.Fault{Body: `{"count":1,"servers":[{"id":`}, cloud.BadAnswer},
		"an empty document":         {fake.Fault{Body: " "}, cloud.BadAnswer},
		"null":                      {fake.Fault{Body: "null"}, cloud.BadAnswer},
		"an empty object":           {fake.Fault{Body: "{}"}, cloud.BadAnswer},
		"a list":                    {fake.Fault{Body: "[]"}, cloud.BadAnswer},
		"401 alone":                 {fake.Fault{Body: "{}", Status: http.StatusUnauthorized}, cloud.InvalidCredential},
		"403 alone":                 {fake.Fault{Body: "{}", Status: http.StatusForbidden}, cloud.Denied},
		"429 alone":                 {fake.Fault{Body: "{}", Status: http.StatusTooManyRequests}, cloud.Throttled},
		"503 alone":                 {fake.Fault{Body: "{}", Status: http.StatusServiceUnavailable}, cloud.Unavailable},
		"a code of the gateway":     {fake.Fault{Body: `{"error_code":"APIG.0308","error_msg":"slow down"}`, Status: http.StatusForbidden}, cloud.Throttled},
		"another region's token":    {fake.Fault{Body: `{"error_code":"APIGW.0307","error_msg":"The token must be updated."}`, Status: http.StatusUnauthorized}, cloud.InvalidCredential},
		"a forbidden region":        {fake.Fault{Body: `{"error_code":"APIGW.0802","error_msg":"The IAM user is forbidden"}`, Status: http.StatusForbidden}, cloud.Denied},
		"a policy":                  {fake.Fault{Body: `{"error":{"code":"PAP5.0001","message":"access denied"}}`, Status: http.StatusBadRequest}, cloud.Denied},
		"no permission, with 400":   {fake.Fault{Body: `{"error":{"code":"Ecs.0003","message":"You do not have permission"}}`, Status: http.StatusBadRequest}, cloud.Denied},
		"no such API":               {fake.Fault{Body: `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`, Status: http.StatusNotFound}, cloud.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, crowd(4))
			w.PageSize = 2
			for title, of := range kinds {
				client := w.open()
				first, err := client.List(t.Context(), scopeOf(of.kind), "")
				require.NoError(t, err, title)
				fault := test.fault
				fault.Action = of.action
				w.Break(fault)
				page, err := client.List(t.Context(), scopeOf(of.kind), "")
				classed(t, test.want, err)
				require.Empty(t, page, title)
				require.Less(t, len(err.Error()), 700, "a page of HTML is no message")
				if goesOn(first.Next) {
					_, err = client.List(t.Context(), scopeOf(of.kind), first.Next)
					classed(t, test.want, err)
				}
				existing, err := client.Lookup(t.Context(), scopeOf(of.kind), []string{uuid(of.sort, 1)})
				classed(t, test.want, err)
				require.Empty(t, existing, title)
				w.Mend()
				require.Len(t, rowsOf(list(t, client, of.kind)), 4)
			}
		})
	}
}

// goesOn says that a cursor goes on with the first list of its kind.
func goesOn(cursor string) bool { return cursor != "" && !strings.HasPrefix(cursor, "1+") }

// A position that the API does not take any more begins the listing anew; so does what
// it refuses only then.
func TestExpiredPositions(t *testing.T) {
	t.Parallel()
	for title, of := range kinds {
		w := newWorld(t, crowd(max(4, of.perPage+1)))
		if of.perPage == 0 {
			w.PageSize = 2
		}
		first, err := w.open().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err, title)
		for _, fault := range []fake.Fault{
			{Verdict: fake.ExpiredCursor},
			{Body: `{"error":{"code":"Some.0404","message":"not found"}}`, Status: http.StatusNotFound},
			{Body: `{"error_code":"Some.0001","error_msg":"invalid marker"}`, Status: http.StatusBadRequest},
		} {
			fault.Action, fault.Cursor = of.action, true
			w.Break(fault)
			if goesOn(first.Next) {
				_, err = w.open().List(t.Context(), scopeOf(of.kind), first.Next)
				classed(t, cloud.ExpiredCursor, err)
			}
			w.Mend()
		}
		w.Break(fake.Fault{Action: of.action, Body: `{"error_code":"Some.0001","error_msg":"invalid"}`, Status: http.StatusBadRequest})
		_, err = w.open().List(t.Context(), scopeOf(of.kind), "")
		classed(t, cloud.BadAnswer, err)
	}
}

// How long to wait is told in the header that HTTP has for it.
func TestThrottledSaysHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListServersDetails", Verdict: fake.Throttled, RetryAfter: 7 * time.Second})
	_, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.Throttled, err)
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, 7*time.Second, failure.RetryAfter)
}

// A call ends with its context, which the SDK knows nothing of.
func TestCallsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	actions := []string{"KeystoneListProjects"}
	for _, of := range kinds {
		actions = append(actions, of.action)
	}
	for _, action := range actions {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, all())
			w.Break(fake.Fault{Action: action, Delay: 5 * time.Minute})
			for _, of := range kinds {
				if action != "KeystoneListProjects" && of.action != action {
					continue
				}
				began := time.Now()
				_, err := w.open().List(within(t, 100*time.Millisecond), scopeOf(of.kind), "")
				classed(t, cloud.Timeout, err)
				require.Less(t, time.Since(began), 20*time.Second)

				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
				began = time.Now()
				_, err = w.open().Lookup(ctx, scopeOf(of.kind), []string{uuid('x', 1)})
				classed(t, cloud.Unavailable, err)
				require.Less(t, time.Since(began), 20*time.Second)
			}
		})
	}
}

// A value that makes no sense costs its row.
func TestAbsurdValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind  string
		entry string
		names string // what the error has to name
	}{
		"a negative number of CPUs":         {"hosts", `"flavor":{"vcpus":"-2"}`, "flavor.vcpus"},
		"CPUs in words":                     {"hosts", `"flavor":{"vcpus":"two"}`, "flavor.vcpus"},
		"too much memory":                   {"hosts", `"flavor":{"ram":"1e30"}`, "flavor.ram"},
		"more than is thinkable":            {"hosts", `"flavor":{"ram":"9223372036854775807"}`, "flavor.ram"},
		"memory that is not whole":          {"hosts", `"flavor":{"ram":0.5}`, "flavor.ram"},
		"created some time":                 {"hosts", `"created":"yesterday"`, "created"},
		"addresses in a text":               {"hosts", `"addresses":"10.0.0.1"`, "addresses"},
		"a name that is an object":          {"hosts", `"name":{}`, "name"},
		"a negative size":                   {"disks", `"size":-1`, "size"},
		"a size beyond all":                 {"disks", `"size":1e30`, "size"},
		"a size in words":                   {"disks", `"size":"big"`, "size"},
		"a time without a date":             {"disks", `"created_at":"10:30"`, "created_at"},
		"negative CPUs":                     {"databases", `"cpu":"-1"`, "cpu"},
		"memory that is no number":          {"databases", `"mem":"NaN"`, "mem"},
		"infinite memory":                   {"databases", `"mem":"+Inf"`, "mem"},
		"a negative port":                   {"databases", `"port":-3306`, "port"},
		"a negative storage":                {"databases", `"volume":{"size":-5}`, "volume.size"},
		"an expiry in words":                {"databases", `"expiration_time":"never"`, "expiration_time"},
		"a negative capacity":               {"caches", `"capacity":-1`, "capacity"},
		"a capacity in words":               {"caches", `"capacity":0,"capacity_minor":"small"`, "capacity_minor"},
		"a port beyond all":                 {"caches", `"port":70000`, "port"},
		"a cache made some time":            {"caches", `"created_at":"2024"`, "created_at"},
		"a balancer made some time":         {"load balancers", `"created_at":"2024"`, "created_at"},
		"zones in a text":                   {"load balancers", `"availability_zone_list":"a,b"`, "availability_zone_list"},
		"a VPC made some time":              {"VPCs", `"created_at":"2024"`, "created_at"},
		"ranges in a text":                  {"VPCs", `"extend_cidrs":"10.0.0.0/8"`, "extend_cidrs"},
		"a group made some time":            {"security groups", `"created_at":"2024"`, "created_at"},
		"an IP made some time":              {"elastic IPs", `"created_at":"2024"`, "created_at"},
		"a bandwidth in words":              {"elastic IPs", `"bandwidth":{"size":"broad"}`, "bandwidth.size"},
		"a gateway made some time":          {"NAT gateways", `"created_at":"2024"`, "created_at"},
		"a snapshot made some time":         {"snapshots", `"created_at":"2024"`, "created_at"},
		"a negative snapshot":               {"snapshots", `"size":-1`, "size"},
		"an image made some time":           {"images", `"created_at":"2024"`, "created_at"},
		"an image's size in words":          {"images", `"min_disk":"big"`, "min_disk"},
		"tags that are no texts":            {"images", `"tags":[{"key":"a"}]`, "tags[0]"},
		"a cluster made some time":          {"clusters", `"metadata":{"uid":"the-bad-one","creationTimestamp":"2024"}`, "metadata.creationTimestamp"},
		"endpoints in a text":               {"clusters", `"status":{"endpoints":"https://a"}`, "status.endpoints"},
		"a certificate made some time":      {"certificates", `"created_at":"2024"`, "created_at"},
		"a certificate that ends some time": {"certificates", `"expire_time":"soon"`, "expire_time"},
		"a subnet made some time":           {"subnets", `"created_at":"2024"`, "created_at"},
		"a range that is a text":            {"subnets", `"subnet_cidrs":["10.0.0.0/8"]`, "subnet_cidrs[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fake.Region{})
			w.Record("ListVolumes", []byte(`{"count":0,"volumes":[]}`))
			of := kinds[test.kind]
			w.Record(of.action, fmt.Appendf(nil, `{"count":2,"total_count":2,"instance_num":2,%q:[%s,%s]}`, of.list, of.element("fine", `"a":1`), of.element("the-bad-one", test.entry)))
			page, err := w.open().List(t.Context(), scopeOf(of.kind), "")
			require.NoError(t, err)
			require.Len(t, page.Rows, 1, "the other is a row")
			require.Len(t, page.Problems, 1)
			require.Equal(t, "the-bad-one", page.Problems[0].NativeID)
			require.Contains(t, page.Problems[0].Text, `"the-bad-one": `+test.names+" makes no sense: ")
		})
	}
	w := newWorld(t, fake.Region{})
	for name, body := range map[string]string{"hosts": `{"count":-1,"servers":[]}`, "disks": `{"count":-1,"volumes":[]}`, "databases": `{"total_count":-1,"instances":[]}`, "caches": `{"instance_num":-1,"instances":[]}`} {
		w.Record(kinds[name].action, []byte(body))
		_, err := w.open().List(t.Context(), scopeOf(kinds[name].kind), "")
		classed(t, cloud.BadAnswer, err)
	}
	_, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.BadAnswer, err)
}

// A document that the SDK cannot read is not quoted: user data may be in what it quotes.
func TestAnswersAreNotQuoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListVolumes", []byte(`{"count":0,"volumes":[]}`))
	w.Record("ListServersDetails", []byte(`{"servers":{"id":"h","OS-EXT-SRV-ATTR:user_data":"PlantedUserData"}}`))
	_, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.BadAnswer, err)
	require.NotContains(t, err.Error(), "Planted")
	w.Record("ListServersDetails", []byte(`{"count":1,"servers":[{"id":"h","OS-EXT-SRV-ATTR:user_data":"PlantedUserData","created":"x"}]}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{NativeID: "h", Text: `server "h": created makes no sense: "x"`}}, page.Problems)
}
