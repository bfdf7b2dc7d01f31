package alibaba

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// address is where a product is asked in a region.
type address struct{ protocol, host, path string }

// address is as configured, else the provider's own.
func (a api) address(p product, region string) (address, error) {
	configured := a.account.EndpointFor(p.name, region)
	if configured == "" {
		return address{protocol: "https", host: ownEndpoint(p, region), path: "/"}, nil
	}
	parsed, err := url.Parse(configured)
	switch {
	case err != nil:
		return address{}, fmt.Errorf("read the endpoint: %w", err)
	case parsed.Scheme != "https" && parsed.Scheme != "http", parsed.Host == "":
		return address{}, fmt.Errorf("the endpoint %s is not of the form https://HOST", parsed.Redacted())
	}
	return address{protocol: parsed.Scheme, host: parsed.Host, path: parsed.Path + "/"}, nil
}

// ownEndpoint is the host of a product in a region: PRODUCT.REGION.aliyuncs.com, but
// for the regions that the product serves centrally. Those are as the provider's SDKs
// of the products have them (github.com/alibabacloud-go: ecs-20140526, rds-20140815,
// slb-20140515).
func ownEndpoint(p product, region string) string {
	switch {
	case p == sts:
		return "sts.aliyuncs.com"
	case p == rds && region == "cn-hangzhou-finance":
		return "rds-vpc.cn-hangzhou-finance.aliyuncs.com"
	case slices.Contains(central[p.name], region):
		return p.name + ".aliyuncs.com"
	default:
		return p.name + "." + region + ".aliyuncs.com"
	}
}

var central = map[string][]string{
	"ecs": strings.Fields(`cn-hangzhou-finance cn-north-2-gov-1 cn-beijing-gov-1`),
	"rds": strings.Fields(`cn-qingdao cn-beijing cn-hangzhou cn-shanghai cn-shenzhen cn-heyuan cn-hongkong
		ap-southeast-1 us-west-1 us-east-1 cn-shanghai-finance-1 cn-shenzhen-finance-1 cn-beijing-finance-1
		cn-north-2-gov-1 cn-beijing-gov-1`),
	"slb": strings.Fields(`cn-qingdao cn-beijing cn-hangzhou cn-shanghai cn-shenzhen cn-hongkong
		ap-southeast-1 us-west-1 us-east-1 cn-hangzhou-finance cn-shanghai-finance-1 cn-shenzhen-finance-1
		cn-north-2-gov-1 cn-beijing-gov-1`),
}
