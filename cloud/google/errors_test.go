package google_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/resource"
)

// The actions of each kind.
const (
	instanceList    = "compute.instances.aggregatedList"
	machineTypeList = "compute.machineTypes.list"
	diskList        = "compute.disks.aggregatedList"
	ruleList        = "compute.forwardingRules.aggregatedList"
	regionList      = "compute.regions.list"
	databaseList    = "sql.instances.list"
	tierList        = "sql.tiers.list"
	redisList       = "redis.projects.locations.instances.list"
	clusterList     = "redis.projects.locations.clusters.list"
	valkeyList      = "memorystore.projects.locations.instances.list"
	projectGet      = "cloudresourcemanager.projects.get"
	networkList     = "compute.networks.list"
	subnetworkList  = "compute.subnetworks.aggregatedList"
	firewallList    = "compute.firewalls.list"
	addressList     = "compute.addresses.aggregatedList"
	routerList      = "compute.routers.aggregatedList"
	snapshotList    = "compute.snapshots.list"
	regionSnapshots = "compute.regionSnapshots.list"
	imageList       = "compute.images.list"
	gkeList         = "container.projects.locations.clusters.list"
	bucketList      = "storage.buckets.list"
	certificateList = "compute.sslCertificates.aggregatedList"
	managerList     = "certificatemanager.projects.locations.certificates.list"
)

var actions = map[resource.Scope][]string{
	hostScope:     {instanceList, machineTypeList, regionList},
	diskScope:     {diskList, instanceList},
	balancerScope: {ruleList},
	databaseScope: {databaseList, tierList},
	cacheScope:    {redisList, clusterList, valkeyList, "redis.projects.locations.list", "memorystore.projects.locations.list"},

	vpcScope: {networkList}, subnetScope: {subnetworkList}, groupScope: {firewallList}, addressScope: {addressList}, natScope: {routerList, addressList},
	snapshotScope: {snapshotList, regionSnapshots}, imageScope: {imageList}, gkeScope: {gkeList}, bucketScope: {bucketList},
	certificateScope: {certificateList, managerList, "certificatemanager.projects.locations.list"},
}

// later are lists that are read after others of their kind; the latter's rows are there.
var later = []string{clusterList, valkeyList, "memorystore.projects.locations.list", regionSnapshots, managerList, "certificatemanager.projects.locations.list"}

// apart says that an action's API may be off, where it has nothing: see TestValkeyIsEnabledApart.
func apart(action string) bool {
	return strings.HasPrefix(action, "memorystore") || strings.HasPrefix(action, "certificatemanager")
}

// requireClass returns the pause that the error asks for.
func requireClass(t *testing.T, class cloud.Class, err error) (retryAfter time.Duration) {
	t.Helper()
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, class, failure.Class, err.Error())
	return failure.RetryAfter
}

// requireClean sees to it that an error shows nothing that is nobody's business.
func requireClean(t *testing.T, err error) {
	t.Helper()
	for _, hidden := range []string{secret, "fake-token-of-", "planted", "Bearer", "pageToken=", "fields=", googlefake.Secret} {
		require.NotContains(t, err.Error(), hidden)
	}
	require.NotContains(t, err.Error(), "\n")
}

// body is an error in the form of Compute Engine.
func body(reason string) string {
	return `{"error":{"code":403,"message":"It went wrong.","errors":[{"message":"It went wrong.","domain":"global","reason":"` + reason + `"}]}}`
}

// detailed is one in the newer form.
func detailed(status, reason, more string) string {
	return `{"error":{"code":403,"message":"It went wrong.","status":"` + status + `","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `"}` + more + `]}}`
}

func TestErrorsOfLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
		wait  time.Duration
	}{
		"credential":                   {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential, 0},
		"token without a scope":        {fake.Fault{Status: 403, Body: detailed("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "")}, cloud.Denied, 0},
		"unknown 401":                  {fake.Fault{Status: 401, Body: `{}`}, cloud.InvalidCredential, 0},
		"denied":                       {fake.Fault{Verdict: fake.Denied}, cloud.Denied, 0},
		"denied by IAM":                {fake.Fault{Status: 403, Body: detailed("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "")}, cloud.Denied, 0},
		"a perimeter":                  {fake.Fault{Status: 403, Body: body("vpcServiceControls")}, cloud.Denied, 0},
		"API that is not enabled":      {fake.Fault{Status: 403, Body: body("accessNotConfigured")}, cloud.Denied, 0},
		"unknown 403":                  {fake.Fault{Status: 403, Body: `no JSON`}, cloud.Denied, 0},
		"403 that is throttled":        {fake.Fault{Verdict: fake.Throttled, RetryAfter: 7 * time.Second}, cloud.Throttled, 7 * time.Second},
		"403 without a time":           {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled, time.Second},
		"403 rateLimitExceeded alone":  {fake.Fault{Status: 403, Body: body("rateLimitExceeded")}, cloud.Throttled, time.Second},
		"403 userRateLimitExceeded":    {fake.Fault{Status: 403, Body: body("userRateLimitExceeded")}, cloud.Throttled, time.Second},
		"403 RATE_LIMIT_EXCEEDED":      {fake.Fault{Status: 403, Body: detailed("PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED", "")}, cloud.Throttled, time.Second},
		"429 with a time":              {fake.Fault{Status: 429, Body: detailed("RESOURCE_EXHAUSTED", "", `,{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2.5s"}`)}, cloud.Throttled, 2500 * time.Millisecond},
		"unknown 429":                  {fake.Fault{Status: 429, Body: `[]`}, cloud.Throttled, time.Second},
		"project gone":                 {fake.Fault{Status: 404, Body: body("notFound")}, cloud.NotFound, 0},
		"server error":                 {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable, 0},
		"bad gateway":                  {fake.Fault{Status: 502, Body: "<html>"}, cloud.Unavailable, 0},
		"gateway time-out":             {fake.Fault{Status: 504, Body: detailed("DEADLINE_EXCEEDED", "", "")}, cloud.Timeout, 0},
		"cut short":                    {fake.Fault{Body: `{"items":[`, Truncated: true}, cloud.Unavailable, 0},
		"half a document":              {fake.Fault{Body: `{"items":[`}, cloud.BadAnswer, 0},
		"no content":                   {fake.Fault{Status: 204, Truncated: false, Body: " "}, cloud.BadAnswer, 0},
		"null":                         {fake.Fault{Body: `null`}, cloud.BadAnswer, 0},
		"a list":                       {fake.Fault{Body: `[]`}, cloud.BadAnswer, 0},
		"white space":                  {fake.Fault{Body: ` `}, cloud.BadAnswer, 0},
		"an empty document of no type": {fake.Fault{Body: `{}`}, cloud.BadAnswer, 0},
		"HTML":                         {fake.Fault{Body: `<html>maintenance</html>`}, cloud.BadAnswer, 0},
		"redirection":                  {fake.Fault{Status: 302, Body: `moved`}, cloud.BadAnswer, 0},
	} {
		for scope, actions := range actions {
			for _, action := range actions {
				if name == "API that is not enabled" && apart(action) {
					continue
				}
				t.Run(name+"/"+action+" for "+scope.Kind, func(t *testing.T) {
					t.Parallel()
					c, settings := setup(t)
					fault := test.fault
					fault.Action = action
					c.Break(fault)
					rows, err := listUntil(t, open(settings), scope)
					require.Equal(t, test.wait, requireClass(t, test.class, err))
					requireClean(t, err)
					if !slices.Contains(later, action) {
						require.Empty(t, rows, "nothing half-done")
					}
				})
			}
		}
	}
}

// listUntil lists a scope to its end, or to an error.
func listUntil(t *testing.T, provider cloud.Provider, scope resource.Scope) (rows []resource.Row, err error) {
	t.Helper()
	for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
		page, err := provider.List(t.Context(), scope, cursor)
		if err != nil {
			return rows, err
		}
		rows, cursor = append(rows, page.Rows...), page.Next
	}
	return rows, nil
}

// The lists of Compute Engine and Cloud SQL say what they are; those of Memorystore do not.
func TestAnEmptyListSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for action, test := range map[string]struct {
		scope resource.Scope
		kind  string
	}{
		instanceList: {hostScope, "compute#instanceAggregatedList"}, diskList: {diskScope, "compute#diskAggregatedList"},
		ruleList: {balancerScope, "compute#forwardingRuleAggregatedList"}, databaseList: {databaseScope, "sql#instancesList"},
		networkList: {vpcScope, "compute#networkList"}, subnetworkList: {subnetScope, "compute#subnetworkAggregatedList"}, firewallList: {groupScope, "compute#firewallList"},
		addressList: {addressScope, "compute#addressAggregatedList"}, routerList: {natScope, "compute#routerAggregatedList"}, imageList: {imageScope, "compute#imageList"},
		bucketList: {bucketScope, "storage#buckets"},
	} {
		c, settings := setup(t)
		c.Record(action, []byte(`{"kind":"`+test.kind+`"}`))
		require.Empty(t, listAll(t, open(settings), test.scope), action)
		c.Record(action, []byte(`{"kind":"another#list","items":[]}`))
		_, err := open(settings).List(t.Context(), test.scope, "")
		requireClass(t, cloud.BadAnswer, err)
		_, err = open(settings).Lookup(t.Context(), test.scope, []string{"1"})
		requireClass(t, cloud.BadAnswer, err)
	}
}

// An answer of some server that is no JSON by its own word is no list, whatever is in it.
func TestAnAnswerIsJSON(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	c.Add(account())
	healthy := googlefake.New(c)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/"+region+"/instances") {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`{}`))
			return
		}
		healthy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	_, err := open(settingsFor(server.URL)).List(t.Context(), cacheScope, "")
	requireClass(t, cloud.BadAnswer, err)
	require.ErrorContains(t, err, `no JSON, but "text/html"`)
}

// A project that never enabled Valkey's API has no caches of it, and the others are listed. A
// look-up cannot know, and only what could be there is asked for.
func TestValkeyIsEnabledApart(t *testing.T) {
	t.Parallel()
	for _, code := range []string{body("accessNotConfigured"), detailed("PERMISSION_DENIED", "SERVICE_DISABLED", "")} {
		for _, action := range []string{"certificatemanager.projects.locations.list", managerList} {
			c, settings := setup(t)
			c.Break(fake.Fault{Action: action, Status: 403, Body: code})
			provider := open(settings)
			require.Len(t, listAll(t, provider, certificateScope), 2)
			_, err := provider.Lookup(t.Context(), certificateScope, []string{"projects/demo-project/locations/europe-west1/certificates/gone"})
			requireClass(t, cloud.RegionDisabled, err)
		}
		for _, action := range []string{"memorystore.projects.locations.list", valkeyList} {
			c, settings := setup(t)
			c.Break(fake.Fault{Action: action, Status: 403, Body: code})
			provider := open(settings)
			require.Len(t, listAll(t, provider, cacheScope), 2)
			existing, err := provider.Lookup(t.Context(), cacheScope, []string{"clusters/gone", "projects/demo-project/locations/europe-west1/instances/gone"})
			require.NoError(t, err)
			require.Empty(t, existing)
			_, err = provider.Lookup(t.Context(), cacheScope, []string{"instances/gone"})
			requireClass(t, cloud.RegionDisabled, err)
		}
		c, settings := setup(t)
		c.Break(fake.Fault{Action: redisList, Status: 403, Body: code})
		_, err := open(settings).List(t.Context(), cacheScope, "")
		requireClass(t, cloud.Denied, err)
	}
}

// A region that the project, or a product, does not have is no empty one.
func TestARegionThatThereIsNot(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	for _, scope := range allScopes {
		elsewhere := scopeOf(scope.Kind, "mars-north1")
		_, err := provider.List(t.Context(), elsewhere, "")
		requireClass(t, cloud.RegionDisabled, err)
		_, err = provider.Lookup(t.Context(), elsewhere, []string{"projects/p"})
		if scope != hostScope && scope != diskScope && scope != balancerScope && scope != databaseScope {
			requireClass(t, cloud.RegionDisabled, err)
		}
	}
	require.NotContains(t, calls(c), redisList, "no such location is asked")
}

func TestErrorsOfTokens(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"unknown account": {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"wrong secret":    {fake.Fault{Status: 401, Body: `{"error":"invalid_client","error_description":"Unauthorized"}`}, cloud.InvalidCredential},
		"throttled":       {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"server error":    {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"cut short":       {fake.Fault{Body: `{"access_`, Truncated: true}, cloud.Unavailable},
		"no token":        {fake.Fault{Body: `{}`}, cloud.BadAnswer},
		"no JSON":         {fake.Fault{Body: `<html>`}, cloud.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			fault := test.fault
			fault.Action = "token"
			c.Break(fault)
			_, err := open(settings).Regions(t.Context())
			requireClass(t, test.class, err)
			require.NotContains(t, err.Error(), "default chain")
			requireClean(t, err)
		})
	}
}

// A token that is refused is not used again.
func TestARefusedTokenIsAskedForAnew(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	listAll(t, provider, hostScope)
	require.Equal(t, 1, calls(c)["token"], "one for all calls")
	c.Break(fake.Fault{Action: instanceList, Verdict: fake.InvalidCredential, Times: 1})
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	listAll(t, provider, hostScope)
	require.Equal(t, 2, calls(c)["token"])
}

// external-dns #2858, #3997: a time-out led to mass deletion. Here it is an error, and comes in
// time.
func TestSlowAnswersEndWithTheContext(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"token", projectGet, regionList, instanceList, machineTypeList} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Break(fake.Fault{Action: action, Delay: 3 * time.Second})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := open(settings).List(ctx, hostScope, "")
			requireClass(t, cloud.Timeout, err)
			require.Less(t, time.Since(began), 2*time.Second)
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := open(settingsFor(server.URL)).Regions(t.Context())
	requireClass(t, cloud.Unavailable, err)
	requireClean(t, err)
}

// A credential that does not see the project, or whose project is to be deleted, is none of the
// account. An API that is not enabled is another matter.
func TestIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
		says  string
	}{
		"denied":       {fake.Fault{Status: 403, Body: detailed("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "")}, cloud.InvalidCredential, "does not see project demo-project: correct account_id"},
		"unknown":      {fake.Fault{Status: 404, Body: body("notFound")}, cloud.InvalidCredential, "does not see project"},
		"not enabled":  {fake.Fault{Status: 403, Body: detailed("PERMISSION_DENIED", "SERVICE_DISABLED", "")}, cloud.Denied, "It went wrong."},
		"throttled":    {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled, "RATE_LIMIT_EXCEEDED"},
		"server error": {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable, ""},
	} {
		c, settings := setup(t)
		fault := test.fault
		fault.Action = projectGet
		c.Break(fault)
		_, err := open(settings).List(t.Context(), hostScope, "")
		requireClass(t, test.class, err)
		require.ErrorContains(t, err, test.says, name)
		require.NotContains(t, calls(c), instanceList, name)
	}
	for answer, says := range map[string]string{
		`{"projectId":"another","state":"ACTIVE"}`:                "is of account another, the configuration says account_id demo-project",
		`{"projectId":"demo-project","state":"DELETE_REQUESTED"}`: `is in state "DELETE_REQUESTED"`,
	} {
		c, settings := setup(t)
		c.Record(projectGet, []byte(answer))
		_, err := open(settings).List(t.Context(), hostScope, "")
		requireClass(t, cloud.InvalidCredential, err)
		require.ErrorContains(t, err, says)
	}
	c, settings := setup(t)
	c.Record(projectGet, []byte(`{}`))
	_, err := open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.BadAnswer, err)
}

// What a document of a credential has in it is told to nobody.
func TestDocumentsOfNoCredential(t *testing.T) {
	t.Parallel()
	for document, says := range map[string]string{
		"planted":           "no JSON document",
		`{"type":"planted"`: "no JSON document",
		`{}`:                `type "", which is none of`,
		`{"type":"gdch_service_account","private_key":"planted"}`:                                  `type "gdch_service_account", which is none of`,
		`{"installed":{"client_id":"planted","redirect_uris":["x"]}}`:                              `type "", which is none of`,
		`{"type":"service_account","client_email":"a@b","private_key":"planted"}`:                  "",
		`{"type":"impersonated_service_account","source_credentials":{"refresh_token":"planted"}}`: "",
	} {
		_, settings := setup(t)
		file := filepath.Join(t.TempDir(), "key.json")
		require.NoError(t, os.WriteFile(file, []byte(document), 0o600))
		settings.Credential.Key = cloud.SecretDocument(file)
		_, err := open(settings).Regions(t.Context())
		requireClass(t, cloud.InvalidCredential, err)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "planted")
		require.NotContains(t, err.Error(), "default chain")
	}
}
