package tencent

import (
	"context"
	"fmt"
	"io"
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
		answer.NoList = len(all.At("Buckets")) == 0
		for _, element := range all.At(q.Path) {
			answer.Items = append(answer.Items, adapter.ItemOf[bucket](element))
		}
		if answer.Next = all.Find("NextMarker"); answer.Next == "" && all.Find("IsTruncated") == "true" {
			err = adapter.BadAnswer("", "the list is cut, and where it goes on is not in the answer")
		}
		return answer, err
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
	response, err := (&http.Client{Transport: s.account.Calls.Transport(ctx)}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read whole
	return readCOS(response)
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

// readCOS reads an answer, or the error in it.
func readCOS(response *http.Response) (*adapter.Element, error) {
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	root, err := adapter.ParseXML(content)
	switch {
	case response.StatusCode != http.StatusOK && err == nil:
		return nil, cosError{response.StatusCode, root.Find("Code"), root.Find("Message"), root.Find("RequestId")}
	case response.StatusCode != http.StatusOK:
		return nil, cosError{status: response.StatusCode}
	case err != nil:
		return nil, fmt.Errorf("decode the answer: %w", err)
	default:
		return root, nil
	}
}

// cosError is what COS answers instead of a list. The rest of its answer may have what was
// signed.
type cosError struct {
	status                   int
	code, message, requestID string
}

// Error implements error.
func (e cosError) Error() string { return fmt.Sprintf("COS answers with status %d", e.status) }
