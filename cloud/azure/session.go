package azure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// session is a subscription, or the tenant that some are in, entered with one credential.
type session struct {
	adapter.Shelf // the lists of the whole subscription

	subscription string // empty of a tenant
	tenant       string // empty of a subscription
	group        string // of the tenant: the management group to begin at
	calls        *adapter.Calls
	tokens       *tokens
	base         *url.URL // of ARM
	client       *arm.Client
	sizes        adapter.Sizes
}

func newSession(account adapter.Account, base *url.URL, client *arm.Client, tokens *tokens) *session {
	s := &session{calls: account.Calls, tokens: tokens, base: base, client: client}
	if account.Finds() {
		s.tenant, s.group = account.AccountID, cmp.Or(account.Discover.Parent, account.AccountID)
	} else {
		s.subscription = account.AccountID
	}
	return s
}

// readableStates are those in which a subscription's resources can be listed
// (https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states).
// The lists of a deleted one are empty.
var readableStates = []string{"Enabled", "Warned", "PastDue", "Disabled"}

// Identity implements adapter.Session. A credential is of no subscription, it sees
// some: that it sees the configured one is what can be asked.
func (s *session) Identity(ctx context.Context) (string, error) {
	if s.tenant != "" {
		return s.identityOfTenant(ctx)
	}
	type subscription struct {
		ID    string `json:"subscriptionId"`
		State string `json:"state"`
	}
	const action = "subscription_get"
	seen, err := call(ctx, s, "", action, func(ctx context.Context) (subscription, error) {
		return read[subscription](ctx, s, s.link(adapter.Query{Action: action}))
	})
	var failure *cloud.Error
	switch {
	case errors.As(err, &failure) && (failure.Class == cloud.Denied || failure.Class == cloud.NotFound):
		return "", &cloud.Error{Class: cloud.InvalidCredential, Doing: failure.Doing, Err: fmt.Errorf(
			"the credential does not see subscription %s: correct account_id, or give the credential a role at the subscription (%s: %w)",
			s.subscription, failure.Class, failure.Err)}
	case err != nil:
		return "", err
	case seen.ID != "" && !slices.Contains(readableStates, seen.State):
		return "", &cloud.Error{Class: cloud.InvalidCredential, Doing: action, Err: fmt.Errorf("subscription %s is in state %q", seen.ID, seen.State)}
	case strings.EqualFold(seen.ID, s.subscription):
		return s.subscription, nil
	default:
		return seen.ID, nil
	}
}

// Regions implements adapter.Session: the subscription's locations that are physical
// regions.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	return s.regions(ctx, true)
}

// enabled fails for a region that is none of the subscription's: a list of the whole
// subscription would have none of its resources, as if it were empty.
func (s *session) enabled(ctx context.Context, region string) error {
	regions, err := s.regions(ctx, false)
	if err != nil || slices.Contains(regions, region) {
		return err
	}
	return &cloud.Error{Class: cloud.RegionDisabled, Doing: locationList, Err: fmt.Errorf("subscription %s has no region %s", s.subscription, region)}
}

func (s *session) regions(ctx context.Context, fresh bool) ([]string, error) {
	return adapter.Recent(ctx, s, locationList, fresh, s.listRegions)
}

const locationList = "location_list"

// location is one of the subscription's locations. Edge zones belong to a region, and logical
// regions hold no machines.
type location struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Metadata struct {
		RegionType string `json:"regionType"`
	} `json:"metadata"`
}

func (l *location) isRegion() bool {
	typ, physical := l.Type, l.Metadata.RegionType
	return (typ == "" || typ == "Region") && (physical == "" || physical == "Physical")
}

func (s *session) listRegions(ctx context.Context) ([]string, error) {
	locations, err := all(ctx, s, locationList, "location", func(l *location) string { return l.Name })
	if err != nil {
		return nil, err
	}
	var regions []string
	for _, one := range locations {
		if one.isRegion() {
			regions = append(regions, one.Name)
		}
	}
	if regions = adapter.Set(regions...); len(regions) == 0 {
		return nil, adapter.BadAnswer(locationList, "the answer has no location")
	}
	return regions, nil
}

// cloudOf is the cloud that the settings name: the public one, that of which the
// endpoint is, or the public one behind another endpoint.
func cloudOf(settings cloud.Settings) azcloud.Configuration {
	endpoint := settings.EndpointFor("management", "")
	if endpoint == "" {
		return azcloud.AzurePublic
	}
	for _, known := range []azcloud.Configuration{azcloud.AzurePublic, azcloud.AzureGovernment, azcloud.AzureChina} {
		if known.Services[azcloud.ResourceManager].Endpoint == endpoint {
			return known
		}
	}
	return azcloud.Configuration{
		ActiveDirectoryAuthorityHost: azcloud.AzurePublic.ActiveDirectoryAuthorityHost,
		Services: map[azcloud.ServiceName]azcloud.ServiceConfiguration{azcloud.ResourceManager: {
			Audience: azcloud.AzurePublic.Services[azcloud.ResourceManager].Audience, Endpoint: endpoint,
		}},
	}
}
