package tencent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// maxMembers is the most that the lists of an organisation take as a Limit
// (https://cloud.tencent.com/document/api/850, DescribeOrganizationMembers).
const maxMembers = 50

// member is an account of the organisation. The list tells no state of it, and no tags.
type member struct {
	MemberUin string
	Name      string
	NodeID    string `json:"NodeId"` // of the department that it is in
}

// department is a node in the tree of the organisation.
type department struct {
	NodeID       string `json:"NodeId"`
	ParentNodeID string `json:"ParentNodeId"`
}

// Members implements adapter.Organised. The account that manages the organisation may ask; an
// administrator of a trusted service would have to name the service. Whether the managing
// account is listed is not documented.
func (s *Session) Members(ctx context.Context, discover cloud.Discover) ([]cloud.Member, error) {
	listed, err := adapter.All(ctx, s, adapter.Query{Action: "DescribeOrganizationMembers", Path: "Items"}, askOrganization[member])
	if err != nil {
		return nil, err
	}
	parents := map[string]string{}
	if discover.Parent != "" || discover.NeedsUnits() {
		if parents, err = s.parents(ctx); err != nil {
			return nil, err
		}
	}
	var members []cloud.Member
	for _, one := range listed {
		members = append(members, cloud.Member{ID: one.MemberUin, Name: one.Name, State: cloud.Active, Units: unitsFrom(one.NodeID, parents)})
	}
	return s.account.MembersBelow(discover.Parent, members)
}

// parents are the departments that departments are in.
func (s *Session) parents(ctx context.Context) (map[string]string, error) {
	departments, err := adapter.All(ctx, s, adapter.Query{Action: "DescribeOrganizationNodes", Path: "Items"}, askOrganization[department])
	parents := map[string]string{}
	for _, one := range departments {
		parents[one.NodeID] = one.ParentNodeID
	}
	return parents, err
}

// unitsFrom are a department and what it is in, the nearest first. The root is in 0 (not
// documented), or in none.
func unitsFrom(id string, parents map[string]string) (units []string) {
	for id != "" && id != "0" && !slices.Contains(units, id) {
		units = append(units, id)
		id = parents[id]
	}
	return units
}

// askOrganization asks for a list of the organisation, which is of no region. A page begins
// after a number of entries, which has to be a multiple of the Limit: after a page that was
// not full, fewer are asked for.
func askOrganization[T any](ctx context.Context, s *Session, q adapter.Query) (adapter.Answer[T], error) {
	at := positionOf(q.Token)
	limit := maxMembers
	for at.offset%limit != 0 {
		limit--
	}
	parameters := map[string]any{"Offset": at.offset, "Limit": limit}
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[T], err error) {
		fields, err := send[adapter.Document](ctx, s, keys, homeRegion, organization, q.Action, parameters)
		if err != nil {
			return answer, err
		}
		if answer, err = answerOf[T](fields, q.Path); err != nil {
			return answer, err
		}
		if answer.NoList {
			return answer, nil
		}
		if answer.Total == "" { // any page would be the last
			return answer, adapter.BadAnswer("", "the number of all is not in the answer")
		}
		total, err := answer.Total.Whole("", "the number of all")
		if err != nil {
			return answer, err
		}
		answer.Next, err = at.next(len(answer.Items), int(total))
		return answer, err
	})
}

// position is where a page of a list of the organisation begins: after so many entries, of
// those that the page before announced.
type position struct{ offset, total int }

// positionOf reads OFFSET/TOTAL, "" for the first page.
func positionOf(token string) (p position) {
	offset, total, _ := strings.Cut(token, "/")
	p.offset, _ = strconv.Atoi(offset) // of next
	p.total, _ = strconv.Atoi(total)
	return p
}

// next is where the page after one begins, "" after the last. What comes or goes while pages
// are counted moves the others: then nobody knows which were left out.
func (p position) next(onPage, total int) (string, error) {
	listed := p.offset + onPage
	switch {
	case p.offset > 0 && p.total != total:
		return "", &cloud.Error{Class: cloud.Incomplete, Err: fmt.Errorf("there were %d when the list began, and are %d now", p.total, total)}
	case listed >= total:
		return "", nil
	case onPage == 0:
		return "", &cloud.Error{Class: cloud.Incomplete, Err: errors.New("a page is empty, and not all were listed")}
	default:
		return fmt.Sprintf("%d/%d", listed, total), nil
	}
}
