package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// maxMembers is the most that Organizations lists at once
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html).
const maxMembers = 20

// Members implements adapter.Organised. Only the management account and delegated
// administrators may ask.
func (s *session) Members(ctx context.Context, discover cloud.Discover) (members []cloud.Member, err error) {
	byUnit := discover.Include.NeedsUnits() || discover.Exclude.NeedsUnits()
	switch {
	case discover.Parent != "":
		members, err = s.membersBelow(ctx, []string{discover.Parent})
	case byUnit:
		members, err = s.membersOfAll(ctx)
	default:
		members, err = s.listAccounts(ctx)
	}
	if err == nil && (discover.Include.NeedsTags() || discover.Exclude.NeedsTags()) {
		err = s.addTags(ctx, members)
	}
	return members, err
}

// directory is the client of Organizations, which is of no region.
func (s *session) directory() *organizations.Client { return s.in(s.home).organizations() }

func (s *session) listAccounts(ctx context.Context) ([]cloud.Member, error) {
	accounts, err := pagesOf(ctx, s, "ListAccounts", func(ctx context.Context, token *string) ([]types.Account, *string, error) {
		page, err := s.directory().ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: awssdk.Int32(maxMembers), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return page.Accounts, page.NextToken, nil
	})
	return membersOf(accounts, nil), err
}

// membersOfAll are those below the organisation's roots.
func (s *session) membersOfAll(ctx context.Context) (members []cloud.Member, err error) {
	roots, err := pagesOf(ctx, s, "ListRoots", func(ctx context.Context, token *string) ([]types.Root, *string, error) {
		page, err := s.directory().ListRoots(ctx, &organizations.ListRootsInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return page.Roots, page.NextToken, nil
	})
	for _, root := range roots {
		below, belowErr := s.membersBelow(ctx, []string{awssdk.ToString(root.Id)})
		if belowErr != nil {
			return nil, belowErr
		}
		members = append(members, below...)
	}
	return members, err
}

// membersBelow are those in a unit and the units in it. units are the unit and what it is
// in, the nearest first.
func (s *session) membersBelow(ctx context.Context, units []string) ([]cloud.Member, error) {
	accounts, err := pagesOf(ctx, s, "ListAccountsForParent", func(ctx context.Context, token *string) ([]types.Account, *string, error) {
		page, err := s.directory().ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{
			ParentId: &units[0], MaxResults: awssdk.Int32(maxMembers), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return page.Accounts, page.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	members := membersOf(accounts, units)
	inside, err := pagesOf(ctx, s, "ListOrganizationalUnitsForParent", func(ctx context.Context, token *string) ([]types.OrganizationalUnit, *string, error) {
		page, err := s.directory().ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{
			ParentId: &units[0], MaxResults: awssdk.Int32(maxMembers), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return page.OrganizationalUnits, page.NextToken, nil
	})
	for _, unit := range inside {
		id := awssdk.ToString(unit.Id)
		if slices.Contains(units, id) {
			return nil, adapter.BadAnswer("ListOrganizationalUnitsForParent", "%s is in itself", id)
		}
		below, belowErr := s.membersBelow(ctx, append([]string{id}, units...))
		if belowErr != nil {
			return nil, belowErr
		}
		members = append(members, below...)
	}
	return members, err
}

// pagesOf reads a list to its end. A page may be empty and have a next one; an answer without
// a list is none, or accounts would leave that are on it.
func pagesOf[T any](ctx context.Context, s *session, action string, read func(ctx context.Context, token *string) (some []T, next *string, err error)) (all []T, err error) {
	type page struct {
		some []T
		next *string
	}
	var seen []string
	for token := (*string)(nil); ; {
		got, err := adapter.Do(ctx, s.account.Calls, "", action, func(ctx context.Context) (p page, err error) {
			p.some, p.next, err = read(ctx, token)
			return p, err
		})
		if err != nil {
			return nil, err
		}
		if got.some == nil {
			return nil, adapter.BadAnswer(s.account.Place()+": "+action, "the answer has no list")
		}
		all, token = append(all, got.some...), got.next
		if awssdk.ToString(token) == "" {
			return all, nil
		}
		if slices.Contains(seen, *token) {
			return nil, adapter.BadAnswer(action, "the list goes round in a circle")
		}
		seen = append(seen, *token)
	}
}

func membersOf(accounts []types.Account, units []string) (members []cloud.Member) {
	for _, account := range accounts {
		member := cloud.Member{ID: awssdk.ToString(account.Id), Name: awssdk.ToString(account.Name), State: cloud.Suspended, Units: units}
		if state := stateOf(account); state == string(types.AccountStateActive) {
			member.State = cloud.Active
		}
		if units == nil {
			member.Units = unitsIn(account.Paths)
		}
		members = append(members, member)
	}
	return members
}

// stateOf is the account's State, or its Status where the region's API has no State yet.
// Status retires in September 2026.
func stateOf(account types.Account) string {
	if account.State != "" {
		return string(account.State)
	}
	return string(account.Status)
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

// addTags asks for the tags of each active member, for which there is no list.
func (s *session) addTags(ctx context.Context, members []cloud.Member) error {
	for i := range members {
		if members[i].State != cloud.Active {
			continue
		}
		tags, err := pagesOf(ctx, s, "ListTagsForResource", func(ctx context.Context, token *string) ([]types.Tag, *string, error) {
			page, err := s.directory().ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &members[i].ID, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return page.Tags, page.NextToken, nil
		})
		if err != nil {
			return err
		}
		members[i].Tags = map[string]string{}
		for _, tag := range tags {
			members[i].Tags[awssdk.ToString(tag.Key)] = awssdk.ToString(tag.Value)
		}
	}
	return nil
}
