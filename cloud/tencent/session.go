package tencent

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"cloudsync/cloud/adapter"
)

// homeRegion is where what is of no region is asked for: a request has to name one.
// The SDK's own requests to STS use the same.
const homeRegion = "ap-guangzhou"

// Session is an account entered with one credential.
type Session struct {
	adapter.Shelf
	*adapter.Role // nil where none is assumed

	account adapter.Account
	sign    adapter.Signer
}

// Identity implements adapter.Session. It is the Uin of the main account, for keys
// of the account, its users and its roles.
// (https://cloud.tencent.com/document/api/1312/66098)
func (s *Session) Identity(ctx context.Context) (string, error) {
	type identity struct {
		AccountID string `json:"AccountId"`
	}
	caller, err := askHome[identity](ctx, s, sts, "GetCallerIdentity")
	return caller.AccountID, err
}

// Regions implements adapter.Session. They are those of CVM that can be used.
// (https://cloud.tencent.com/document/api/213/15708)
func (s *Session) Regions(ctx context.Context) ([]string, error) {
	type regions struct {
		RegionSet []struct{ Region, RegionState string }
	}
	listed, err := askHome[regions](ctx, s, cvm, "DescribeRegions")
	var names []string
	for _, region := range listed.RegionSet {
		if region.RegionState == "AVAILABLE" {
			names = append(names, region.Region)
		}
	}
	return names, err
}

// home is the region whose rows have what is of no region: the first that is configured, where
// the usual one is not.
func (s *Session) home() string {
	if regions := s.account.Regions; len(regions) > 0 && !slices.Contains(regions, homeRegion) {
		return slices.Min(regions)
	}
	return homeRegion
}

// endpoint is what a client asks.
type endpoint struct{ product, region string }

// client is one for a single call.
func (s *Session) client(ctx context.Context, keys adapter.Keys, at endpoint) (*common.Client, error) {
	address, err := addressOf(s.account, at)
	if err != nil {
		return nil, err
	}
	client := common.NewCommonClient(common.NewTokenCredential(keys.ID, keys.Key, keys.Token), at.region, profileFor(address))
	return client.WithHttpTransport(s.account.Calls.Transport(ctx)), nil
}

// profileFor has the SDK's retries off, as they are by default: they sleep without
// regard to a context.
func profileFor(address *url.URL) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.Language = "en-US" // of the messages of errors
	if address != nil {
		p.HttpProfile.Scheme = address.Scheme
		p.HttpProfile.Endpoint = address.Host + address.Path
	}
	return p
}

// addressOf is where a product is asked, nil for the SDK's own place, which the product's
// name and the region in the request lead to. The finance regions are apart from the rest
// and have endpoints of their own.
// (https://cloud.tencent.com/document/product/213/15692)
func addressOf(account adapter.Account, at endpoint) (*url.URL, error) {
	configured, err := account.URL(at.product, at.region)
	if configured == nil && err == nil && strings.HasSuffix(at.region, "-fsi") {
		configured = &url.URL{Scheme: "https", Host: at.product + "." + at.region + ".tencentcloudapi.com"}
	}
	return configured, err
}
