// Package alibaba lists what an account at Alibaba Cloud has: ECS instances, disks,
// RDS databases and classic load balancers (SLB, also called CLB).
package alibaba

import (
	"context"
	"slices"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// Adapter describes Alibaba Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "alibaba",
		Open:     open,
		Kinds: map[string]int{
			resource.HostKind.Name():         ecsLookupLimit,
			resource.DiskKind.Name():         ecsLookupLimit,
			resource.DatabaseKind.Name():     databaseLookupLimit,
			resource.LoadBalancerKind.Name(): balancerLookupLimit,
		},
		// The thresholds are of each action, account and region, a minute long, and shown
		// in the account's Quota Center only
		// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-throttling).
		// Five a second is 500 hosts a second.
		RequestsPerSecond: 5,
		Classify:          classify,
	}
}

// session is an account entered with one credential.
type session struct {
	api
	entrance keyring
	sizes    adapter.Tables[diskSizes] // of the disks of each host, by region
}

func open(account adapter.Account) (adapter.Session, error) {
	a := api{account: account, home: homeRegion(account.Settings)}
	if _, err := a.address(ecs, a.home); err != nil {
		return nil, err
	}
	return &session{api: a, entrance: newKeyring(a)}, nil
}

// Identity implements adapter.Session: the id of the account, also of one whose RAM
// user or role the credential is of.
func (s *session) Identity(ctx context.Context) (string, error) {
	caller, err := s.caller(ctx)
	if err != nil {
		return "", err
	}
	if caller.AccountID == "" {
		return "", adapter.BadAnswer(s.doing("GetCallerIdentity", ""), "AccountId is missing")
	}
	return caller.AccountID, nil
}

// caller is who the credential is of
// (https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity).
type caller struct {
	AccountID    string `json:"AccountId"`
	IdentityType string // Account, RAMUser or AssumedRoleUser
}

func (s *session) caller(ctx context.Context) (*caller, error) {
	return ask[caller](ctx, s, request{product: sts, action: "GetCallerIdentity"})
}

// Regions implements adapter.Session. ECS lists the regions that the account can use
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeregions);
// the other products have no regions beyond these.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	type answer struct {
		Regions *struct {
			Region []struct {
				RegionID string `json:"RegionId"`
			}
		}
	}
	got, err := ask[answer](ctx, s, request{product: ecs, action: "DescribeRegions"})
	if err != nil {
		return nil, err
	}
	doing := s.doing("DescribeRegions", "")
	if got.Regions == nil || len(got.Regions.Region) == 0 {
		return nil, adapter.BadAnswer(doing, "there is no region in it")
	}
	var regions []string
	for _, region := range got.Regions.Region {
		if region.RegionID == "" {
			return nil, adapter.BadAnswer(doing, "a region has no RegionId")
		}
		regions = append(regions, region.RegionID)
	}
	slices.Sort(regions)
	return slices.Compact(regions), nil
}

// Lister implements adapter.Session.
func (s *session) Lister(kind string) adapter.Lister {
	switch kind {
	case resource.HostKind.Name():
		return hosts{s}
	case resource.DiskKind.Name():
		return disks{s}
	case resource.DatabaseKind.Name():
		return databases{s}
	case resource.LoadBalancerKind.Name():
		return balancers{s}
	default:
		return nil // not one of the adapter's kinds
	}
}

// homeRegion is where the account is asked for what is of no region. It matters only
// for endpoints with {region} in them.
func homeRegion(settings cloud.Settings) string {
	if len(settings.Regions) > 0 {
		return settings.Regions[0]
	}
	return "cn-hangzhou"
}
