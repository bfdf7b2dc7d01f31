package alibaba

import (
	"context"
	"errors"
	"fmt"
	"io"
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
		answer.NoList = len(root.At("Buckets")) == 0
		for _, element := range root.At(q.Path) {
			answer.Items = append(answer.Items, adapter.ItemOf[bucket](element))
		}
		if answer.Next = root.Find("NextMarker"); answer.Next == "" && root.Find("IsTruncated") == "true" {
			err = adapter.BadAnswer("", "the list is cut, and where it goes on is not in the answer")
		}
		return answer, err
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
	return readOSS((&http.Client{Transport: s.account.Calls.Transport(ctx)}).Do(r))
}

// errUnsigned is of a key of which a part is missing. It has the code of the other SDK.
var errUnsigned = ossError{code: "InvalidCredentials"}

func readOSS(response *http.Response, err error) (*adapter.Element, error) {
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	root, err := adapter.ParseXML(content)
	if response.StatusCode != http.StatusOK {
		failure := ossError{status: response.StatusCode}
		if err == nil {
			failure.code, failure.message, failure.requestID = root.Find("Code"), root.Find("Message"), root.Find("RequestId")
		}
		return nil, failure
	}
	if err != nil {
		return nil, fmt.Errorf("decode the answer: %w", err)
	}
	return root, nil
}

// ossError is what OSS answers instead of a list. The rest of its answer may have what was
// signed.
type ossError struct {
	status                   int
	code, message, requestID string
}

// Error implements error.
func (e ossError) Error() string { return e.code }
