package tencentfake

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
)

// root is the id of the department that all others are in.
const root = "1"

// roleARN is that of a role in an account, by its name.
var roleARN = regexp.MustCompile(`^qcs::cam::uin/(\d+):roleName/(.+)$`)

// sessionToken goes with the keys of a role.
const sessionToken = "session-of-" + Planted

// keyOf is the key that a request is signed with, "" where it is a role's and its token is
// missing.
func keyOf(keyID, token string) string {
	if strings.Contains(keyID, "-session-") && token != sessionToken {
		return ""
	}
	return keyID
}

// text is a parameter that is a text.
func (r *request) text(name string) (text string) {
	_ = json.Unmarshal(r.sent[name], &text) // absent: none
	return text
}

// assumeRole enters the account that the role's name has in it.
func (s *server) assumeRole(asked request) (object, *failure) {
	named := roleARN.FindStringSubmatch(asked.text("RoleArn"))
	if named == nil || asked.text("RoleSessionName") == "" {
		return nil, &failure{"InvalidParameter.ParamError", "The parameter is invalid."}
	}
	keyID, ends, ok := s.cloud.Assume(named[1], named[2])
	if !ok {
		return nil, &failure{"InternalError.GetRoleError", "role not exist"}
	}
	return object{
		"Credentials": object{"TmpSecretId": keyID, "TmpSecretKey": "key-of-" + Planted, "Token": sessionToken},
		"ExpiredTime": ends.Unix(), "Expiration": ends.UTC().Format(time.RFC3339Nano),
	}, nil
}

// organisationMembers is a page of the members. One that is empty, and not the last, is not
// known of the cloud: it is a list that is not whole.
func (s *server) organisationMembers(asked request) (object, *failure) {
	of := asked.account.Organisation
	if of == nil {
		return nil, &failure{"ResourceNotFound.OrganizationNotExist", "The organization does not exist."}
	}
	if asked.Offset%asked.Limit != 0 {
		return nil, &failure{"InvalidParameter", "Offset is no multiple of Limit."}
	}
	page, _ := of.Page(of.Members, asked.Offset, asked.Limit)
	items := []object{}
	for _, member := range page {
		items = append(items, object{
			"MemberUin": json.Number(member.ID), "Name": member.Name, "MemberType": "Create", "NodeId": json.Number(parentOf(member)),
			"NodeName": "node", "Remark": Planted, "PayUin": "", "BindStatus": "Success", "PermissionStatus": "Confirmed", "OrgIdentity": nil,
			"CreateTime": "2023-03-08 10:00:00",
		})
	}
	return object{"Items": items, "Total": len(of.Members)}, nil
}

func parentOf(m cloud.Member) string {
	if len(m.Units) == 0 {
		return root
	}
	return m.Units[0]
}

// organisationNodes are the departments that members are in.
func (s *server) organisationNodes(asked request) (object, *failure) {
	parents, ids := map[string]string{root: "0"}, []string{root}
	for _, member := range asked.account.Organisation.Members {
		chain := append(slices.Clone(member.Units), root)
		for i, id := range chain[:len(chain)-1] {
			if id != root && parents[id] == "" {
				parents[id], ids = chain[i+1], append(ids, id)
			}
		}
	}
	items := []object{}
	for _, id := range ids {
		items = append(items, object{"NodeId": json.Number(id), "ParentNodeId": json.Number(parents[id]), "Name": "node " + id, "Remark": ""})
	}
	end := min(asked.Offset+asked.Limit, len(items))
	return object{"Items": items[min(asked.Offset, end):end], "Total": len(items)}, nil
}
