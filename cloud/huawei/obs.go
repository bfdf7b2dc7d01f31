package huawei

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	rdsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3/region"

	"cloudsync/cloud/adapter"
)

// obsProduct has hosts beside those of RDS; the SDK does not know it.
var obsProduct = product{"obs", func(id string) (*region.Region, error) {
	beside, err := rdsregion.SafeValueOf(id)
	if err != nil || len(beside.Endpoints) == 0 {
		return nil, cmp.Or(err, errors.New("the SDK has no host of RDS"))
	}
	return region.NewRegion(id, strings.Replace(beside.Endpoints[0], "//rds.", "//obs.", 1)), nil
}}

// obsAddress is OBS's in the first configured region, or else in the account's first: each
// lists the buckets of all. The one for all refuses some accounts.
func (s *session) obsAddress(ctx context.Context) (string, error) {
	regions := s.account.Regions
	if len(regions) == 0 {
		projects, err := s.known(ctx)
		if err != nil {
			return "", err
		}
		regions = projects.regions()
	}
	if len(regions) == 0 {
		return "", adapter.BadAnswer("", "no enabled project has the name of a region, in which OBS could be asked")
	}
	return obsProduct.address(s.account.Settings, regions[0]), nil
}

// askBuckets lists the account's buckets. OBS has an SDK of its own, which signs; the answer
// is read here, since that SDK refuses all of it for one odd date.
func askBuckets(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[bucket], error) {
	address, err := s.obsAddress(ctx)
	if err != nil {
		return adapter.Answer[bucket]{}, err
	}
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[bucket], err error) {
		kept := &keeping{base: s.account.Calls.Transport(ctx)}
		client, err := obs.New(keys.ID, keys.Key, address, obs.WithSecurityToken(keys.Token), obs.WithSignature(obs.SignatureObs),
			obs.WithHttpClient(&http.Client{Transport: kept}), obs.WithMaxRetryCount(0), obs.WithUserAgent("cloudsync"))
		if err != nil {
			return answer, err
		}
		_, err = client.ListBuckets(&obs.ListBucketsInput{QueryLocation: true, Marker: q.Token})
		if refused := new(obs.ObsError); errors.As(err, refused) || kept.body == nil {
			return answer, err
		}
		return bucketsIn(kept.body, q)
	})
}

// bucketsIn reads an answer. That OBS may cut one short is not documented.
func bucketsIn(body []byte, q adapter.Query) (adapter.Answer[bucket], error) {
	root, err := adapter.ParseXML(body)
	if err != nil {
		return adapter.Answer[bucket]{}, err
	}
	return adapter.BucketList[bucket](root, q.Path)
}

// keeping is a transport that keeps the last answer, which the one below has read whole.
type keeping struct {
	base http.RoundTripper
	body []byte
}

// RoundTrip implements http.RoundTripper.
func (k *keeping) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := k.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	k.body, err = io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(k.body))
	return response, err
}
