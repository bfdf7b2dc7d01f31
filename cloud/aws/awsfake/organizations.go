package awsfake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
)

// root is the id of the organisation's root, in which the others are.
const root = "r-fake"

func (q *request) listAccounts() (any, error) {
	return q.accountsOf(func(cloud.Member) bool { return true })
}

func (q *request) listAccountsForParent() (any, error) {
	parent := q.form.Get("ParentId")
	return q.accountsOf(func(m cloud.Member) bool { return parentOf(m) == parent })
}

func parentOf(m cloud.Member) string {
	if len(m.Units) == 0 {
		return root
	}
	return m.Units[0]
}

func (q *request) accountsOf(wanted func(cloud.Member) bool) (any, error) {
	of := q.Account.Organisation
	if of == nil {
		return nil, &failure{http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."}
	}
	var members []cloud.Member
	for _, member := range of.Members {
		if wanted(member) {
			members = append(members, member)
		}
	}
	limit, err := strconv.Atoi(q.form.Get("MaxResults"))
	if err != nil || limit < 1 || limit > 20 {
		return nil, &failure{http.StatusBadRequest, "InvalidInputException", "MaxResults is not between 1 and 20"}
	}
	cursor, _ := strconv.Atoi(strings.TrimPrefix(q.form.Get("NextToken"), "page-"))
	page, next := of.Page(members, cursor, limit)
	accounts := []object{}
	for _, member := range page {
		state := "ACTIVE"
		if member.State != cloud.Active {
			state = "SUSPENDED"
		}
		accounts = append(accounts, object{
			"Id": member.ID, "Name": member.Name, "State": state, "Status": state, "Email": Planted + "@example.com",
			"Arn": "arn:aws:organizations::" + q.Account.ID + ":account/o-fake/" + member.ID,
		})
	}
	answer := object{"Accounts": accounts}
	if next != -1 {
		answer["NextToken"] = "page-" + strconv.Itoa(next)
	}
	return answer, nil
}

func (q *request) listRoots() (any, error) {
	return object{"Roots": []object{{"Id": root, "Name": "Root"}}}, nil
}

// listUnitsForParent has the units that members are in.
func (q *request) listUnitsForParent() (any, error) {
	parent := q.form.Get("ParentId")
	var ids []string
	for _, member := range q.Account.Organisation.Members {
		chain := append(slices.Clone(member.Units), root)
		if i := slices.Index(chain, parent); i > 0 && !slices.Contains(ids, chain[i-1]) {
			ids = append(ids, chain[i-1])
		}
	}
	units := []object{}
	for _, id := range ids {
		units = append(units, object{"Id": id, "Name": "unit " + id})
	}
	return object{"OrganizationalUnits": units}, nil
}

func (q *request) listTagsForResource() (any, error) {
	tags := []object{}
	for _, member := range q.Account.Organisation.Members {
		for key, value := range member.Tags {
			if member.ID == q.form.Get("ResourceId") {
				tags = append(tags, object{"Key": key, "Value": value})
			}
		}
	}
	return object{"Tags": tags}, nil
}
