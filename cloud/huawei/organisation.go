package huawei

import (
	"cmp"
	"context"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	organizations "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/organizations/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/organizations/v1/model"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// maxMembers is how many entries of an organisation are asked for at a time. The most is not
// documented; 1,000 is the default, 200 the most with contacts
// (https://support.huaweicloud.com/intl/en-us/api-organizations/ListAccounts.html).
const maxMembers = 200

// member is an account of the organisation.
type member struct {
	ID     string // of the domain
	Name   string
	Status string // active, suspended or pending_closure
}

// unit is a root or an organisational unit.
type unit struct{ ID string }

// unitList is the action that lists what units are in a unit.
const unitList = "ListOrganizationalUnits"

// Members implements adapter.Organised. Only the management account and delegated
// administrators may ask.
func (s *session) Members(ctx context.Context, discover cloud.Discover) (members []cloud.Member, err error) {
	switch {
	case discover.Parent != "":
		members, err = adapter.Descend(ctx, unitList, []string{discover.Parent}, s.in)
	case discover.NeedsUnits():
		members, err = adapter.Descend(ctx, unitList, nil, s.in)
	default:
		members, err = s.membersIn(ctx, nil)
	}
	if err == nil && discover.Parent == "" {
		members, err = s.account.MembersBelow("", members)
	}
	if err == nil && discover.NeedsTags() {
		err = adapter.AddTags(members, func(id string) ([]adapter.Tag, error) { return s.tagsOf(ctx, id) })
	}
	return members, err
}

// in is what is directly in the first of the units; without one, the organisation's roots.
func (s *session) in(ctx context.Context, units []string) (members []cloud.Member, inside []string, err error) {
	var listedUnits []unit
	if len(units) == 0 {
		listedUnits, err = listed[unit](ctx, s, "ListRoots", "roots", organizations.GenReqDefForListRoots, func(limit *int32, marker *string) any {
			return &model.ListRootsRequest{Limit: limit, Marker: marker}
		})
	} else if members, err = s.membersIn(ctx, units); err == nil {
		listedUnits, err = listed[unit](ctx, s, unitList, "organizational_units", organizations.GenReqDefForListOrganizationalUnits, func(limit *int32, marker *string) any {
			return &model.ListOrganizationalUnitsRequest{ParentId: &units[0], Limit: limit, Marker: marker}
		})
	}
	for _, one := range listedUnits {
		inside = append(inside, one.ID)
	}
	return members, inside, err
}

// membersIn are the accounts that are in the first of the units, and in none in it; without
// one, all of the organisation. units are the unit and what it is in, the nearest first.
func (s *session) membersIn(ctx context.Context, units []string) (members []cloud.Member, err error) {
	var parent *string
	if len(units) > 0 {
		parent = &units[0]
	}
	listed, err := listed[member](ctx, s, "ListAccounts", "accounts", organizations.GenReqDefForListAccounts, func(limit *int32, marker *string) any {
		return &model.ListAccountsRequest{ParentId: parent, Limit: limit, Marker: marker}
	})
	for _, one := range listed {
		state := cloud.Suspended
		if one.Status == "active" {
			state = cloud.Active
		}
		members = append(members, cloud.Member{ID: one.ID, Name: one.Name, State: state, Units: units})
	}
	return members, err
}

// tagsOf are those of an account, for which there is no list.
func (s *session) tagsOf(ctx context.Context, id string) ([]adapter.Tag, error) {
	return listed[adapter.Tag](ctx, s, "ListTagsForResource", "tags", organizations.GenReqDefForListTagsForResource, func(limit *int32, marker *string) any {
		return &model.ListTagsForResourceRequest{ResourceId: id, Limit: limit, Marker: marker}
	})
}

// listed is all that a list of the organisation has.
func listed[T any](ctx context.Context, s *session, action, path string, described func() *def.HttpRequestDef, request func(limit *int32, marker *string) any) ([]T, error) {
	ask := func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		return call(ctx, s, s.organizations(), action, func(client *core.HcHttpClient) (answer adapter.Answer[T], err error) {
			fields, err := send[adapter.Document](client, request(given[int32](maxMembers), given(q.Token)), described())
			if err != nil {
				return answer, err
			}
			if answer, err = whole[T](fields, q); err == nil {
				answer.Next, err = nextMarker(fields, len(answer.Items) >= maxMembers)
			}
			return answer, err
		})
	}
	return adapter.All(ctx, s, adapter.Query{Action: action, Path: path}, ask)
}

// organizations is where the organisation is asked for, which is of no region and no project.
func (s *session) organizations() endpoint {
	return endpoint{domain: s.account.AccountID, address: cmp.Or(s.account.EndpointFor("organizations", ""), "https://organizations.myhuaweicloud.com")}
}
