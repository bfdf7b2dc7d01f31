package huawei

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
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
	require.Equal(t, "https://evs.xx-new-9.myhuaweicloud.com", evsProduct.address(none, "xx-new-9"), "a region that the SDK does not know yet")
	require.Equal(t, "https://elb.cn-north-4.example.org", elbProduct.address(own, "cn-north-4"))
}

// noHost is a network whose DNS does not know, or does not answer.
type noHost struct{ isNotFound bool }

func (n noHost) RoundTrip(request *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: request.URL.Host, IsNotFound: n.isNotFound}}
}

// Some regions lack a product, and then its host: that is no failure of the network. A
// region that the SDK knows has a host.
func TestRegionsWithoutAProduct(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		region   string
		notFound bool
		want     cloud.Class
	}{{"xx-new-9", true, cloud.RegionDisabled}, {"xx-new-9", false, ""}, {"cn-north-4", true, ""}} {
		credential, err := signing(adapter.Keys{ID: "id", Key: "key"}, "project")
		require.NoError(t, err)
		client, err := core.NewHcHttpClientBuilder().WithCredential(credential).
			WithHttpConfig(config.DefaultHttpConfig().WithHttpRoundTripper(noHost{test.notFound})).
			WithEndpoints([]string{dcsProduct.address(cloud.Settings{}, test.region)}).SafeBuild()
		require.NoError(t, err)
		_, err = send[adapter.Document](client, &model.ListInstancesRequest{}, dcs.GenReqDefForListInstances())
		err = dcsProduct.absent(test.region, err)
		require.ErrorContains(t, err, "no such host")
		var classed adapter.Classed
		if known := errors.As(err, &classed); test.want != "" {
			require.True(t, known)
			require.Equal(t, test.want, classed.Class())
		} else {
			require.False(t, known, test.region)
		}
	}
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
