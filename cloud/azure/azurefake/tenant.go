package azurefake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
)

// serverPage is how many subscriptions the server puts on a page.
const serverPage = 20

// tenant serves what is of no subscription.
func (s server) tenant(mux *http.ServeMux) {
	mux.HandleFunc("GET /tenants", s.answerTenant("tenant_list", s.tenants))
	mux.HandleFunc("GET /subscriptions", s.answerTenant("subscription_list", s.subscriptions))
	mux.HandleFunc("GET /providers/Microsoft.Management/managementGroups/{group}/descendants", s.answerTenant("descendant_list", s.descendants))
}

// answerTenant judges a request that is of no subscription, and answers what is not refused.
func (s server) answerTenant(action string, answer func(w http.ResponseWriter, r *http.Request, of *fake.Organisation)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		j := s.cloud.Judge(w, r, fake.Ask{KeyID: clientOf(r), Action: action}, r.URL.Query().Has("$skiptoken"))
		if j.Verdict != fake.Answer {
			refuse(w, r, j)
			return
		}
		of := j.Account.Organisation
		if of == nil { // whose subscription is alone in a tenant of its own
			of = &fake.Organisation{ID: "tenant", Members: []cloud.Member{{ID: j.Account.ID, State: cloud.Active}}}
		}
		answer(w, r, of)
	}
}

func (s server) tenants(w http.ResponseWriter, _ *http.Request, of *fake.Organisation) {
	write(w, http.StatusOK, object{"value": []object{
		{"id": "/tenants/00000000-0000-0000-0000-00000000beef", "tenantId": "00000000-0000-0000-0000-00000000beef"},
		{"id": "/tenants/" + of.ID, "tenantId": strings.ToUpper(of.ID), "displayName": "demo"},
	}})
}

// subscriptions are those that the credential sees.
func (s server) subscriptions(w http.ResponseWriter, r *http.Request, of *fake.Organisation) {
	var seen []cloud.Member
	for _, member := range of.Members {
		if s.cloud.Opens(member.ID) {
			seen = append(seen, member)
		}
	}
	page, next := s.page(r, of, seen)
	value := []object{}
	for _, member := range page {
		state := "Enabled"
		if member.State != cloud.Active {
			state = "Deleted"
		}
		value = append(value, object{
			"id": "/subscriptions/" + member.ID, "subscriptionId": member.ID, "displayName": member.Name, "state": state,
			"tenantId": of.ID, "tags": member.Tags, "managedByTenants": []object{},
		})
	}
	answerPage(w, value, next)
}

// descendants are what is below a group, the other groups on the first page.
func (s server) descendants(w http.ResponseWriter, r *http.Request, of *fake.Organisation) {
	top := r.PathValue("group")
	var below []cloud.Member
	var groups []string
	value := []object{}
	for _, member := range of.Members {
		chain := fake.Chain(member, of.ID)
		at := slices.Index(chain, top)
		if at < 0 {
			continue
		}
		below = append(below, member)
		for i, group := range chain[:at] {
			if !slices.Contains(groups, group) && !r.URL.Query().Has("$skiptoken") {
				groups = append(groups, group)
				value = append(value, descendant("/providers/Microsoft.Management/managementGroups/"+group, "group "+group, chain[i+1]))
			}
		}
	}
	if len(below) == 0 {
		refusal(w, http.StatusForbidden, "AuthorizationFailed", "The client does not have authorization to perform action over scope '"+r.URL.Path+"'.")
		return
	}
	page, next := s.page(r, of, below)
	for _, member := range page {
		value = append(value, descendant("/subscriptions/"+member.ID, member.Name, fake.Chain(member, of.ID)[0]))
	}
	answerPage(w, value, next)
}

func descendant(id, name, parent string) object {
	return object{"id": id, "name": id[strings.LastIndexByte(id, '/')+1:], "properties": object{
		"displayName": name, "parent": object{"id": "/providers/Microsoft.Management/managementGroups/" + parent},
	}}
}

// page is the one that a request asks for, and where the next one is.
func (s server) page(r *http.Request, of *fake.Organisation, members []cloud.Member) (page []cloud.Member, next string) {
	query := r.URL.Query()
	cursor, _ := strconv.Atoi(query.Get("$skiptoken"))
	page, after := of.Page(members, cursor, serverPage)
	if after != -1 {
		query.Set("$skiptoken", strconv.Itoa(after))
		next = "http://" + r.Host + r.URL.Path + "?" + query.Encode()
	}
	return page, next
}

func answerPage(w http.ResponseWriter, value []object, next string) {
	answer := object{"value": value}
	if next != "" {
		answer["nextLink"] = next
	}
	write(w, http.StatusOK, answer)
}
