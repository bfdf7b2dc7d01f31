package azure

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud/adapter"
)

// question is what ARM can be asked for: a path below the subscription, or the tenant, with the version
// of the API that has what is read. The SDK has a module for each, whose types take a page
// only whole, and refuse all of it for one time in another form.
type question struct {
	path, version string
	// optional: a subscription that has not registered the resource provider has none. It
	// cannot unregister one that has resources
	// (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types).
	optional bool
	// ofTenant: the path is of no subscription.
	ofTenant bool
}

// questions are those of the actions.
var questions = map[string]question{
	// https://learn.microsoft.com/rest/api/resources/subscriptions
	"subscription_get": {path: "", version: "2022-12-01"},
	"location_list":    {path: "/locations", version: "2022-12-01"},
	// https://learn.microsoft.com/rest/api/resources/subscriptions/list, …/tenants/list and
	// /rest/api/managementgroups/management-groups/get-descendants
	subscriptionList: {path: "/subscriptions", version: "2022-12-01", ofTenant: true},
	tenantList:       {path: "/tenants", version: "2022-12-01", ofTenant: true},
	descendantList:   {path: "/providers/Microsoft.Management/managementGroups/{group}/descendants", version: "2020-05-01", ofTenant: true},
	// https://learn.microsoft.com/rest/api/authorization/permissions
	"permission_list": {path: "/providers/Microsoft.Authorization/permissions", version: "2022-04-01"},
	// https://learn.microsoft.com/rest/api/compute
	"vm_list":        {path: "/providers/Microsoft.Compute/virtualMachines", version: "2025-04-01"},
	"vm_status_list": {path: "/providers/Microsoft.Compute/virtualMachines", version: "2025-04-01&statusOnly=true"},
	// https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/list-all, …/virtual-machine-scale-set-vms/list;
	// the interfaces and addresses of their instances are of the network's API of that version
	"vmss_list":          {path: "/providers/Microsoft.Compute/virtualMachineScaleSets", version: "2025-04-01"},
	"vmss_vm_list":       {path: "/virtualMachines", version: "2025-04-01&$expand=instanceView"},
	"vmss_nic_list":      {path: "/networkInterfaces", version: "2018-10-01"},
	"vmss_publicip_list": {path: "/publicipaddresses", version: "2018-10-01"},

	"size_list":     {path: "/providers/Microsoft.Compute/locations/{location}/vmSizes", version: "2025-04-01"},
	"disk_list":     {path: "/providers/Microsoft.Compute/disks", version: "2025-01-02"},
	"snapshot_list": {path: "/providers/Microsoft.Compute/snapshots", version: "2025-01-02"},
	"image_list":    {path: "/providers/Microsoft.Compute/images", version: "2025-04-01"},
	// https://learn.microsoft.com/rest/api/virtualnetwork and /rest/api/load-balancer
	"nic_list":      {path: "/providers/Microsoft.Network/networkInterfaces", version: "2025-05-01"},
	"publicip_list": {path: "/providers/Microsoft.Network/publicIPAddresses", version: "2025-05-01"},
	"lb_list":       {path: "/providers/Microsoft.Network/loadBalancers", version: "2025-05-01"},
	"nat_list":      {path: "/providers/Microsoft.Network/natGateways", version: "2025-05-01"},
	"nsg_list":      {path: "/providers/Microsoft.Network/networkSecurityGroups", version: "2025-05-01"},
	"vnet_list":     {path: "/providers/Microsoft.Network/virtualNetworks", version: "2025-05-01"},
	// https://learn.microsoft.com/rest/api/application-gateway/application-gateways/list-all
	"appgw_list": {path: "/providers/Microsoft.Network/applicationGateways", version: "2025-05-01"},
	// https://learn.microsoft.com/rest/api/mysql/servers/list
	"mysql_list": {path: "/providers/Microsoft.DBforMySQL/flexibleServers", version: "2023-12-30", optional: true},
	// https://learn.microsoft.com/rest/api/postgresql/servers/list
	"postgres_list": {path: "/providers/Microsoft.DBforPostgreSQL/flexibleServers", version: "2024-08-01", optional: true},
	// https://learn.microsoft.com/rest/api/sql/servers/list, …/databases/list-by-server and …/managed-instances/list
	"sqlserver_list":   {path: "/providers/Microsoft.Sql/servers", version: "2023-08-01", optional: true},
	"sqldatabase_list": {path: "/databases", version: "2023-08-01"},
	"sqlmi_list":       {path: "/providers/Microsoft.Sql/managedInstances", version: "2023-08-01", optional: true},
	// https://learn.microsoft.com/rest/api/aks/managed-clusters/list
	"aks_list": {path: "/providers/Microsoft.ContainerService/managedClusters", version: "2025-02-01", optional: true},
	// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list
	"storage_list": {path: "/providers/Microsoft.Storage/storageAccounts", version: "2025-01-01", optional: true},
	// https://learn.microsoft.com/rest/api/redis/redis/list-by-subscription
	"redis_list": {path: "/providers/Microsoft.Cache/redis", version: "2024-11-01", optional: true},
	// https://learn.microsoft.com/rest/api/redis/redisenterprisecache/redis-enterprise/list
	"redisenterprise_list": {path: "/providers/Microsoft.Cache/redisEnterprise", version: "2025-07-01", optional: true},
}

// link is where a query's page is.
func (s *session) link(q adapter.Query) string {
	if q.Token != "" {
		return q.Token
	}
	of := questions[q.Action]
	path := strings.NewReplacer("{location}", url.PathEscape(q.Region), "{group}", url.PathEscape(s.group)).Replace(of.path)
	if !of.ofTenant {
		path = "/subscriptions/" + url.PathEscape(s.subscription) + path
	}
	return runtime.JoinPaths(s.client.Endpoint(), path) + "?api-version=" + of.version
}

// call makes one call of the SDK.
func call[T any](ctx context.Context, s *session, region, action string, ask func(context.Context) (T, error)) (T, error) {
	return adapter.Do(ctx, s.calls, region, action, func(ctx context.Context) (answer T, err error) {
		token, err := s.tokens.ready(ctx)
		if err != nil {
			return answer, adapter.OfAccount(err)
		}
		answer, err = ask(ctx)
		if answered(err).Status == http.StatusUnauthorized {
			s.tokens.forget(token)
		}
		return answer, err
	})
}

// read asks for what is at a link.
func read[T any](ctx context.Context, s *session, link string) (answer T, err error) {
	if link, err = runtime.EncodeQueryParams(link); err != nil {
		return answer, err
	}
	request, err := runtime.NewRequest(ctx, http.MethodGet, link)
	if err != nil {
		return answer, err
	}
	request.Raw().Header.Set("Accept", "application/json")
	response, err := s.client.Pipeline().Do(request)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }() // the pipeline has read it
	if !runtime.HasStatusCode(response, http.StatusOK) {
		return answer, runtime.NewResponseError(response)
	}
	return answer, runtime.UnmarshalAsJSON(response, &answer)
}

// listPath is where all of ARM's lists are in their answers.
const listPath = "value"

// page is one of a list as ARM answers it.
type page[T any] struct {
	Value    []adapter.Item[T] `json:"value"`
	NextLink string            `json:"nextLink"`
}

// ask asks for a page of a list.
func ask[T any](ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
	return call(ctx, s, q.Region, q.Action, func(ctx context.Context) (adapter.Answer[T], error) {
		answer, err := read[page[T]](ctx, s, s.link(q))
		switch {
		case questions[q.Action].optional && answered(err).Code == missesRegistration:
			return adapter.Answer[T]{}, nil
		case err == nil && answer.NextLink != "":
			err = s.checkLink(answer.NextLink)
		}
		return adapter.Answer[T]{Items: answer.Value, NoList: answer.Value == nil, Next: answer.NextLink}, err
	})
}

// all are those of a whole list that is of no use where one of them makes no sense; what is
// one in words.
func all[T any](ctx context.Context, s *session, action, what string, name func(*T) string) (values []T, err error) {
	problem := ""
	err = adapter.Each(ctx, s, adapter.Query{Action: action, Path: listPath}, ask[T], func(item *adapter.Item[T]) {
		values = append(values, item.Value)
		problem = cmp.Or(problem, item.Read(what, name(&item.Value)).Problem())
	})
	if err == nil && problem != "" {
		err = adapter.BadAnswer(action, "%s", problem)
	}
	return values, err
}

// checkLink refuses a nextLink that leads away from the subscription at the endpoint: the
// token would go along. Those of a tenant's lists are of no subscription.
func (s *session) checkLink(nextLink string) error {
	link, err := url.Parse(nextLink)
	if err != nil {
		return adapter.BadAnswer("", "nextLink is not a URL")
	}
	if link.Scheme != s.base.Scheme || link.User != nil || !strings.EqualFold(hostOf(link), hostOf(s.base)) {
		return adapter.BadAnswer("", "nextLink is of %s://%s, the endpoint is %s://%s", link.Scheme, link.Host, s.base.Scheme, s.base.Host)
	}
	path, below := strings.CutPrefix(link.EscapedPath(), strings.TrimRight(s.base.EscapedPath(), "/"))
	if !below || s.tenant == "" && !isWithin(path, s.subscription) || strings.Contains(path, "/../") {
		return adapter.BadAnswer("", "nextLink is not of subscription %s", s.subscription)
	}
	return nil
}

// schemePorts are those that a URL of the scheme has unless it names another.
var schemePorts = map[string]string{"https": ":443", "http": ":80"}

// hostOf is a URL's host without its scheme's own port: management.azure.com:443 is the same.
func hostOf(u *url.URL) string { return strings.TrimSuffix(u.Host, schemePorts[u.Scheme]) }
