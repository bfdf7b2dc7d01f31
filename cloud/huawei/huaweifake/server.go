// Package huaweifake is a server that answers as Huawei Cloud's products do, all at one
// address, with what there is in a fake.Cloud.
package huaweifake

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// CacheAction is how faults name the action that lists caches: databases have one of the same name.
const CacheAction = "dcs_ListInstances"

// TaurusAction, GaussAction and DDSAction are how faults name those that list databases
// beside RDS, likewise.
const (
	TaurusAction = "ListGaussMySqlInstances"
	GaussAction  = "gaussdb-opengauss_ListInstances"
	DDSAction    = "dds_ListInstances"
)

// New returns the server.
func New(c *fake.Cloud) http.Handler {
	s := server{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v3/projects", s.projects)
	mux.HandleFunc("GET /{$}", s.buckets)
	mux.HandleFunc("POST /v5/agencies/assume", s.assumeAgency)
	mux.HandleFunc("GET /v1/organizations/accounts", s.organization("ListAccounts", s.members))
	mux.HandleFunc("GET /v1/organizations/roots", s.organization("ListRoots", s.roots))
	mux.HandleFunc("GET /v1/organizations/organizational-units", s.organization("ListOrganizationalUnits", s.units))
	mux.HandleFunc("GET /v1/organizations/resources/{id}/tags", s.organization("ListTagsForResource", s.memberTags))
	for pattern, api := range map[string]api{
		"GET /v1/{project}/cloudservers/detail":         {"ListServersDetails", nested, s.servers},
		"GET /v2/{project}/cloudvolumes/detail":         {"ListVolumes", nested, s.volumes},
		"GET /v3/{project}/elb/loadbalancers":           {"ListLoadBalancers", flat, s.balancers},
		"GET /v3/{project}/elb/listeners":               {"ListListeners", flat, s.listeners},
		"GET /v2/{project}/instances":                   {CacheAction, flat, s.caches},
		"GET /v3/{project}/vpc/vpcs":                    {"ListVpcs", flat, s.vpcs},
		"GET /v3/{project}/vpc/virsubnets":              {"ListVirsubnets", flat, s.subnets},
		"GET /v2/{project}/cloudsnapshots/detail":       {"ListSnapshots", nested, s.snapshots},
		"GET /api/v3/projects/{project}/clusters":       {"ListClusters", flat, s.clusters},
		"GET /autopilot/v3/projects/{project}/clusters": {"ListAutopilotClusters", flat, s.autopilots},
		"GET /v3/{project}/elb/certificates":            {"ListCertificates", flat, s.certificates},
		"GET /v3/scm/certificates":                      {BoughtAction, flat, s.boughtCertificates},
		"GET /v2/cloudimages":                           {"ListImages", nested, s.images},
		"GET /v3/{project}/eip/publicips":               {"ListPublicips", flat, s.publicIPs},
		"GET /v2/{project}/nat_gateways":                {"ListNatGateways", flat, s.publicGateways},
		"GET /v3/{project}/private-nat/gateways":        {"ListPrivateNats", flat, s.privateGateways},
		"GET /v3/{project}/vpc/security-groups":         {"ListSecurityGroups", flat, s.securityGroups},
		"GET /v3/{project}/vpc/security-group-rules":    {"ListSecurityGroupRules", flat, s.securityRules},
	} {
		mux.HandleFunc(pattern, s.of(api))
	}
	// The products of databases have one path. Beside RDS, they are told by the type that is
	// asked for.
	mux.HandleFunc("GET /v3/{project}/instances", func(w http.ResponseWriter, r *http.Request) {
		s.of(s.databases(r.URL.Query().Get("datastore_type")))(w, r)
	})
	return mux
}

type server struct{ cloud *fake.Cloud }

// api is one of a product's, in a project.
type api struct {
	action string
	form   form
	list   func(*fake.Region, url.Values) (answer any, refused *refusal)
}

// of serves an API.
func (s server) of(a api) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		project := cmp.Or(r.PathValue("project"), r.Header.Get("X-Project-Id"))
		account, region := place(project)
		query := r.URL.Query()
		j := s.cloud.Judge(w, r, fake.Ask{KeyID: keyID(r), Region: region, Action: a.action}, goesOn(query))
		if answered(w, j, a.form) {
			return
		}
		if j.Account.ID != account || j.Region == nil {
			projectUnavailable.write(w)
			return
		}
		query.Set("project_id", project)
		answer, refused := a.list(j.Region, query)
		if refused != nil {
			refused.write(w, a.form)
			return
		}
		write(w, http.StatusOK, answer)
	}
}

// goesOn says that a request goes on with a listing.
func goesOn(query url.Values) bool {
	offset := query.Get("offset")
	return query.Has("marker") || offset != "" && offset != "0" && offset != "1"
}

// ProjectID is the id of the account's project of the region.
func ProjectID(account, region string) string {
	return hex.EncodeToString([]byte(account + "/" + region))
}

// place is what ProjectID was made of.
func place(project string) (account, region string) {
	text, _ := hex.DecodeString(project)
	account, region, _ = strings.Cut(string(text), "/")
	return account, region
}

// keyID is the access key that a request is signed with: "SDK-HMAC-SHA256 Access=…,
// SignedHeaders=…, Signature=…"; "" where it is an agency's and its token is missing.
func keyID(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Access=")
	id, _, _ := strings.Cut(rest, ",")
	if strings.Contains(id, "-session-") && r.Header.Get("X-Security-Token") != sessionToken {
		return ""
	}
	return id
}

// number is a query's parameter, or else the given one; an error for what is out of
// the range.
func number(query url.Values, name string, otherwise, least, most int) (int, *refusal) {
	if !query.Has(name) {
		return otherwise, nil
	}
	value, err := strconv.Atoi(query.Get(name))
	if err != nil || value < least || value > most {
		return 0, &refusal{http.StatusBadRequest, "APIGW.0201", "API request error: " + name}
	}
	return value, nil
}

const unlimited = math.MaxInt32

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "5f1d0c6f9d0e4b0f8a4c")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails where the caller went away
}
