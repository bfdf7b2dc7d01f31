package huaweifake

import (
	"net/http"

	"cloudsync/cloud/fake"
)

// projects answers KeystoneListProjects: a project for each region, and those that an
// account has besides.
func (s server) projects(w http.ResponseWriter, r *http.Request) {
	j := s.cloud.Judge(w, r, fake.Ask{KeyID: keyID(r), Action: "KeystoneListProjects"}, false)
	if answered(w, j, keystone) {
		return
	}
	list := []any{project(j.Account.ID, j.Account.ID, "MOS", true)}
	for _, region := range j.Account.Regions {
		list = append(list,
			project(j.Account.ID, ProjectID(j.Account.ID, region.Name), region.Name+"_team", true),
			project(j.Account.ID, j.Account.ID, region.Name, !region.Disabled),
		)
	}
	write(w, http.StatusOK, map[string]any{
		"projects": list,
		"links":    map[string]any{"self": "https://iam.myhuaweicloud.com/v3/projects", "next": nil, "previous": nil},
	})
}

func project(account, parent, name string, enabled bool) map[string]any {
	id := ProjectID(account, name)
	return map[string]any{
		"id": id, "name": name, "domain_id": account, "parent_id": parent, "enabled": enabled, "is_domain": false,
		"description": "", "links": map[string]any{"self": "https://iam.myhuaweicloud.com/v3/projects/" + id},
	}
}
