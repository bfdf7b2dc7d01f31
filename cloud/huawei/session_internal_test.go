package huawei

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

func TestProductsEndpoints(t *testing.T) {
	t.Parallel()
	none, own := cloud.Settings{}, cloud.Settings{Endpoint: "https://{product}.{region}.example.org/"}
	require.Equal(t, "https://ecs.cn-north-4.myhuaweicloud.com", ecsProduct.address(none, "cn-north-4"))
	require.Equal(t, "https://rds.eu-west-101.myhuaweicloud.eu", rdsProduct.address(none, "eu-west-101"))
	require.Equal(t, "https://dcs.eu-west-101.myhuaweicloud.com", dcsProduct.address(none, "eu-west-101"))
	require.Equal(t, "https://obs.eu-west-101.myhuaweicloud.eu", obsProduct.address(none, "eu-west-101"))
	require.Equal(t, "https://obs.xx-new-9.myhuaweicloud.com", obsProduct.address(none, "xx-new-9"))
	require.Equal(t, "https://vpc.cn-north-4.myhuaweicloud.com", vpcProduct.address(none, "cn-north-4"))
	require.Equal(t, "https://evs.xx-new-9.myhuaweicloud.com", evsProduct.address(none, "xx-new-9"), "a region that the SDK does not know yet")
	require.Equal(t, "https://elb.cn-north-4.example.org", elbProduct.address(own, "cn-north-4"))
}

func TestIAMsEndpoint(t *testing.T) {
	t.Parallel()
	for want, settings := range map[string]cloud.Settings{
		"https://iam.myhuaweicloud.com":            {},
		"https://iam.eu-west-101.myhuaweicloud.eu": {Regions: []string{"eu-west-101", "eu-west-0"}},
		"http://localhost:1234":                    {Endpoint: "http://localhost:1234/"},
		"https://iam.cn-north-4.example.org":       {Endpoint: "https://{product}.{region}.example.org", Regions: []string{"cn-north-4"}},
	} {
		require.Equal(t, want, (&session{account: adapter.Account{Settings: settings}}).iamAddress())
	}
}
