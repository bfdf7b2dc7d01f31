package alibabafake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
)

// root is the id of the directory's root folder, in which the others are.
const root = "r-fake"

// listAccounts is a page of the directory's members, in the form of its tokens.
func listAccounts(c *call) (object, *failure) {
	of := c.Account.Organisation
	if of == nil {
		return nil, &failure{status: http.StatusNotFound, code: "EntityNotExists.ResourceDirectory", message: "The resource directory for the account is not enabled."}
	}
	limit := c.integer("MaxResults", 10)
	if limit < 1 || limit > 100 {
		return nil, &failure{status: http.StatusBadRequest, code: "InvalidParameter", message: "MaxResults is not between 1 and 100."}
	}
	cursor, _ := strconv.Atoi(strings.TrimPrefix(c.parameters.Get("NextToken"), "page"))
	page, next := of.Page(of.Members, cursor, limit)
	accounts := []object{}
	for _, one := range page {
		accounts = append(accounts, c.member(one))
	}
	answer := object{"Accounts": object{"Account": accounts}, "TotalCount": len(of.Members), "PageSize": limit, "PageNumber": 1}
	if next != -1 {
		answer["NextToken"] = "page" + strconv.Itoa(next)
	}
	return answer, nil
}

func (c *call) member(m cloud.Member) object {
	status, folders := "CreateSuccess", slices.Clone(m.Units)
	if m.State != cloud.Active {
		status = "CreateVerifying"
	}
	if len(folders) == 0 {
		folders = []string{root}
	}
	nearest := folders[0]
	slices.Reverse(folders)
	account := object{
		"AccountId": m.ID, "DisplayName": m.Name, "Status": status, "Type": "ResourceAccount", "FolderId": nearest, "ResourceDirectoryId": "rd-fake",
		"ResourceDirectoryPath": "rd-fake/" + strings.Join(folders, "/") + "/" + m.ID, "AccountName": "planted@example.com",
		"JoinMethod": "created", "JoinTime": "2021-01-18T08:01:50.522Z",
	}
	if c.parameters.Get("IncludeTags") == "true" {
		tags := []object{}
		for key, value := range m.Tags {
			tags = append(tags, object{"Key": key, "Value": value})
		}
		account["Tags"] = object{"Tag": tags}
	}
	return account
}
