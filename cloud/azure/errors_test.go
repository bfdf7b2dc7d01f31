package azure_test

import (
	"context"
	"errors"
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
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

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
	for _, hidden := range []string{clientSecret, "fake-token-of-", "Bearer", "skiptoken=", "api-version", azurefake.Secret} {
		require.NotContains(t, err.Error(), hidden)
	}
	require.NotContains(t, err.Error(), "\n")
}

func armBody(code string) string {
	return `{"error":{"code":"` + code + `","message":"It went wrong."}}`
}

func TestErrorsOfLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
		wait  time.Duration
	}{
		"credential":                {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential, 0},
		"token of another tenant":   {fake.Fault{Status: 401, Body: armBody("InvalidAuthenticationTokenTenant")}, cloud.InvalidCredential, 0},
		"unknown 401":               {fake.Fault{Status: 401, Body: `{}`}, cloud.InvalidCredential, 0},
		"denied":                    {fake.Fault{Verdict: fake.Denied}, cloud.Denied, 0},
		"linked":                    {fake.Fault{Status: 403, Body: armBody("LinkedAuthorizationFailed")}, cloud.Denied, 0},
		"unknown 403":               {fake.Fault{Status: 403, Body: `no JSON`}, cloud.Denied, 0},
		"throttled":                 {fake.Fault{Verdict: fake.Throttled, RetryAfter: 7 * time.Second}, cloud.Throttled, 7 * time.Second},
		"throttled, nothing told":   {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled, time.Second},
		"operation not allowed 429": {fake.Fault{Status: 429, Body: armBody("OperationNotAllowed")}, cloud.Throttled, time.Second},
		"region disabled":           {fake.Fault{Verdict: fake.RegionDisabled}, cloud.RegionDisabled, 0},
		"invalid location":          {fake.Fault{Status: 400, Body: armBody("InvalidLocation")}, cloud.RegionDisabled, 0},
		"not registered":            {fake.Fault{Status: 409, Body: armBody("MissingSubscriptionRegistration")}, cloud.RegionDisabled, 0},
		"subscription gone":         {fake.Fault{Status: 404, Body: armBody("SubscriptionNotFound")}, cloud.NotFound, 0},
		"server error":              {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable, 0},
		"bad gateway":               {fake.Fault{Status: 502, Body: "<html>"}, cloud.Unavailable, 0},
		"gateway time-out":          {fake.Fault{Status: 504, Body: armBody("GatewayTimeout")}, cloud.Timeout, 0},
		"expired cursor":            {fake.Fault{Verdict: fake.ExpiredCursor}, cloud.ExpiredCursor, 0},
		"cursor in other words":     {fake.Fault{Status: 400, Body: `{"error":{"code":"BadRequest","message":"The $skipToken is invalid."}}`}, cloud.ExpiredCursor, 0},
		"cut short":                 {fake.Fault{Body: `{"value":[`, Truncated: true}, cloud.Unavailable, 0},
		"half a document":           {fake.Fault{Body: `{"value":[`}, cloud.BadAnswer, 0},
		"no list":                   {fake.Fault{Body: `{}`}, cloud.BadAnswer, 0},
		"null":                      {fake.Fault{Body: `null`}, cloud.BadAnswer, 0},
		"null for a list":           {fake.Fault{Body: `{"value":null}`}, cloud.BadAnswer, 0},
		"null in the list":          {fake.Fault{Body: `{"value":[null]}`}, cloud.BadAnswer, 0},
		"white space":               {fake.Fault{Body: ` `}, cloud.BadAnswer, 0},
		"wrong type of list":        {fake.Fault{Body: `{"value":"none"}`}, cloud.BadAnswer, 0},
		"wrong type of all in it":   {fake.Fault{Body: `{"value":["none",7]}`}, cloud.BadAnswer, 0},
		"HTML":                      {fake.Fault{Body: `<html>maintenance</html>`}, cloud.BadAnswer, 0},
		"redirection":               {fake.Fault{Status: 302, Body: `moved`}, cloud.BadAnswer, 0},
	} {
		for scope, actions := range map[resource.Scope][]string{
			hostScope:     {"vm_list", "vm_status_list", "nic_list", "publicip_list", "vnet_list", "disk_list", "size_list"},
			diskScope:     {"disk_list", "vm_list"},
			balancerScope: {"lb_list", "appgw_list", "publicip_list"},
			databaseScope: {"mysql_list", "postgres_list"},
			cacheScope:    {"redis_list", "redisenterprise_list"},
			vpcScope:      {"vnet_list"},
			subnetScope:   {"vnet_list"},
			groupScope:    {"nsg_list"},
			addressScope:  {"publicip_list"},
			natScope:      {"nat_list", "publicip_list"},
			clusterScope:  {"aks_list"},
			bucketScope:   {"storage_list"},
			snapshotScope: {"snapshot_list"},
			imageScope:    {"image_list"},
		} {
			for _, action := range actions {
				if name == "not registered" && slices.Contains([]resource.Scope{databaseScope, cacheScope, clusterScope, bucketScope}, scope) {
					continue // none: see TestDatabasesOfASubscriptionWithoutOneEngine, TestCachesOfASubscriptionWithoutTheirProvider, TestKindsOfASubscriptionWithoutTheirProvider
				}
				t.Run(name+"/"+action+" for "+scope.Kind, func(t *testing.T) {
					t.Parallel()
					c, settings := setup(t)
					fault := test.fault
					fault.Action = action
					c.Break(fault)
					page, err := open(settings).List(t.Context(), scope, "")
					require.Equal(t, test.wait, requireClass(t, test.class, err))
					require.Empty(t, page.Rows, "nothing half-done")
					requireClean(t, err)
				})
			}
		}
	}
}

// The body of an answer can be empty: the SDK takes that for an empty list.
func TestAnEmptyBodyIsNotAnEmptyList(t *testing.T) {
	t.Parallel()
	for _, scope := range allScopes {
		c := &fake.Cloud{}
		c.Add(account())
		healthy := azurefake.New(c)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, path := range []string{"/virtualMachines", "/disks", "/applicationGateways", "/flexibleServers", "/redisEnterprise", "/virtualNetworks", "/networkSecurityGroups", "/publicIPAddresses", "/natGateways",
				"/managedClusters", "/storageAccounts", "/snapshots", "/images"} {
				if strings.HasSuffix(r.URL.Path, path) {
					return
				}
			}
			healthy.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		_, err := open(settingsFor(server.URL)).List(t.Context(), scope, "")
		requireClass(t, cloud.BadAnswer, err)
		_, err = open(settingsFor(server.URL)).Lookup(t.Context(), scope, []string{"vm-0001"})
		requireClass(t, cloud.BadAnswer, err)
	}
}

func TestErrorsOfTokens(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"wrong secret":        {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"unknown application": {fake.Fault{Status: 400, Body: `{"error":"unauthorized_client","error_description":"AADSTS700016: Application was not found in the directory."}`}, cloud.InvalidCredential},
		"throttled":           {fake.Fault{Verdict: fake.Throttled, RetryAfter: 3 * time.Second}, cloud.Throttled},
		"server error":        {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"cut short":           {fake.Fault{Body: `{"access_`, Truncated: true}, cloud.Unavailable},
		"no token":            {fake.Fault{Body: `{}`}, cloud.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			fault := test.fault
			fault.Action = "token"
			c.Break(fault)
			_, err := open(settings).Regions(t.Context())
			require.Equal(t, fault.RetryAfter, requireClass(t, test.class, err))
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
	require.Equal(t, 1, calls(c)["token"], "one for all clients")
	c.Break(fake.Fault{Action: "vm_list", Verdict: fake.InvalidCredential, Times: 1})
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	listAll(t, provider, hostScope)
	require.Equal(t, 2, calls(c)["token"])
}

// external-dns #2858, #3997: a time-out led to mass deletion. Here it is an error, and
// comes in time.
func TestSlowAnswersEndWithTheContext(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"token", "subscription_get", "permission_list", "vm_list", "nic_list", "publicip_list", "size_list"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Break(fake.Fault{Action: action, Delay: 10 * time.Minute})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := open(settings).List(ctx, hostScope, "")
			requireClass(t, cloud.Timeout, err)
			require.Less(t, time.Since(began), 20*time.Second)
		})
	}
}

// Who waits for what another lister loads ends with its own context, too.
func TestWaitingForAnotherEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"token", "nic_list", "permission_list"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			provider := open(settings)
			_, err := provider.Regions(t.Context())
			require.NoError(t, err)
			if action == "token" {
				c.Break(fake.Fault{Action: "vm_list", Verdict: fake.InvalidCredential, Times: 1})
				// Not a listing: after one, the identity is asked for again, with another token.
				_, err = provider.Lookup(t.Context(), hostScope, []string{"vm"})
				requireClass(t, cloud.InvalidCredential, err)
			}
			c.Break(fake.Fault{Action: action, Delay: 10 * time.Minute})
			long, end := context.WithCancel(t.Context())
			first := make(chan error, 1)
			go func() {
				_, err := provider.List(long, hostScope, "")
				first <- err
			}()
			before := calls(c)[action]
			require.Eventually(t, func() bool { return calls(c)[action] >= max(before, 1) }, time.Minute, time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err = provider.List(ctx, hostScope, "")
			requireClass(t, cloud.Timeout, err)
			require.Less(t, time.Since(began), 20*time.Second)
			end()
			require.Error(t, <-first)
		})
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Break(fake.Fault{Action: "vm_list", Delay: 10 * time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	_, err := open(settings).Lookup(ctx, hostScope, []string{"vm-0001"})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := open(settingsFor(server.URL)).Regions(t.Context())
	requireClass(t, cloud.Unavailable, err)
	requireClean(t, err)
}

// A value that makes no sense costs the rows that it belongs to.
func TestAbsurdValues(t *testing.T) {
	t.Parallel()
	vm := func(properties string) string {
		return `{"value":[{"id":"/subscriptions/` + subscription + `/x/vm","name":"odd","location":"eastus","properties":{"vmId":"vm-odd",` + properties + `}}]}`
	}
	const d1 = `{"value":[{"id":"/x","location":"eastus","properties":{"uniqueId":"d1",`
	for name, test := range map[string]struct {
		scope              resource.Scope
		action, body, want string
	}{
		"negative disk":         {hostScope, "vm_list", vm(`"storageProfile":{"osDisk":{"name":"d","diskSizeGB":-30}}`), `virtual machine "vm-odd": diskSizeGB makes no sense: "-30"`},
		"half a disk":           {hostScope, "vm_list", vm(`"storageProfile":{"dataDisks":[{"diskSizeGB":0.5}]}`), `virtual machine "vm-odd": diskSizeGB makes no sense: "0.5"`},
		"disks in a text":       {hostScope, "vm_list", vm(`"storageProfile":{"dataDisks":"none"}`), `virtual machine "vm-odd": properties.storageProfile.dataDisks makes no sense`},
		"negative available":    {hostScope, "vm_list", vm(`"hardwareProfile":{"vmSize":"S","vmSizeProperties":{"vCPUsAvailable":-1}}`), `virtual machine "vm-odd": vCPUsAvailable makes no sense: "-1"`},
		"time that is none":     {hostScope, "vm_list", vm(`"timeCreated":"yesterday"`), `virtual machine "vm-odd": timeCreated makes no sense: "yesterday"`},
		"id as a list":          {hostScope, "vm_list", `{"value":[{"location":"eastus","properties":{"vmId":[7]}}]}`, "virtual machine without an id: properties.vmId makes no sense"},
		"null for a machine":    {hostScope, "vm_list", `{"value":[{"properties":{"vmId":""}},null]}`, "virtual machine without an id"},
		"a machine of no place": {hostScope, "vm_list", `{"value":[{"id":"/x","location":["eastus"],"properties":{"vmId":"vm-odd"}}]}`, `virtual machine "vm-odd": it has no location`},

		"negative disk of a disk": {diskScope, "disk_list", d1 + `"diskSizeGB":-1}}]}`, `disk "d1": diskSizeGB makes no sense: "-1"`},
		"month 13":                {diskScope, "disk_list", d1 + `"timeCreated":"2024-13-01T00:00:00Z"}}]}`, `disk "d1": timeCreated makes no sense`},
		"a disk of no place":      {diskScope, "disk_list", `{"value":[{"id":"/x","location":{},"properties":{"uniqueId":"d1"}}]}`, `disk "d1": it has no location`},
		"storage in words":        {databaseScope, "mysql_list", `{"value":[{"id":"/DB","location":"East US","properties":{"storage":{"storageSizeGB":"big"}}}]}`, `server "/db": storageSizeGB makes no sense: "big"`},
		"a database of some time": {databaseScope, "mysql_list", `{"value":[{"id":"/db","location":"eastus","systemData":{"createdAt":"soon"}}]}`, `server "/db": createdAt makes no sense: "soon"`},
		"a port that is none":     {cacheScope, "redis_list", `{"value":[{"id":"/Cache","location":"East US","properties":{"sslPort":70000}}]}`, `cache "/cache": sslPort makes no sense: "70000"`},
		"a network's ranges":      {vpcScope, "vnet_list", `{"value":[{"id":"/Net","location":"East US","properties":{"addressSpace":7}}]}`, `virtual network "/net": properties.addressSpace makes no sense: "7"`},
		"a subnet of no place":    {subnetScope, "vnet_list", `{"value":[{"id":"/Net","properties":{"subnets":[{"id":"/Net/Subnets/A"}]}}]}`, `subnet "/net/subnets/a": it has no location`},
		"a rule in words":         {groupScope, "nsg_list", `{"value":[{"id":"/G","location":"East US","properties":{"securityRules":["all"]}}]}`, `security group "/g": properties.securityRules[0] makes no sense: "\"all\""`},
		"a cluster of some time":  {clusterScope, "aks_list", `{"value":[{"id":"/C","location":"East US","systemData":{"createdAt":"soon"},"properties":{"resourceUID":"U"}}]}`, `cluster "u": createdAt makes no sense: "soon"`},
		"an account of some time": {bucketScope, "storage_list", `{"value":[{"id":"/A","location":"East US","properties":{"creationTime":7}}]}`, `storage account "/a": creationTime makes no sense: "7"`},
		"a snapshot's size":       {snapshotScope, "snapshot_list", `{"value":[{"id":"/S","location":"East US","properties":{"uniqueId":"U","diskSizeGB":1e30}}]}`, `snapshot "u": diskSizeGB makes no sense: "1e30"`},
		"an image's size":         {imageScope, "image_list", `{"value":[{"id":"/I","location":"East US","properties":{"storageProfile":{"osDisk":{"diskSizeGB":-1}}}}]}`, `image "/i": diskSizeGB makes no sense: "-1"`},
		"an address in a list":    {addressScope, "publicip_list", `{"value":[{"id":"/P","location":"East US","properties":{"resourceGuid":"G","ipAddress":[]}}]}`, `public IP "g": properties.ipAddress makes no sense: "[]"`},
		"a gateway of no place":   {natScope, "nat_list", `{"value":[{"id":"/N","location":7.5,"properties":{}},{"id":"/N","location":""}]}`, `NAT gateway "/n": it has no location`},
		"a cache of no place":     {cacheScope, "redisenterprise_list", `{"value":[{"id":"/Cache","properties":{"resourceState":"Running"}}]}`, `cache "/cache": it has no location`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record(test.action, []byte(test.body))
			page, err := open(settings).List(t.Context(), test.scope, "")
			require.NoError(t, err)
			var texts []string
			for _, problem := range page.Problems {
				texts = append(texts, problem.Text)
			}
			require.Contains(t, strings.Join(texts, "\n"), test.want)
		})
	}
}

// What machines and disks are joined with costs those that have it.
func TestAbsurdValuesInWhatIsJoined(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scope              resource.Scope
		action, body, want string
	}{
		"negative cores":           {hostScope, "size_list", `{"value":[{"name":"Standard_D2s_v5","numberOfCores":-2,"memoryInMB":1}]}`, `size "Standard_D2s_v5": numberOfCores makes no sense: "-2"`},
		"memory of 1e30":           {hostScope, "size_list", `{"value":[{"name":"Standard_D2s_v5","numberOfCores":2,"memoryInMB":1e30}]}`, `memoryInMB makes no sense: "1e30"`},
		"cores in words":           {databaseScope, "size_list", `{"value":[{"name":"Standard_D2ds_v4","numberOfCores":"two"}]}`, `numberOfCores makes no sense: "two"`},
		"a size without a name":    {hostScope, "size_list", `{"value":[{"numberOfCores":2}]}`, `size without an id`},
		"an odd machine":           {diskScope, "vm_list", `{"value":[{"id":"/SUBSCRIPTIONS/` + subscription + `/resourceGroups/rg-vm-0001/providers/Microsoft.Compute/virtualMachines/web","location":"eastus","properties":{"vmId":"vm-0001","storageProfile":"none"}}]}`, `properties.storageProfile makes no sense`},
		"a machine without its id": {diskScope, "vm_list", `{"value":[{"id":{},"properties":{"vmId":"vm-0001"}}]}`, `virtual machine without an id: id makes no sense`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record(test.action, []byte(test.body))
			page, err := open(settings).List(t.Context(), test.scope, "")
			require.NoError(t, err)
			require.NotEmpty(t, page.Problems)
			require.NotEmpty(t, page.Problems[0].NativeID)
			require.Contains(t, page.Problems[0].Text, test.want)
		})
	}
}

// cloudquery dropped what failed to resolve, and deleted the stored row: a machine
// without an id is a problem without one, which keeps the sync from deleting.
func TestAMachineWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"value":[{"name":"odd"}]}`, `{"value":[{"name":"odd","location":"eastus"}]}`} {
		c, settings := setup(t)
		c.Record("vm_list", []byte(body))
		provider := open(settings)
		page, err := provider.List(t.Context(), hostScope, "")
		require.NoError(t, err)
		require.Empty(t, page.Rows)
		require.Len(t, page.Problems, 1)
		require.Empty(t, page.Problems[0].NativeID)
		_, err = provider.Lookup(t.Context(), hostScope, []string{"vm-0001"})
		requireClass(t, cloud.BadAnswer, err)
	}
}

// One list is for all locations: what is odd in it is told in its own, and costs the
// others nothing. What does not say where it is may be in any: it is told in each, and is
// absent in none.
func TestOddResourcesOfAWholeList(t *testing.T) {
	t.Parallel()
	const id = "/subscriptions/" + subscription + "/x/odd"
	for scope, test := range map[resource.Scope]struct{ action, properties, id, says string }{
		hostScope:     {"vm_list", `"vmId":"odd","storageProfile":"none"`, "odd", `virtual machine "odd": `},
		diskScope:     {"disk_list", `"uniqueId":"odd","diskSizeGB":"big"`, "odd", `disk "odd": `},
		balancerScope: {"lb_list", `"resourceGuid":"odd","frontendIPConfigurations":"none"`, "odd", `load balancer "odd": `},
		databaseScope: {"mysql_list", `"storage":{"storageSizeGB":"big"}`, id, `server "` + id + `": `},
		cacheScope:    {"redisenterprise_list", `"hostName":{}`, id, `cache "` + id + `": `},
		clusterScope:  {"aks_list", `"resourceUID":"odd","powerState":"on"`, "odd", `cluster "odd": `},
		bucketScope:   {"storage_list", `"creationTime":"soon"`, id, `storage account "` + id + `": `},
		snapshotScope: {"snapshot_list", `"uniqueId":"odd","diskSizeGB":"big"`, "odd", `snapshot "odd": `},
		imageScope:    {"image_list", `"storageProfile":"none"`, id, `image "` + id + `": `},
		addressScope:  {"publicip_list", `"resourceGuid":"odd","natGateway":"none"`, "odd", `public IP "odd": `},
		natScope:      {"nat_list", `"resourceGuid":"odd","subnets":"none"`, "odd", `NAT gateway "odd": `},
		groupScope:    {"nsg_list", `"securityRules":"all"`, id, `security group "` + id + `": `},
		vpcScope:      {"vnet_list", `"addressSpace":"all"`, id, `virtual network "` + id + `": `},
		subnetScope:   {"vnet_list", `"subnets":[{"id":"` + id + `","properties":7}]`, id, `subnet "` + id + `": `},
	} {
		for location, told := range map[string][]string{`"West Europe"`: {"westeurope"}, `["westeurope"]`: {region, "westeurope"}, `""`: {region, "westeurope"}} {
			t.Run(scope.Kind+"/"+location, func(t *testing.T) {
				t.Parallel()
				c, settings := setup(t)
				c.Record(test.action, []byte(`{"value":[{"id":"`+id+`","location":`+location+`,"properties":{`+test.properties+`}}]}`))
				provider := open(settings)
				for _, name := range []string{region, "westeurope"} {
					page, err := provider.List(t.Context(), scopeOf(scope.Kind, name), "")
					require.NoError(t, err)
					existing, err := provider.Lookup(t.Context(), scopeOf(scope.Kind, name), []string{test.id})
					require.NoError(t, err)
					if !slices.Contains(told, name) {
						require.Empty(t, page.Problems)
						require.Empty(t, existing)
						continue
					}
					require.Len(t, page.Problems, 1)
					require.Equal(t, test.id, page.Problems[0].NativeID)
					require.Contains(t, page.Problems[0].Text, test.says)
					require.Equal(t, []string{test.id}, existing)
				}
			})
		}
	}
}

// An unmanaged disk is in no list of disks, whatever is there without an id.
func TestUnmanagedDisksBesideNamelessOnes(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record("disk_list", []byte(`{"value":[{"location":"eastus","id":{}}]}`))
	vm := func(name, disk string) string {
		return `{"id":"/x/` + name + `","location":"eastus","properties":{"vmId":"` + name + `","storageProfile":{"osDisk":` + disk + `}}}`
	}
	machines := []byte(`{"value":[` + vm("plain", `{"vhd":{"uri":"u"}}`) + `,` + vm("managed", `{"managedDisk":{"id":"/x/d"}}`) + `]}`)
	c.Record("vm_list", machines)
	c.Record("vm_status_list", machines)
	page, err := open(settings).List(t.Context(), hostScope, "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "plain", page.Rows[0].RowMeta().NativeID)
	require.Len(t, page.Problems, 1)
	require.Equal(t, "managed", page.Problems[0].NativeID)
}

// What nobody can tell the id of may be what is looked for in its own location, and in no
// other.
func TestNamelessResourcesOfAnotherLocation(t *testing.T) {
	t.Parallel()
	for location, problems := range map[string]int{region: 3, "westeurope": 0, "": 3} {
		c, settings := setup(t)
		c.Record("vm_list", []byte(`{"value":[{"location":"`+location+`","id":{},"properties":{"vmId":"vm-0001"}}]}`))
		page, err := open(settings).List(t.Context(), diskScope, "")
		require.NoError(t, err)
		require.Len(t, page.Problems, problems, "machine of %q", location)
		require.Len(t, page.Rows, 4-problems)

		c, settings = setup(t)
		c.Record("disk_list", []byte(`{"value":[{"location":"`+location+`","id":{},"properties":{"uniqueId":"d","diskSizeGB":1}}]}`))
		page, err = open(settings).List(t.Context(), hostScope, "")
		require.NoError(t, err)
		require.Len(t, page.Problems, min(problems, 1), "disk of %q; one machine does not say the sizes", location)
		for _, problem := range page.Problems {
			require.Regexp(t, `its disk \S+ may be one`, problem.Text)
		}
	}
}

// cartography #1398, #2658: a region that answered 403 was an empty list, and the sweep
// deleted everything. In ARM the lists of a credential that sees only some resource
// groups have only those, without an error.
func TestALackingPermissionIsNeverAShorterList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		permissions string
		denied      bool
	}{
		"none at the subscription": {`{"value":[]}`, true},
		"of something else":        {`{"value":[{"actions":["Microsoft.Web/*"],"notActions":[]}]}`, true},
		"taken away again":         {`{"value":[{"actions":["*"],"notActions":["*/read"]}]}`, true},
		"all":                      {`{"value":[{"actions":["*"],"notActions":["Microsoft.Authorization/*/Write"]}]}`, false},
		"reader":                   {`{"value":[{"actions":["*/read"],"notActions":[]}]}`, false},
		"in parts": {`{"value":[{"actions":["microsoft.compute/*/READ"],"notActions":[]},{"actions":["Microsoft.Network/*","Microsoft.DBforMySQL/flexibleServers/read"]},
			{"actions":["Microsoft.DBforPostgreSQL/flexibleServers/*"]},{"actions":["Microsoft.Cache/redis/read","Microsoft.Cache/redisEnterprise/read"]},
			{"actions":["Microsoft.ContainerService/managedClusters/read","Microsoft.Storage/storageAccounts/*"],"notActions":["Microsoft.Storage/storageAccounts/listKeys/action"]}]}`, false},
	} {
		for _, scope := range allScopes {
			t.Run(name+"/"+scope.Kind, func(t *testing.T) {
				t.Parallel()
				c, settings := setup(t)
				c.Record("permission_list", []byte(test.permissions))
				provider := open(settings)
				_, listErr := provider.List(t.Context(), scope, "")
				_, lookupErr := provider.Lookup(t.Context(), scope, []string{"gone"})
				if !test.denied {
					require.NoError(t, errors.Join(listErr, lookupErr))
					return
				}
				requireClass(t, cloud.Denied, listErr)
				requireClass(t, cloud.Denied, lookupErr)
				require.ErrorContains(t, listErr, "/read")
			})
		}
	}
}

func TestASubscriptionThatTheCredentialDoesNotSee(t *testing.T) {
	t.Parallel()
	const other = "99999999-2222-3333-4444-555555555555"
	c, settings := setup(t)
	settings.AccountID = other
	_, err := open(settings).Regions(t.Context())
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "does not see subscription "+other)

	settings.AccountID = subscription
	c.Break(fake.Fault{Action: "subscription_get", Verdict: fake.Denied, Times: 1})
	_, err = open(settings).Regions(t.Context())
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "does not see subscription "+subscription)

	c.Record("subscription_get", []byte(`{"subscriptionId":"`+other+`","state":"Enabled"}`))
	_, err = open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, subscription)
	require.ErrorContains(t, err, other)

	c.Record("subscription_get", []byte(`{"subscriptionId":"`+subscription+`","state":"Deleted"}`))
	_, err = open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, `state "Deleted"`)
}

func TestAnAccountIDInUpperCase(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	settings.AccountID = strings.ToUpper(subscription)
	require.Len(t, listAll(t, open(settings), hostScope), 2)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	settings.Credential.Tenant = ""
	_, err := open(settings).Regions(t.Context())
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "tenant_id")
}

// A replaced file is used without a restart.
func TestACredentialFileIsReadAgain(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	path := filepath.Join(t.TempDir(), "client")
	require.NoError(t, os.WriteFile(path, []byte("unknown-client\n"), 0o600))
	settings.Credential.ID = cloud.SecretFile(path)
	provider := open(settings)
	_, err := provider.Regions(t.Context())
	requireClass(t, cloud.InvalidCredential, err)
	require.NoError(t, os.WriteFile(path, []byte(clientID+"\n"), 0o600))
	regions, err := provider.Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"eastus", "westeurope"}, regions)
	c.Update(func(accounts []*fake.Account) { accounts[0].Expired = true })
	_, err = provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
}

func TestABadAnswerSaysWhere(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record("vm_list", []byte(`{}`))
	_, err := open(settings).List(t.Context(), hostScope, "")
	require.ErrorContains(t, err, "azure/demo: vm_list of eastus: bad_answer")
}

// One whose GUID cannot be read may be any: under its ARM id, which such resources have
// where they have no GUID, its stored row would be looked up and not be found.
func TestAGUIDThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for action, test := range map[string]struct {
		scope resource.Scope
		body  string
	}{
		"disk_list": {diskScope, `{"value":[{"id":"/d","location":"eastus","properties":{"uniqueId":{"is":"d1"}}}]}`},
		"lb_list":   {balancerScope, `{"value":[{"id":"/lb","location":"eastus","properties":{"resourceGuid":["g1"]}}]}`},
		"aks_list":  {clusterScope, `{"value":[{"id":"/aks","location":"eastus","properties":{"resourceUID":["g1"]}}]}`},
		"nat_list":  {natScope, `{"value":[{"id":"/nat","location":"eastus","properties":{"resourceGuid":["g1"]}}]}`},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record(action, []byte(test.body))
			provider := open(settings)
			page, err := provider.List(t.Context(), test.scope, "")
			require.NoError(t, err)
			require.Empty(t, page.Rows)
			require.Len(t, page.Problems, 1)
			require.Empty(t, page.Problems[0].NativeID)
			_, err = provider.Lookup(t.Context(), test.scope, []string{"d1", "g1"})
			requireClass(t, cloud.BadAnswer, err)
		})
	}
}
