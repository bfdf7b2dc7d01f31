package huaweifake

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
)

// Planted is in what may be a secret, or is nobody's business.
const Planted = "planted"

// sessionToken goes with the keys of an agency.
const sessionToken = "session-of-" + Planted

// root is the id of the organisation's root, in which the others are.
const root = "r-fake"

var (
	nobodysManager = refusal{http.StatusUnauthorized, "Organizations.1002", "This operation can be called only from the management account of an organization or by a member account that is a delegated administrator for a service."}
	noSuchParent   = refusal{http.StatusNotFound, "Organizations.1101", "The parent is not found."}
	noAgency       = refusal{http.StatusForbidden, "PAP5.0001", "access denied: the agency cannot be assumed"}
)

// organization serves an API of Organizations, which is of no project.
func (s server) organization(action string, answer func(*fake.Organisation, *http.Request) (any, *refusal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		j := s.cloud.Judge(w, r, fake.Ask{KeyID: keyID(r), Action: action}, r.URL.Query().Has("marker"))
		if answered(w, j, flat) {
			return
		}
		if j.Account.Organisation == nil || r.Header.Get("X-Domain-Id") != j.Account.ID {
			nobodysManager.write(w)
			return
		}
		body, refused := answer(j.Account.Organisation, r)
		if refused != nil {
			refused.write(w)
			return
		}
		write(w, http.StatusOK, body)
	}
}

// members is a page of those in a parent, or of all.
func (s server) members(of *fake.Organisation, r *http.Request) (any, *refusal) {
	query := r.URL.Query()
	limit, refused := number(query, "limit", 1000, 1, 1000)
	if refused != nil {
		return nil, refused
	}
	parent := query.Get("parent_id")
	if parent != "" && !isUnit(of, parent) {
		return nil, &noSuchParent
	}
	var members []cloud.Member
	for _, member := range of.Members {
		if parent == "" || chainOf(member)[0] == parent {
			members = append(members, member)
		}
	}
	cursor, _ := strconv.Atoi(strings.TrimPrefix(query.Get("marker"), "page"))
	page, next := of.Page(members, cursor, limit)
	accounts := []any{}
	for _, member := range page {
		status := "active"
		if member.State != cloud.Active {
			status = "suspended"
		}
		accounts = append(accounts, map[string]any{
			"id": member.ID, "name": member.Name, "status": status, "urn": "organizations::x:account:o-fake/" + member.ID,
			"join_method": "created", "joined_at": "2023-03-08T08:30:00Z", "email": Planted + "@example.com", "mobile_phone": Planted,
		})
	}
	return listOf("accounts", accounts, next), nil
}

// listOf is a page with the marker of the next one, -1 after the last.
func listOf(name string, list []any, next int) any {
	info := map[string]any{"next_marker": nil, "current_count": len(list)}
	if next != -1 {
		info["next_marker"] = "page" + strconv.Itoa(next)
	}
	return map[string]any{name: list, "page_info": info}
}

// chainOf are the units that a member is in, the nearest first, with the root.
func chainOf(m cloud.Member) []string {
	if slices.Contains(m.Units, root) {
		return m.Units
	}
	return append(slices.Clone(m.Units), root)
}

func isUnit(of *fake.Organisation, id string) bool {
	return id == root || slices.ContainsFunc(of.Members, func(m cloud.Member) bool { return slices.Contains(m.Units, id) })
}

func (s server) roots(*fake.Organisation, *http.Request) (any, *refusal) {
	return listOf("roots", []any{map[string]any{"id": root, "name": "root"}}, -1), nil
}

func (s server) units(of *fake.Organisation, r *http.Request) (any, *refusal) {
	parent := r.URL.Query().Get("parent_id")
	if !isUnit(of, parent) {
		return nil, &noSuchParent
	}
	var ids []string
	for _, member := range of.Members {
		chain := chainOf(member)
		if i := slices.Index(chain, parent); i > 0 && !slices.Contains(ids, chain[i-1]) {
			ids = append(ids, chain[i-1])
		}
	}
	units := []any{}
	for _, id := range ids {
		units = append(units, map[string]any{"id": id, "name": "unit " + id})
	}
	return listOf("organizational_units", units, -1), nil
}

func (s server) memberTags(of *fake.Organisation, r *http.Request) (any, *refusal) {
	tags := []any{}
	for _, member := range of.Members {
		for key, value := range member.Tags {
			if member.ID == r.PathValue("id") {
				tags = append(tags, map[string]any{"key": key, "value": value})
			}
		}
	}
	return listOf("tags", tags, -1), nil
}

// agencyURN is that of an agency in an account.
var agencyURN = regexp.MustCompile(`^iam::([0-9a-f]{32}):agency:(.+)$`)

// assumeAgency enters the account that the agency's URN names.
func (s server) assumeAgency(w http.ResponseWriter, r *http.Request) {
	j := s.cloud.Judge(w, r, fake.Ask{KeyID: keyID(r), Action: "AssumeAgency"}, false)
	if answered(w, j, flat) {
		return
	}
	var body struct {
		AgencyURN         string `json:"agency_urn"`
		AgencySessionName string `json:"agency_session_name"`
	}
	named := []string(nil)
	if json.NewDecoder(r.Body).Decode(&body) == nil && body.AgencySessionName != "" {
		named = agencyURN.FindStringSubmatch(body.AgencyURN)
	}
	if named != nil {
		if id, ends, ok := s.cloud.Assume(named[1], named[2]); ok {
			write(w, http.StatusOK, map[string]any{
				"assumed_agency": map[string]any{"urn": body.AgencyURN, "id": "agency:cloudsync"},
				"credentials": map[string]any{
					"access_key_id": id, "secret_access_key": "key-of-" + Planted, "security_token": sessionToken, "expiration": ends.UTC().Format(time.RFC3339Nano),
				},
			})
			return
		}
	}
	noAgency.write(w)
}
