package googlefake

import (
	"net/http"
	"slices"
	"strconv"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
)

// serverPage is how many projects the server puts on a page by itself.
const serverPage = 20

// organization serves what projects are in.
func (s server) organization(mux *http.ServeMux) {
	const v3 = "GET /cloudresourcemanager/v3/"
	for _, collection := range []string{"organizations", "folders"} {
		mux.HandleFunc(v3+collection+"/{id}", s.answerNode("cloudresourcemanager."+collection+".get", func(r *http.Request) string { return collection + "/" + r.PathValue("id") }, s.node))
	}
	parent := func(r *http.Request) string { return r.URL.Query().Get("parent") }
	mux.HandleFunc(v3+"projects", s.answerNode("cloudresourcemanager.projects.list", parent, s.projects))
	mux.HandleFunc(v3+"folders", s.answerNode("cloudresourcemanager.folders.list", parent, s.folders))
}

// answerNode judges a request about a folder or an organization, and answers what is not
// refused: all that is in the account's organisation.
func (s server) answerNode(action string, node func(*http.Request) string, answer func(w http.ResponseWriter, r *http.Request, of *fake.Organisation, node string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		j := s.cloud.Judge(w, r, fake.Ask{KeyID: keyOf(r), Action: action}, r.URL.Query().Has("pageToken"))
		switch name := node(r); {
		case j.Verdict != fake.Answer:
			refuse(w, r, j)
		case !has(j.Account.Organisation, name):
			refusal(w, http.StatusForbidden, "forbidden", "PERMISSION_DENIED", "The caller does not have permission on "+name+".")
		default:
			answer(w, r, j.Account.Organisation, name)
		}
	}
}

// has says that an organisation is the node, or has it somewhere in it.
func has(of *fake.Organisation, node string) bool {
	return of != nil && (of.ID == node || slices.ContainsFunc(of.Members, func(m cloud.Member) bool {
		return slices.Contains(fake.Chain(m, of.ID), node)
	}))
}

func (s server) node(w http.ResponseWriter, _ *http.Request, _ *fake.Organisation, node string) {
	write(w, http.StatusOK, object{"name": node, "displayName": "example.com", "state": "ACTIVE", "directoryCustomerId": Secret})
}

func (s server) projects(w http.ResponseWriter, r *http.Request, of *fake.Organisation, node string) {
	var inside []cloud.Member
	for _, member := range of.Members {
		if fake.Chain(member, of.ID)[0] == node && (member.State == cloud.Active || r.URL.Query().Get("showDeleted") == "true") {
			inside = append(inside, member)
		}
	}
	cursor, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
	page, next := of.Page(inside, cursor, serverPage)
	answer := object{}
	var projects []object
	for _, member := range page {
		state := "ACTIVE"
		if member.State != cloud.Active {
			state = "DELETE_REQUESTED"
		}
		projects = append(projects, object{
			"name": "projects/415104041262", "projectId": member.ID, "displayName": member.Name, "parent": node, "state": state,
			"labels": member.Tags, "createTime": "2024-04-14T22:32:00.123Z", "etag": "W/\"1\"",
		})
	}
	if len(projects) > 0 {
		answer["projects"] = projects
	}
	if next != -1 {
		answer["nextPageToken"] = strconv.Itoa(next)
	}
	write(w, http.StatusOK, answer)
}

func (s server) folders(w http.ResponseWriter, _ *http.Request, of *fake.Organisation, node string) {
	var names []string
	for _, member := range of.Members {
		chain := fake.Chain(member, of.ID)
		if i := slices.Index(chain, node); i > 0 && !slices.Contains(names, chain[i-1]) {
			names = append(names, chain[i-1])
		}
	}
	answer := object{}
	var folders []object
	for _, name := range names {
		folders = append(folders, object{"name": name, "displayName": "folder " + name, "parent": node, "state": "ACTIVE"})
	}
	if len(folders) > 0 {
		answer["folders"] = folders
	}
	write(w, http.StatusOK, answer)
}
