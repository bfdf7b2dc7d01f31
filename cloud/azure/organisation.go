package azure

import (
	"context"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

const (
	subscriptionList = "subscription_list"
	tenantList       = "tenant_list"
	descendantList   = "descendant_list"
)

// tenant is one that the credential is known in.
type tenant struct {
	ID string `json:"tenantId"`
}

// identityOfTenant is the tenant that was configured, if the credential is known there. A
// user's may be known in several. It is not confirmed that the list has the one of an
// application. Whatever it says: subscriptions of another tenant are no members.
func (s *session) identityOfTenant(ctx context.Context) (string, error) {
	tenants, err := all(ctx, s, tenantList, "tenant", func(t *tenant) string { return t.ID })
	switch {
	case err != nil || len(tenants) == 0:
		return "", err
	case slices.ContainsFunc(tenants, func(t tenant) bool { return strings.EqualFold(t.ID, s.tenant) }):
		return s.tenant, nil
	default:
		return tenants[0].ID, nil
	}
}

// subscription is one that the credential sees.
type subscription struct {
	ID     string            `json:"subscriptionId"`
	Name   string            `json:"displayName"`
	Tenant string            `json:"tenantId"`
	State  string            `json:"state"`
	Tags   map[string]string `json:"tags"`
}

// Members implements adapter.Organised. The list of subscriptions has those that the credential
// sees, with their states and tags; what is below a management group is all that is there, but
// has only names and where they are.
func (s *session) Members(ctx context.Context, discover cloud.Discover) ([]cloud.Member, error) {
	subscriptions, err := all(ctx, s, subscriptionList, "subscription", func(of *subscription) string { return of.ID })
	if err != nil {
		return nil, err
	}
	seen := s.members(subscriptions)
	if discover.Parent == "" && !discover.NeedsUnits() {
		return seen, nil
	}
	return s.membersBelow(ctx, seen)
}

// members are the subscriptions of the tenant: the credential may see those of others, too,
// which were delegated to it (Azure Lighthouse).
func (s *session) members(subscriptions []subscription) (members []cloud.Member) {
	for _, one := range subscriptions {
		if !strings.EqualFold(one.Tenant, s.tenant) {
			continue
		}
		member := cloud.Member{ID: idOf(one.ID), Name: one.Name, State: cloud.Suspended, Tags: one.Tags}
		if slices.Contains(readableStates, one.State) {
			member.State = cloud.Active
		}
		members = append(members, member)
	}
	return members
}

// descendant is a management group, or a subscription, somewhere below another one.
type descendant struct {
	ID         string `json:"id"`
	Properties struct {
		DisplayName string    `json:"displayName"`
		Parent      reference `json:"parent"`
	} `json:"properties"`
}

// isSubscription says that it is no management group.
func (d *descendant) isSubscription() bool { return strings.HasPrefix(idOf(d.ID), "/subscriptions/") }

// membersBelow are the subscriptions below the group. One that is not among those that the
// credential sees has no role there: it is active, so that it fails, and says what to do.
func (s *session) membersBelow(ctx context.Context, seen []cloud.Member) (members []cloud.Member, err error) {
	descendants, err := all(ctx, s, descendantList, "descendant", func(d *descendant) string { return d.ID })
	if err != nil {
		return nil, err
	}
	groups := map[string]descendant{}
	for _, one := range descendants {
		if !one.isSubscription() {
			groups[idOf(one.ID)] = one
		}
	}
	for _, one := range descendants {
		if !one.isSubscription() {
			continue
		}
		member := cloud.Member{ID: idOf(nameOf(one.ID)), Name: one.Properties.DisplayName, State: cloud.Active}
		if i := slices.IndexFunc(seen, func(m cloud.Member) bool { return m.ID == member.ID }); i >= 0 {
			member = seen[i]
		}
		if member.Units, err = s.unitsOf(one, groups); err != nil {
			return nil, err
		}
		members = append(members, member)
	}
	return members, nil
}

// unitsOf are the groups that a descendant is in, the nearest first, up to the one whose
// descendants they are.
func (s *session) unitsOf(of descendant, groups map[string]descendant) (units []string, err error) {
	for len(units) <= len(groups) {
		parent := of.Properties.Parent.ID
		if strings.EqualFold(nameOf(parent), s.group) {
			return append(units, s.group), nil
		}
		var known bool
		if of, known = groups[idOf(parent)]; !known {
			return nil, adapter.BadAnswer(descendantList, "the answer lacks the management group %q", adapter.Clip(parent, 200))
		}
		units = append(units, nameOf(of.ID))
	}
	return nil, adapter.BadAnswer(descendantList, "a management group is in itself")
}
