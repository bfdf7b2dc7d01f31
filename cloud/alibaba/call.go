package alibaba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"

	"cloudsync/cloud/adapter"
)

// api makes calls for an account, whoever signs them.
type api struct {
	account adapter.Account
	home    string // the region to ask for what is of none
}

// product is one of the provider's APIs.
type product struct{ name, version string }

var (
	ecs = product{name: "ecs", version: "2014-05-26"}
	rds = product{name: "rds", version: "2014-08-15"}
	slb = product{name: "slb", version: "2014-05-15"}
	sts = product{name: "sts", version: "2015-04-01"}
)

// request is a call of an action. Empty parameters are left out.
type request struct {
	product    product
	action     string
	region     string // sent as RegionId; empty where the action is of no region
	parameters map[string]string
}

// ask makes a call with the session's credential, and decodes its answer.
func ask[T any](ctx context.Context, s *session, r request) (*T, error) {
	keys, err := s.entrance.keys(ctx)
	if err != nil {
		return nil, adapter.OfAccount(err)
	}
	return askWith[T](ctx, s.api, keys, r)
}

// askWith makes a call that is signed with the keys. What cannot be decoded is an
// answer that makes no sense.
func askWith[T any](ctx context.Context, a api, keys adapter.Keys, r request) (*T, error) {
	return adapter.Do(ctx, a.account.Calls, r.region, r.action, func(ctx context.Context) (*T, error) {
		content, err := a.send(ctx, keys, r)
		if err != nil {
			return nil, err
		}
		answer := new(T)
		if err := json.Unmarshal(content, answer); err != nil {
			return nil, fmt.Errorf("decode the answer: %w", err)
		}
		return answer, nil
	})
}

// send makes one call and returns the answer as it is. The client is made for each
// call: it is cheap, and one that is shared has a race in it.
func (a api) send(ctx context.Context, keys adapter.Keys, r request) (content []byte, err error) {
	// The SDK panics on an error's body that is JSON but no object.
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("the SDK cannot read the answer: %v", failure)
		}
	}()
	region := r.region
	if region == "" {
		region = a.home
	}
	where, err := a.address(r.product, region)
	if err != nil {
		return nil, err
	}
	client, err := openapi.NewClient(&openapi.Config{
		AccessKeyId: &keys.ID, AccessKeySecret: &keys.Key, SecurityToken: &keys.Token,
		Protocol: &where.protocol, Endpoint: &where.host, UserAgent: dara.String("cloudsync"),
		HttpClient: roundTripper{a.account.Calls.Transport(ctx)},
	})
	if err != nil {
		return nil, err
	}
	client.DisableSDKError = dara.Bool(true) // the older form of errors lacks how long to wait
	answer, err := client.CallApiWithCtx(ctx, params(r, where.path), &openapi.OpenApiRequest{Query: query(r)}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, readError(err, keys)
	}
	body, ok := answer["body"].(io.Reader)
	if !ok {
		return nil, errors.New("the answer has no body")
	}
	return io.ReadAll(body)
}

func params(r request, path string) *openapi.Params {
	return &openapi.Params{
		Action: &r.action, Version: &r.product.version, Protocol: dara.String("HTTPS"), Pathname: &path,
		Method: dara.String("POST"), AuthType: dara.String("AK"), Style: dara.String("RPC"),
		ReqBodyType: dara.String("formData"), BodyType: dara.String("binary"), // as it is
	}
}

func query(r request) map[string]*string {
	query := map[string]*string{}
	for name, value := range r.parameters {
		if value != "" {
			query[name] = &value
		}
	}
	if r.region != "" {
		query["RegionId"] = &r.region
	}
	return query
}

// roundTripper makes the SDK use the adapter's transport.
type roundTripper struct{ transport http.RoundTripper }

// Call implements the SDK's HttpClient. The SDK puts the user of the environment's
// proxy into the request itself, where the provider would read it; the transport
// tells the proxy.
func (r roundTripper) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	request.Header.Del("Proxy-Authorization")
	return r.transport.RoundTrip(request)
}

// doing is a call as errors name it.
func (a api) doing(action, region string) string {
	doing := a.account.Place() + ": " + action
	if region != "" {
		doing += " of " + region
	}
	return doing
}

// eachPage calls list with the token of each page, "" for the first, up to the last.
func (a api) eachPage(action, region string, list func(token string) (next string, err error)) error {
	seen := map[string]bool{}
	token := ""
	for {
		seen[token] = true
		next, err := list(token)
		if err != nil || next == "" {
			return err
		}
		if seen[next] {
			return adapter.BadAnswer(a.doing(action, region), "the next page's token is one that was used before")
		}
		token = next
	}
}
