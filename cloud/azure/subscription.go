package azure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// The versions of what the adapter asks without a client of the SDK.
const (
	// https://learn.microsoft.com/rest/api/resources/subscriptions
	subscriptionsVersion = "2022-12-01"
	// https://learn.microsoft.com/rest/api/authorization/permissions
	permissionsVersion = "2022-04-01"
)

// get asks ARM for what is at a path of the subscription, such as /locations.
func get[T any](ctx context.Context, s *session, action, path, version string) (T, error) {
	endpoint := runtime.JoinPaths(s.clients.arm.Endpoint(), "/subscriptions/", url.PathEscape(s.subscription)+path)
	return call(ctx, s, "", action, func(ctx context.Context) (T, error) {
		return read[T](ctx, s, endpoint+"?api-version="+version)
	})
}

// read asks for what is at a link.
func read[T any](ctx context.Context, s *session, link string) (answer T, err error) {
	if link, err = runtime.EncodeQueryParams(link); err != nil {
		return answer, err
	}
	request, err := runtime.NewRequest(ctx, http.MethodGet, link)
	if err != nil {
		return answer, err
	}
	request.Raw().Header.Set("Accept", "application/json")
	response, err := s.clients.arm.Pipeline().Do(request)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }() // the pipeline has read it
	if !runtime.HasStatusCode(response, http.StatusOK) {
		return answer, runtime.NewResponseError(response)
	}
	return answer, runtime.UnmarshalAsJSON(response, &answer)
}

// subscription is what there is to know of one.
type subscription struct {
	SubscriptionID *string `json:"subscriptionId"`
	State          *string `json:"state"`
}

// readableStates are those in which a subscription's resources can be listed
// (https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states).
// The lists of a deleted one are empty.
var readableStates = []string{"Enabled", "Warned", "PastDue", "Disabled"}

// Identity implements adapter.Session. A credential is of no subscription, it sees
// some: that it sees the configured one is what can be asked.
func (s *session) Identity(ctx context.Context) (string, error) {
	const action = "subscription_get"
	answer, err := get[subscription](ctx, s, action, "", subscriptionsVersion)
	if class := cloud.ClassOf(err); err != nil && (class == cloud.Denied || class == cloud.NotFound) {
		return "", s.unseen(err)
	}
	if err != nil {
		return "", err
	}
	id, state := text(answer.SubscriptionID), text(answer.State)
	switch {
	case id == "":
		return "", adapter.BadAnswer(action, "the answer has no subscriptionId")
	case !slices.Contains(readableStates, state):
		return "", &cloud.Error{Class: cloud.InvalidCredential, Doing: action, Err: fmt.Errorf("subscription %s is in state %q", id, state)}
	case strings.EqualFold(id, s.subscription):
		return s.subscription, nil
	default:
		return id, nil
	}
}

func (s *session) unseen(err error) error {
	var failure *cloud.Error
	if !errors.As(err, &failure) {
		return err
	}
	return &cloud.Error{Class: cloud.InvalidCredential, Doing: failure.Doing, Err: fmt.Errorf(
		"the credential does not see subscription %s: correct account_id, or give the credential a role at the subscription (%s: %w)",
		s.subscription, failure.Class, failure.Err)}
}

// place is one of the subscription's locations.
type place struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Metadata struct {
		RegionType string `json:"regionType"`
	} `json:"metadata"`
}

// Regions implements adapter.Session: the subscription's locations that are physical
// regions. Edge zones belong to one, and logical regions hold no machines.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	s.locations.Forget("")
	regions, err := s.regions(ctx)
	if err != nil {
		return nil, withClass("list regions", err)
	}
	return regions, nil
}

// enabled fails for a region that is none of the subscription's: a list of the whole
// subscription would have none of its resources, as if it were empty.
func (s *session) enabled(ctx context.Context, region string) error {
	regions, err := s.regions(ctx)
	if err != nil || slices.Contains(regions, region) {
		return err
	}
	return &cloud.Error{Class: cloud.RegionDisabled, Doing: "location_list", Err: fmt.Errorf("subscription %s has no region %s", s.subscription, region)}
}

// regions are the subscription's, as they were at most shareFor ago.
func (s *session) regions(ctx context.Context) ([]string, error) {
	return s.locations.Get(ctx, "", true, s.listRegions)
}

func (s *session) listRegions(ctx context.Context) ([]string, error) {
	const action = "location_list"
	answer, err := get[answered[place]](ctx, s, action, "/locations", subscriptionsVersion)
	if err != nil {
		return nil, err
	}
	var regions []string
	for i := range answer.Value {
		one := &answer.Value[i].Value
		if problem := answer.Value[i].Read("location", one.Name).Problem(); problem != "" {
			return nil, adapter.BadAnswer(action, "%s", problem)
		}
		if typ, physical := one.Type, one.Metadata.RegionType; (typ == "" || typ == "Region") && (physical == "" || physical == "Physical") {
			regions = append(regions, one.Name)
		}
	}
	if len(regions) == 0 {
		return nil, adapter.BadAnswer(action, "the answer has no location")
	}
	slices.Sort(regions)
	return slices.Compact(regions), nil
}

// permissions are what the credential may do at the subscription.
type permissions []permission

type permission struct {
	Actions    []string `json:"actions"`
	NotActions []string `json:"notActions"`
}

// permit fails unless the credential may do all the actions at the subscription. A
// list of the subscription holds what the credential may see of it: with roles at some
// resource groups only, the resources of the others would count as gone (the filter is
// not confirmed from documentation; the question is documented:
// https://learn.microsoft.com/azure/azure-resource-manager/resource-manager-api-authentication).
// An answer is believed for shareFor, unless it has to be fresh.
func (s *session) permit(ctx context.Context, fresh bool, actions []string) error {
	const action = "permission_list"
	if fresh {
		s.permissions.Forget("")
	}
	may, err := s.permissions.Get(ctx, "", true, func(ctx context.Context) (permissions, error) {
		return s.listPermissions(ctx, action)
	})
	if err != nil {
		return err
	}
	for _, needed := range actions {
		if !may.allow(needed) {
			return &cloud.Error{Class: cloud.Denied, Doing: action, Err: fmt.Errorf(
				"the credential has no role at subscription %s that allows %s: the lists would lack what it does not see", s.subscription, needed)}
		}
	}
	return nil
}

func (s *session) listPermissions(ctx context.Context, action string) (permissions, error) {
	var may permissions
	var problem string // with one that is not read whole, which may take something away
	all := list[permission]{action: action, page: func(ctx context.Context, link string) (answered[permission], error) {
		if link == "" {
			link = runtime.JoinPaths(s.clients.arm.Endpoint(), "/subscriptions/", url.PathEscape(s.subscription)+
				"/providers/Microsoft.Authorization/permissions?api-version="+permissionsVersion)
		}
		return read[answered[permission]](ctx, s, link)
	}}
	err := all.each(ctx, s, func(one *adapter.Item[permission]) {
		may = append(may, one.Value)
		problem = cmp.Or(problem, one.Read("permission", action).Problem())
	})
	if err == nil && problem != "" {
		err = adapter.BadAnswer(action, "%s", problem)
	}
	return may, err
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
