package azure

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// permitted says of a listing that the region is one, and that the credential may do all
// the actions at the subscription. A list of the subscription holds what the credential
// may see of it: with roles at some resource groups only, the resources of the others
// would count as gone (the filter is not confirmed from documentation; the question is
// documented:
// https://learn.microsoft.com/azure/azure-resource-manager/resource-manager-api-authentication).
func permitted(actions ...string) func(ctx context.Context, s *session, region string, lookedUp bool) error {
	return func(ctx context.Context, s *session, region string, lookedUp bool) error {
		if err := s.enabled(ctx, region); err != nil {
			return err
		}
		return s.permit(ctx, lookedUp, actions)
	}
}

const permissionList = "permission_list"

// permit fails unless the credential may do all the actions.
func (s *session) permit(ctx context.Context, fresh bool, actions []string) error {
	may, err := adapter.Recent(ctx, s, permissionList, fresh, s.listPermissions)
	if err != nil {
		return err
	}
	for _, needed := range actions {
		if !may.allow(needed) {
			return &cloud.Error{Class: cloud.Denied, Doing: permissionList, Err: fmt.Errorf(
				"the credential has no role at subscription %s that allows %s: the lists would lack what it does not see", s.subscription, needed)}
		}
	}
	return nil
}

// permissions are what the credential may do at the subscription.
type permissions []permission

type permission struct {
	Actions    []string `json:"actions"`
	NotActions []string `json:"notActions"`
}

// listPermissions fails where one is not read whole: it may take something away.
func (s *session) listPermissions(ctx context.Context) (permissions, error) {
	return all(ctx, s, permissionList, "permission", func(*permission) string { return permissionList })
}

// allow says that one of the permissions has the action and does not take it away.
func (p permissions) allow(action string) bool {
	return slices.ContainsFunc(p, func(one permission) bool {
		covers := func(pattern string) bool { return matches(pattern, action) }
		return slices.ContainsFunc(one.Actions, covers) && !slices.ContainsFunc(one.NotActions, covers)
	})
}

// matches compares an action with a pattern, in which * stands for anything
// (https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions).
func matches(pattern, action string) bool {
	expression := `(?i)^` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`) + `$`
	matched, err := regexp.MatchString(expression, action)
	return err == nil && matched
}
