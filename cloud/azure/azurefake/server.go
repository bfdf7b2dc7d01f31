// Package azurefake is a server that answers as Azure Resource Manager does, and gives
// the tokens for it, out of a neutral fake cloud.
package azurefake

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// tokenPrefix comes before the client id in the tokens that the server gives.
const tokenPrefix = "fake-token-of-"

// Secret is in the fields of answers that are never to be stored.
const Secret = "planted-user-data-secret"

// New returns the server. An account is a subscription, its KeyID the client id of an
// application; every secret and every tenant is taken. An Organisation has the tenant's id. The
// actions are token, tenant_list, subscription_list, descendant_list, subscription_get, location_list, permission_list, vm_list, vm_status_list, vmss_list,
// vmss_vm_list, vmss_nic_list, vmss_publicip_list, size_list, disk_list, nic_list,
// publicip_list, vnet_list, vnet_get, lb_list, appgw_list, nsg_list, nat_list, snapshot_list, image_list,
// aks_list, storage_list, mysql_list, postgres_list, sqlserver_list, sqldatabase_list,
// sqlmi_list, redis_list and redisenterprise_list; of those, size_list is of a region.
func New(c *fake.Cloud) http.Handler {
	s := server{c}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.token)
	s.tenant(mux)
	const subscription = "GET /subscriptions/{subscription}"
	mux.HandleFunc(subscription, s.answer("subscription_get", s.subscription))
	mux.HandleFunc(subscription+"/locations", s.answer("location_list", s.locations))
	provider := func(path, action string, list func(*http.Request, fake.Judgement) []any) {
		mux.HandleFunc(subscription+"/providers/"+path, s.answer(action, func(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
			s.list(w, r, list(r, j))
		}))
	}
	provider("Microsoft.Authorization/permissions", "permission_list", permissions)
	mux.HandleFunc(subscription+"/providers/Microsoft.Compute/locations/{location}/vmSizes", s.answer("size_list", sizes))
	machines := s.answer("vm_list", func(w http.ResponseWriter, r *http.Request, j fake.Judgement) { s.list(w, r, machines(j)) })
	statuses := s.answer("vm_status_list", func(w http.ResponseWriter, r *http.Request, j fake.Judgement) { s.list(w, r, statuses(j)) })
	mux.HandleFunc(subscription+"/providers/Microsoft.Compute/virtualMachines", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("statusOnly") == "true" {
			statuses(w, r)
		} else {
			machines(w, r)
		}
	})
	provider("Microsoft.Compute/virtualMachineScaleSets", "vmss_list", scaleSets)
	const set = subscription + "/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{set}"
	mux.HandleFunc(set+"/virtualMachines", s.answer("vmss_vm_list", s.ofSet(instances)))
	mux.HandleFunc(set+"/networkInterfaces", s.answer("vmss_nic_list", s.ofSet(interfacesIn)))
	mux.HandleFunc(set+"/publicipaddresses", s.answer("vmss_publicip_list", s.ofSet(instanceAddresses)))
	provider("Microsoft.Compute/disks", "disk_list", disks)
	provider("Microsoft.Network/networkInterfaces", "nic_list", interfaces)
	provider("Microsoft.Network/publicIPAddresses", "publicip_list", addresses)
	provider("Microsoft.Network/virtualNetworks", "vnet_list", virtualNetworks)
	mux.HandleFunc(subscription+"/resourcegroups/{group}/providers/microsoft.network/virtualnetworks/{network}", s.answer("vnet_get", oneNetwork))
	provider("Microsoft.Network/loadBalancers", "lb_list", loadBalancers)
	provider("Microsoft.Network/applicationGateways", "appgw_list", gateways)
	provider("Microsoft.Network/networkSecurityGroups", "nsg_list", securityGroups)
	provider("Microsoft.Network/natGateways", "nat_list", natGateways)
	provider("Microsoft.Compute/snapshots", "snapshot_list", snapshots)
	provider("Microsoft.Compute/images", "image_list", images)
	provider("Microsoft.ContainerService/managedClusters", "aks_list", clusters)
	provider("Microsoft.Storage/storageAccounts", "storage_list", storageAccounts)
	provider("Microsoft.DBforMySQL/flexibleServers", "mysql_list", databases("mysql", "Microsoft.DBforMySQL"))
	provider("Microsoft.DBforPostgreSQL/flexibleServers", "postgres_list", databases("postgres", "Microsoft.DBforPostgreSQL"))
	provider("Microsoft.Sql/servers", "sqlserver_list", sqlServers)
	provider("Microsoft.Sql/managedInstances", "sqlmi_list", managedInstances)
	mux.HandleFunc(subscription+"/resourceGroups/{group}/providers/Microsoft.Sql/servers/{server}/databases", s.answer("sqldatabase_list", s.sqlDatabases))
	provider("Microsoft.Cache/redis", "redis_list", caches)
	provider("Microsoft.Cache/redisEnterprise", "redisenterprise_list", managedCaches)
	return mux
}

type server struct{ cloud *fake.Cloud }

// token answers as the authority of Microsoft Entra does
// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
func (s server) token(w http.ResponseWriter, r *http.Request) {
	client := r.PostFormValue("client_id")
	switch j := s.cloud.Judge(w, r, fake.Ask{KeyID: client, Action: "token"}, false); j.Verdict {
	case fake.Answer:
		write(w, http.StatusOK, object{"token_type": "Bearer", "expires_in": 3599, "access_token": tokenPrefix + client})
	case fake.Recorded:
		writeBody(w, http.StatusOK, j.Body)
	case fake.Throttled:
		retryAfter(w, j)
		write(w, http.StatusTooManyRequests, object{"error": "temporarily_unavailable", "error_description": "AADSTS90056: too many requests"})
	case fake.ServerError:
		write(w, http.StatusServiceUnavailable, object{"error": "temporarily_unavailable", "error_description": "AADSTS90033: a transient error has occurred"})
	case fake.Done:
	default:
		write(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_codes": []int{7000215},
			"error_description": "AADSTS7000215: Invalid client secret provided for app '" + client + "'."})
	}
}

// answer judges a request to ARM, and answers what is not refused.
func (s server) answer(action string, answer func(http.ResponseWriter, *http.Request, fake.Judgement)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ask := fake.Ask{KeyID: clientOf(r), Account: r.PathValue("subscription"), Region: r.PathValue("location"), Action: action}
		j := s.cloud.Judge(w, r, ask, r.URL.Query().Has("$skiptoken"))
		switch {
		case j.Verdict != fake.Answer:
			refuse(w, r, j)
		case !strings.EqualFold(r.PathValue("subscription"), j.Account.ID):
			refusal(w, http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+r.PathValue("subscription")+"' could not be found.")
		case ask.Region != "" && j.Region == nil:
			noProvider(w, ask.Region)
		default:
			answer(w, r, j)
		}
	}
}

// clientOf is the client id in a request's token.
func clientOf(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "+tokenPrefix)
}

func refuse(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	switch j.Verdict {
	case fake.Recorded:
		writeBody(w, http.StatusOK, j.Body)
	case fake.InvalidCredential:
		refusal(w, http.StatusUnauthorized, "ExpiredAuthenticationToken", "The access token has expired.")
	case fake.Denied:
		refusal(w, http.StatusForbidden, "AuthorizationFailed", "The client does not have authorization to perform action over scope '"+r.URL.Path+"'.")
	case fake.RegionDisabled:
		noProvider(w, r.PathValue("location"))
	case fake.Throttled:
		retryAfter(w, j)
		w.Header().Set("x-ms-ratelimit-remaining-subscription-reads", "0")
		refusal(w, http.StatusTooManyRequests, "SubscriptionRequestsThrottled", "Number of read requests for the subscription exceeded the limit.")
	case fake.ServerError:
		refusal(w, http.StatusInternalServerError, "InternalServerError", "Encountered internal server error.")
	case fake.ExpiredCursor:
		refusal(w, http.StatusBadRequest, "InvalidSkipToken", "The skip token is not valid.")
	}
}

func noProvider(w http.ResponseWriter, location string) {
	refusal(w, http.StatusBadRequest, "NoRegisteredProviderFound", "No registered resource provider found for location '"+location+"'.")
}

// retryAfter is in whole seconds.
func retryAfter(w http.ResponseWriter, j fake.Judgement) {
	if j.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(j.RetryAfter.Seconds()))))
	}
}

// list answers a page of the list, with a nextLink of this server.
func (s server) list(w http.ResponseWriter, r *http.Request, all []any) {
	offset := 0
	if token := r.URL.Query().Get("$skiptoken"); token != "" {
		var err error
		if offset, err = strconv.Atoi(token); err != nil {
			refusal(w, http.StatusBadRequest, "InvalidSkipToken", "The skip token is not valid.")
			return
		}
	}
	page, next := fake.Page(s.cloud, all, offset, 0)
	value := append([]any{}, page...)
	for i := range value {
		if made, is := value[i].(later); is {
			value[i] = made()
		}
	}
	answer := object{"value": value}
	if next >= 0 {
		query := r.URL.Query()
		query.Set("$skiptoken", strconv.Itoa(next))
		answer["nextLink"] = "http://" + r.Host + r.URL.Path + "?" + query.Encode()
	}
	write(w, http.StatusOK, answer)
}

// later makes an element of a list, for the page that has it alone: lists are long, and
// asked for page by page.
type later func() object

// object is a JSON object.
type object map[string]any

func write(w http.ResponseWriter, status int, answer object) {
	body, err := json.Marshal(answer)
	if err != nil {
		panic(fmt.Sprintf("azurefake: %v", err)) // texts and numbers always encode
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("x-ms-request-id", "request-"+strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails where the caller went away
}

func refusal(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("x-ms-failure-cause", "gateway")
	write(w, status, object{"error": object{"code": code, "message": message}})
}
