package alibaba

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// session is an account entered with one credential.
type session struct {
	adapter.Shelf
	*adapter.Role // nil where none is assumed

	account adapter.Account
	home    string // the region to ask for what is of none
	sign    adapter.Signer
}

// homeRegion matters only for endpoints with {region} in them.
func homeRegion(settings cloud.Settings) string {
	if len(settings.Regions) > 0 {
		return settings.Regions[0]
	}
	return "cn-hangzhou"
}

// owner is the account: see adapter.Own.
func (s *session) owner(context.Context, string) (string, error) { return s.account.AccountID, nil }

// Identity implements adapter.Session: the id of the account, also of one whose RAM
// user or role the credential is of.
func (s *session) Identity(ctx context.Context) (string, error) {
	caller, err := s.caller(ctx)
	return caller.AccountID, err
}

// caller is who the credential is of
// (https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity).
type caller struct {
	AccountID    string `json:"AccountId"`
	IdentityType string // Account, RAMUser or AssumedRoleUser
}

func (s *session) caller(ctx context.Context) (caller, error) {
	return askHome[caller](ctx, s, sts, "GetCallerIdentity")
}

// Regions implements adapter.Session. ECS lists the regions that the account can use
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeregions);
// the other products have no regions beyond these.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	type answer struct {
		Regions struct {
			Region []struct {
				RegionID string `json:"RegionId"`
			}
		}
	}
	got, err := askHome[answer](ctx, s, ecs, "DescribeRegions")
	var names []string
	for _, region := range got.Regions.Region {
		names = append(names, region.RegionID)
	}
	return names, err
}

// endpoint is where a product is asked in a region: as configured, else the provider's own.
func (s *session) endpoint(of product, region string) (*url.URL, error) {
	configured, err := s.account.URL(of.name, region)
	if configured == nil && err == nil {
		configured = &url.URL{Scheme: "https", Host: ownHost(of, region)}
	}
	return configured, err
}

// ownHost is the host of a product in a region: PRODUCT.REGION.aliyuncs.com, but for
// the regions that the product serves centrally. Those are as the provider's SDKs of the
// products have them (github.com/alibabacloud-go: ecs-20140526, rds-20140815,
// slb-20140515, r-kvstore-20150101, polardb-20170801, dds-20151201, vpc-20160428;
// github.com/aliyun/alibaba-cloud-sdk-go: cs). Of alb-20200616 and nlb-20220430 no region is
// central.
func ownHost(of product, region string) string {
	switch {
	case of == sts || of == cas || of == directory:
		return of.name + ".aliyuncs.com"
	case of == oss:
		return "oss-" + region + ".aliyuncs.com"
	case inVPC[of.name+"."+region]:
		return of.name + "-vpc." + region + ".aliyuncs.com"
	case slices.Contains(central[of.name], region):
		return of.name + ".aliyuncs.com"
	default:
		return of.name + "." + region + ".aliyuncs.com"
	}
}

// inVPC are the places with another name.
var inVPC = map[string]bool{
	"rds.cn-hangzhou-finance": true, "cs.cn-hangzhou-finance": true, "cs.cn-shanghai-finance-1": true, "cs.cn-shenzhen-finance-1": true,
}

var central = map[string][]string{
	"ecs": strings.Fields(`cn-hangzhou-finance cn-north-2-gov-1 cn-beijing-gov-1`),
	"rds": strings.Fields(`cn-qingdao cn-beijing cn-hangzhou cn-shanghai cn-shenzhen cn-heyuan cn-hongkong
		ap-southeast-1 us-west-1 us-east-1 cn-shanghai-finance-1 cn-shenzhen-finance-1 cn-beijing-finance-1
		cn-north-2-gov-1 cn-beijing-gov-1`),
	"slb": strings.Fields(`cn-qingdao cn-beijing cn-hangzhou cn-shanghai cn-shenzhen cn-hongkong
		ap-southeast-1 us-west-1 us-east-1 cn-hangzhou-finance cn-shanghai-finance-1 cn-shenzhen-finance-1
		cn-north-2-gov-1 cn-beijing-gov-1`),
	"polardb": strings.Fields(`cn-qingdao cn-beijing cn-wulanchabu cn-hangzhou cn-shanghai cn-heyuan
		cn-hangzhou-finance cn-beijing-gov-1 cn-beijing-finance-1`),
	"mongodb": strings.Fields(`cn-qingdao cn-beijing cn-wulanchabu cn-hangzhou cn-shanghai cn-shenzhen cn-heyuan
		cn-hangzhou-finance cn-beijing-gov-1 cn-beijing-finance-1`),
	"cs": strings.Fields(`cn-beijing-gov-1 cn-beijing-finance-1`),
	"vpc": strings.Fields(`cn-hangzhou cn-hangzhou-finance cn-shanghai-finance-1 cn-shenzhen-finance-1
		cn-north-2-gov-1 cn-beijing-gov-1`),
	"r-kvstore": strings.Fields(`cn-qingdao cn-beijing cn-wulanchabu cn-hangzhou cn-shanghai cn-heyuan
		cn-hangzhou-finance cn-beijing-gov-1`),
}
