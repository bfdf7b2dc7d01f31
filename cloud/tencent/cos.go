package tencent

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tencentyun/cos-go-sdk-v5"

	"cloudsync/cloud/adapter"
)

// askBuckets asks COS, whose API is XML and has a signature of its own.
func askBuckets(ctx context.Context, s *Session, q adapter.Query) (adapter.Answer[bucket], error) {
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[bucket], err error) {
		query := url.Values{"max-keys": {strconv.Itoa(maxBuckets)}}
		if q.Token != "" {
			query.Set("marker", q.Token)
		}
		all, err := s.sendCOS(ctx, keys, query)
		if err != nil {
			return answer, err
		}
		return adapter.BucketList[bucket](all, q.Path)
	})
}

// sendCOS makes one call, with a signature that is good for as long as one may take.
func (s *Session) sendCOS(ctx context.Context, keys adapter.Keys, query url.Values) (*adapter.Element, error) {
	at, err := s.addressOfCOS()
	if err != nil {
		return nil, err
	}
	at.Path, at.RawQuery = strings.TrimSuffix(at.Path, "/")+"/", query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	cos.AddAuthorizationHeader(keys.ID, keys.Key, keys.Token, request, cos.NewAuthTime(10*time.Minute))
	return adapter.SendXML(s.account.Calls.Transport(ctx), request)
}

// addressOfCOS is where the list of all regions is. That of the API 3.0's products, such as
// those of the international site, is not COS's.
func (s *Session) addressOfCOS() (*url.URL, error) {
	configured, err := s.account.URL("cos", homeRegion)
	if err != nil || configured != nil && !strings.HasSuffix(configured.Hostname(), ".tencentcloudapi.com") {
		return configured, err
	}
	return &url.URL{Scheme: "https", Host: "service.cos.myqcloud.com"}, nil
}
