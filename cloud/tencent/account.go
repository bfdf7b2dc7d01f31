package tencent

import (
	"context"
	"slices"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"cloudsync/cloud/adapter"
)

// homeRegion is where what is of no region is asked for: a request has to name one.
// The SDK's own requests to STS use the same.
const homeRegion = "ap-guangzhou"

var getCallerIdentity = action{"sts", "2018-08-13", "GetCallerIdentity"}

// Identity implements adapter.Session. It is the Uin of the main account, for keys
// of the account, its users and its roles.
// (https://cloud.tencent.com/document/api/1312/66098)
func (s *session) Identity(ctx context.Context) (string, error) {
	type identity struct {
		AccountID string `json:"AccountId"`
	}
	return call(ctx, s, "", getCallerIdentity.name, func(ctx context.Context) (string, error) {
		caller, err := send[identity](ctx, s, homeRegion, getCallerIdentity, nil)
		if err != nil {
			return "", err
		}
		if caller.AccountID == "" {
			return "", adapter.BadAnswer(doing(s, getCallerIdentity.name, homeRegion), "the answer has no AccountId")
		}
		return caller.AccountID, nil
	})
}

// Regions implements adapter.Session. They are those of CVM that can be used.
// (https://cloud.tencent.com/document/api/213/15708)
func (s *session) Regions(ctx context.Context) ([]string, error) {
	const action = "DescribeRegions"
	return call(ctx, s, "", action, func(ctx context.Context) ([]string, error) {
		client, err := s.client(place{"cvm", homeRegion})
		if err != nil {
			return nil, err
		}
		answer, err := (&cvm.Client{Client: *client}).DescribeRegionsWithContext(ctx, cvm.NewDescribeRegionsRequest())
		if err != nil {
			return nil, err
		}
		if answer.Response == nil {
			return nil, adapter.BadAnswer(doing(s, action, homeRegion), "the answer has no Response")
		}
		names := available(answer.Response.RegionSet)
		if len(names) == 0 { // every account has the public ones
			return nil, adapter.BadAnswer(doing(s, action, homeRegion), "none of the %d regions is available", len(answer.Response.RegionSet))
		}
		return names, nil
	})
}

func available(regions []*cvm.RegionInfo) (names []string) {
	for _, region := range regions {
		if region != nil && text(region.RegionState) == "AVAILABLE" && text(region.Region) != "" {
			names = append(names, *region.Region)
		}
	}
	slices.Sort(names)
	return names
}

// text is the value, empty where it is absent.
func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
