package aws

import (
	"cmp"
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// maxMembers is the most that Organizations lists at once
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html).
const maxMembers = 20

// member is an account of the organisation. Status, which retires in September 2026, counts
// where the region's API has no State yet.
type member struct {
	ID            string `json:"Id"`
	Name          string
	State, Status string
	Paths         []string
}

// unit is a root or an organisational unit.
type unit struct {
	ID string `json:"Id"`
}

// unitList is the action that lists what units are in a unit.
const unitList = "ListOrganizationalUnitsForParent"

// Members implements adapter.Organised. Only the management account and delegated
// administrators may ask.
func (s *session) Members(ctx context.Context, discover cloud.Discover) (members []cloud.Member, err error) {
	switch {
	case discover.Parent != "":
		members, err = adapter.Descend(ctx, unitList, []string{discover.Parent}, s.inUnit)
	case discover.NeedsUnits():
		members, err = adapter.Descend(ctx, unitList, nil, s.inUnit)
	default:
		members, err = s.membersIn(ctx, "ListAccounts", nil, listAccounts)
	}
	if err == nil && discover.NeedsTags() {
		err = adapter.AddTags(members, func(id string) ([]adapter.Tag, error) {
			return directory[adapter.Tag](ctx, s, "ListTagsForResource", "Tags", listTagsFor(id))
		})
	}
	return members, err
}

// inUnit is what is directly in the first of the units; without one, the organisation's roots.
func (s *session) inUnit(ctx context.Context, units []string) (members []cloud.Member, inside []string, err error) {
	var listed []unit
	if len(units) == 0 {
		listed, err = directory[unit](ctx, s, "ListRoots", "Roots", listRoots)
	} else if members, err = s.membersIn(ctx, "ListAccountsForParent", units, listAccountsFor(units[0])); err == nil {
		listed, err = directory[unit](ctx, s, unitList, "OrganizationalUnits", listUnitsFor(units[0]))
	}
	for _, one := range listed {
		inside = append(inside, one.ID)
	}
	return members, inside, err
}

// membersIn are the accounts of a list, which are in the units.
func (s *session) membersIn(ctx context.Context, action string, units []string, send sender) (members []cloud.Member, err error) {
	listed, err := directory[member](ctx, s, action, "Accounts", send)
	for _, one := range listed {
		member := cloud.Member{ID: one.ID, Name: one.Name, State: cloud.Suspended, Units: units}
		if cmp.Or(one.State, one.Status) == "ACTIVE" {
			member.State = cloud.Active
		}
		if units == nil {
			member.Units = unitsIn(one.Paths)
		}
		members = append(members, member)
	}
	return members, err
}

// directory is all that a list of Organizations has, which is of no region.
func directory[T any](ctx context.Context, s *session, action, path string, send sender) ([]T, error) {
	return adapter.All(ctx, s, adapter.Query{Action: action, Path: path}, askJSON[T]("NextToken", send))
}

func listAccounts(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.organizations().ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: awssdk.Int32(maxMembers), NextToken: ifAny(q.Token)})
	return err
}

func listRoots(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.organizations().ListRoots(ctx, &organizations.ListRootsInput{NextToken: ifAny(q.Token)})
	return err
}

func listAccountsFor(parent string) sender {
	return func(ctx context.Context, c *clients, q adapter.Query) error {
		_, err := c.organizations().ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{
			ParentId: &parent, MaxResults: awssdk.Int32(maxMembers), NextToken: ifAny(q.Token),
		})
		return err
	}
}

func listUnitsFor(parent string) sender {
	return func(ctx context.Context, c *clients, q adapter.Query) error {
		_, err := c.organizations().ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{
			ParentId: &parent, MaxResults: awssdk.Int32(maxMembers), NextToken: ifAny(q.Token),
		})
		return err
	}
}

func listTagsFor(id string) sender {
	return func(ctx context.Context, c *clients, q adapter.Query) error {
		_, err := c.organizations().ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &id, NextToken: ifAny(q.Token)})
		return err
	}
}

// unitsIn are the units of a path such as o-a1/r-b2/ou-b2-c3/ou-b2-d4/111122223333/, the
// nearest first. Its form is not documented for ListAccounts (?): what has another is left
// out.
func unitsIn(paths []string) (units []string) {
	if len(paths) == 0 {
		return nil
	}
	for _, part := range strings.Split(paths[0], "/") {
		if strings.HasPrefix(part, "ou-") || strings.HasPrefix(part, "r-") {
			units = append(units, part)
		}
	}
	slices.Reverse(units)
	return units
}
