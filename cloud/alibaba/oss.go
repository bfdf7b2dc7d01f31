package alibaba

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"

	"cloudsync/cloud/adapter"
)

// askBuckets asks OSS, whose API is XML and has a signature of its own.
func askBuckets(ctx context.Context, s *session, q adapter.Query) (answer adapter.Answer[bucket], err error) {
	return call(ctx, s, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[bucket], err error) {
		root, err := s.sendOSS(ctx, keys, url.Values{"max-keys": {strconv.Itoa(maxBuckets)}, "marker": {q.Token}})
		if err != nil {
			return answer, err
		}
		return adapter.BucketList[bucket](root, q.Path)
	})
}

// sendOSS makes one call in the session's home region.
func (s *session) sendOSS(ctx context.Context, keys adapter.Keys, query url.Values) (*adapter.Element, error) {
	at, err := s.endpoint(oss, s.home)
	if err != nil {
		return nil, err
	}
	if query.Get("marker") == "" {
		query.Del("marker")
	}
	target := *at
	target.Path, target.RawQuery = at.Path+"/", query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "cloudsync")
	err = (&signer.SignerV4{}).Sign(ctx, &signer.SigningContext{
		Product: &oss.name, Region: &s.home, Request: r,
		Credentials: &credentials.Credentials{AccessKeyID: keys.ID, AccessKeySecret: keys.Key, SecurityToken: keys.Token},
	})
	if err != nil {
		return nil, errUnsigned
	}
	return adapter.SendXML(s.account.Calls.Transport(ctx), r)
}

// errUnsigned is of a key of which a part is missing. It has the code of the other SDK.
var errUnsigned = adapter.XMLRefusal{Code: "InvalidCredentials"}
