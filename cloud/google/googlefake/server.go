// Package googlefake is a server that answers as the APIs of Google Cloud do, and gives the
// tokens for them, out of a neutral fake cloud.
package googlefake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// tokenPrefix comes before the id of the key in the tokens that the server gives.
const tokenPrefix = "fake-token-of-"

// Secret is in the fields of answers that are never to be stored.
const Secret = "planted-metadata-secret"

// Endpoint is where an account of a server at base is asked: several products have the same
// paths.
func Endpoint(base string) string { return base + "/{product}" }

// User is the document of a user's credential, as gcloud writes one, whose tokens are given by
// a server at base.
func User(base, keyID, secret string) string {
	text, err := json.Marshal(object{
		"type": "authorized_user", "client_id": keyID, "client_secret": secret, "refresh_token": "planted-refresh-token-of-" + keyID,
		"token_uri": base + "/token", "quota_project_id": "quota-project",
	})
	if err != nil {
		panic(fmt.Sprintf("googlefake: %v", err)) // texts always encode
	}
	return string(text)
}

// New returns the server. An account is a project, its KeyID the id of a user's client or the
// address of a service account; every secret is taken. An Organisation has the name of the
// organization or folder for its ID. The actions are token and the methods of the APIs, such as
// compute.instances.aggregatedList; of those, the ones with a location are of a region.
func New(c *fake.Cloud) http.Handler {
	s := server{c}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /cloudresourcemanager/v3/projects/{project}", s.answer("cloudresourcemanager.projects.get", s.project))
	s.organization(mux)
	const compute = "GET /compute/compute/v1/projects/{project}/"
	mux.HandleFunc(compute+"regions", s.answer("compute.regions.list", s.regions))
	mux.HandleFunc(compute+"zones/{zone}/machineTypes", s.answer("compute.machineTypes.list", s.machineTypes))
	mux.HandleFunc(compute+"aggregated/instances", s.aggregated("instances", instances))
	mux.HandleFunc(compute+"aggregated/disks", s.aggregated("disks", disks))
	mux.HandleFunc(compute+"aggregated/forwardingRules", s.aggregated("forwardingRules", forwardingRules))
	mux.HandleFunc("GET /sqladmin/v1/projects/{project}/instances", s.answer("sql.instances.list", s.databases))
	mux.HandleFunc("GET /sqladmin/v1/projects/{project}/tiers", s.answer("sql.tiers.list", s.tiers))
	for _, product := range []string{"redis", "memorystore", "certificatemanager"} {
		mux.HandleFunc("GET /"+product+"/v1/projects/{project}/locations", s.answer(product+".projects.locations.list", s.locations))
	}
	s.network(mux, compute)
	s.memorystore(mux, "redis", "instances", redis)
	s.memorystore(mux, "redis", "clusters", cluster)
	s.memorystore(mux, "memorystore", "instances", valkey)
	return mux
}

// network serves the network, what is stored, and clusters.
func (s server) network(mux *http.ServeMux, compute string) {
	for name, of := range map[string]func(place) []object{"subnetworks": subnetworks, "addresses": addresses, "routers": routers, "sslCertificates": sslCertificates} {
		mux.HandleFunc(compute+"aggregated/"+name, s.aggregated(name, everywhere(of)))
	}
	for name, of := range map[string]func(place) []object{"networks": networks, "firewalls": firewalls, "snapshots": snapshots, "images": images} {
		mux.HandleFunc(compute+"global/"+name, s.answer("compute."+name+".list", s.inOne("compute#"+strings.TrimSuffix(name, "s")+"List", "items", of)))
	}
	mux.HandleFunc(compute+"regions/{location}/snapshots", s.answer("compute.regionSnapshots.list", s.inOne("compute#snapshotList", "items", snapshots)))
	mux.HandleFunc("GET /certificatemanager/v1/projects/{project}/locations/{location}/certificates",
		s.answer("certificatemanager.projects.locations.certificates.list", s.inOne("", "certificates", managedCertificates)))
	mux.HandleFunc("GET /container/v1/projects/{project}/locations/-/clusters", s.answer("container.projects.locations.clusters.list", s.gke))
	mux.HandleFunc("GET /storage/storage/v1/b", s.answer("storage.buckets.list", s.buckets))
}

type server struct{ cloud *fake.Cloud }

// token answers as the authorization server does, to a refresh token and to a signed assertion
// (https://developers.google.com/identity/protocols/oauth2/service-account#httprest).
func (s server) token(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("client_id")
	if assertion := r.PostFormValue("assertion"); assertion != "" {
		id = issuer(assertion)
	}
	switch j := s.cloud.Judge(w, r, fake.Ask{KeyID: id, Action: "token"}, false); j.Verdict {
	case fake.Answer:
		write(w, http.StatusOK, object{"token_type": "Bearer", "expires_in": 3599, "access_token": tokenPrefix + id})
	case fake.Recorded:
		writeBody(w, http.StatusOK, j.Body)
	case fake.Throttled:
		write(w, http.StatusTooManyRequests, object{"error": "rate_limit_exceeded", "error_description": "Too many requests."})
	case fake.ServerError:
		write(w, http.StatusServiceUnavailable, object{"error": "internal_failure", "error_description": "Backend error."})
	case fake.Done:
	default:
		write(w, http.StatusBadRequest, object{"error": "invalid_grant", "error_description": "Invalid grant: account not found for " + id + "."})
	}
}

// issuer is who signed an assertion.
func issuer(assertion string) string {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return ""
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	var says struct{ Iss string }
	if err != nil || json.Unmarshal(claims, &says) != nil {
		return ""
	}
	return says.Iss
}

// answer judges a request to an API, and answers what is not refused.
func (s server) answer(action string, answer func(http.ResponseWriter, *http.Request, fake.Judgement)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ask := fake.Ask{KeyID: keyOf(r), Account: projectOf(r), Region: r.PathValue("location"), Action: action}
		if zone := r.PathValue("zone"); zone != "" {
			ask.Region = zone[:max(0, strings.LastIndexByte(zone, '-'))]
		}
		j := s.cloud.Judge(w, r, ask, r.URL.Query().Has("pageToken"))
		switch {
		case j.Verdict != fake.Answer:
			refuse(w, r, j)
		case projectOf(r) != j.Account.ID:
			refusal(w, http.StatusForbidden, "forbidden", "PERMISSION_DENIED", "Permission denied on resource project "+projectOf(r)+".")
		default:
			answer(w, r, j)
		}
	}
}

// keyOf is the id of the key in a request's token.
func keyOf(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "+tokenPrefix)
}

// projectOf is the project that a request is about.
func projectOf(r *http.Request) string {
	return r.PathValue("project") + r.URL.Query().Get("project")
}

func refuse(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	switch j.Verdict {
	case fake.Recorded:
		writeBody(w, http.StatusOK, j.Body)
	case fake.InvalidCredential:
		refusal(w, http.StatusUnauthorized, "authError", "UNAUTHENTICATED", "Request had invalid authentication credentials.")
	case fake.Denied:
		refusal(w, http.StatusForbidden, "forbidden", "PERMISSION_DENIED", "Required permission for '"+r.URL.Path+"'.")
	case fake.RegionDisabled:
		refusal(w, http.StatusForbidden, "forbidden", "PERMISSION_DENIED", "Permission denied on 'locations/"+r.PathValue("location")+"' (or it may not exist).")
	case fake.Throttled:
		throttle(w, j)
	case fake.ServerError:
		refusal(w, http.StatusServiceUnavailable, "backendError", "UNAVAILABLE", "Internal error. Please try again or contact Google Support.")
	case fake.ExpiredCursor:
		refusal(w, http.StatusBadRequest, "invalid", "INVALID_ARGUMENT", "Invalid value for field 'pageToken'.")
	}
}

// throttle answers 403, as Compute Engine does where a minute's quota is used up.
func throttle(w http.ResponseWriter, j fake.Judgement) {
	details := []object{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}}
	if j.RetryAfter > 0 {
		details = append(details, object{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": j.RetryAfter.String()})
	}
	const message = "Quota exceeded for quota metric 'List requests' and limit 'List requests per minute'."
	write(w, http.StatusForbidden, object{"error": object{
		"code": http.StatusForbidden, "message": message, "status": "PERMISSION_DENIED", "details": details,
		"errors": []object{{"message": message, "domain": "usageLimits", "reason": "rateLimitExceeded"}},
	}})
}

func refusal(w http.ResponseWriter, status int, reason, name, message string) {
	write(w, status, object{"error": object{
		"code": status, "message": message, "status": name,
		"errors": []object{{"message": message, "domain": "global", "reason": reason}},
	}})
}

// list answers a page of a list that is of one place.
func list[T any](s server, w http.ResponseWriter, r *http.Request, kind, name string, all []T) {
	page, next, ok := cut(s, w, r, all)
	if !ok {
		return
	}
	answer := object{}
	if kind != "" {
		answer["kind"] = kind
	}
	if len(page) > 0 {
		answer[name] = page
	}
	if next != "" {
		answer["nextPageToken"] = next
	}
	write(w, http.StatusOK, answer)
}

// cut is the page that a request asks for, by either parameter of its size.
func cut[T any](s server, w http.ResponseWriter, r *http.Request, all []T) (page []T, next string, ok bool) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("maxResults") + query.Get("pageSize"))
	offset := 0
	if token := query.Get("pageToken"); token != "" {
		var err error
		if offset, err = strconv.Atoi(token); err != nil {
			refuse(w, r, fake.Judgement{Verdict: fake.ExpiredCursor})
			return nil, "", false
		}
	}
	page, after := fake.Page(s.cloud, all, offset, limit)
	if after >= 0 {
		next = strconv.Itoa(after)
	}
	return page, next, true
}

// object is a JSON object.
type object map[string]any

func write(w http.ResponseWriter, status int, answer object) {
	body, err := json.Marshal(answer)
	if err != nil {
		panic(fmt.Sprintf("googlefake: %v", err)) // texts and numbers always encode
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails where the caller went away
}
