package alibaba

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// product is one of the provider's APIs.
type product struct{ name, version string }

var (
	ecs     = product{name: "ecs", version: "2014-05-26"}
	rds     = product{name: "rds", version: "2014-08-15"}
	slb     = product{name: "slb", version: "2014-05-15"}
	alb     = product{name: "alb", version: "2020-06-16"}
	nlb     = product{name: "nlb", version: "2022-04-30"}
	kvstore = product{name: "r-kvstore", version: "2015-01-01"}
	polardb = product{name: "polardb", version: "2017-08-01"}
	mongodb = product{name: "mongodb", version: "2015-12-01"}
	cs      = product{name: "cs", version: "2015-12-15"}
	cas     = product{name: "cas", version: "2020-04-07"}
	oss     = product{name: "oss"}
	vpc     = product{name: "vpc", version: "2016-04-28"}
	sts     = product{name: "sts", version: "2015-04-01"}

	directory = product{name: "resourcedirectory", version: "2022-04-19"} // ResourceDirectoryMaster
)

// ask asks an action that lists something. parameters are those of a query.
func ask[T any](of product, parameters func(adapter.Query) map[string]string) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		r := request{product: of, action: q.Action, region: q.Region, parameters: parameters(q)}
		return call(ctx, s, q.Region, q.Action, func(ctx context.Context, keys adapter.Keys) (adapter.Answer[T], error) {
			fields, err := send[adapter.Document](ctx, s, keys, r)
			switch {
			case len(q.IDs) > 0 && codes.Class(codeOf(err)) == cloud.NotFound:
				return adapter.Answer[T]{Unknown: true}, nil
			case err != nil:
				return adapter.Answer[T]{}, err
			}
			return answerOf[T](fields, q.Path)
		})
	}
}

// byToken are the parameters of an action whose pages go on by tokens, with ids in the
// parameter of the name.
func byToken(name string, write func(ids []string) string) func(adapter.Query) map[string]string {
	return func(q adapter.Query) map[string]string {
		return map[string]string{"MaxResults": strconv.Itoa(q.Limit), "NextToken": q.Token, name: write(q.IDs)}
	}
}

// byTokenInList is byToken with each id in a parameter of its own: NAME.1, NAME.2 …
func byTokenInList(name string) func(adapter.Query) map[string]string {
	return func(q adapter.Query) map[string]string {
		parameters := map[string]string{"MaxResults": strconv.Itoa(q.Limit), "NextToken": q.Token}
		for i, id := range q.IDs {
			parameters[fmt.Sprintf("%s.%d", name, i+1)] = id
		}
		return parameters
	}
}

// byNumber are those of one whose pages have numbers.
func byNumber(name string, write func(ids []string) string) func(adapter.Query) map[string]string {
	return func(q adapter.Query) map[string]string {
		return map[string]string{"PageSize": strconv.Itoa(q.Limit), "PageNumber": strconv.Itoa(q.Number), name: write(q.IDs)}
	}
}

// byLargeNumber is byNumber where the API takes a few sizes of a page only, of which 100 is
// the largest.
func byLargeNumber(name string, write func(ids []string) string) func(adapter.Query) map[string]string {
	return func(q adapter.Query) map[string]string {
		q.Limit = 100
		return byNumber(name, write)(q)
	}
}

// fixed are parameters with others that are always the same.
func fixed(parameters func(adapter.Query) map[string]string, others map[string]string) func(adapter.Query) map[string]string {
	return func(q adapter.Query) map[string]string {
		all := parameters(q)
		maps.Copy(all, others)
		return all
	}
}

// maxPage is how many resources most actions give on a page, at most.
const maxPage = 100

// maxAlone is how many calls a look-up makes where the action takes one id.
const maxAlone = 10

// asArray writes ids as a JSON array.
func asArray(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	text, _ := json.Marshal(ids) // any list of strings can be written
	return string(text)
}

// withCommas writes ids one after another.
func withCommas(ids []string) string { return strings.Join(ids, ",") }

// answerOf is an answer whose list is at a path of two names, or of one in the newer
// products. Of an empty one, and of null, the outer object is there all the same; whether a
// newer product leaves an empty list out is not documented: a total of 0 says as much.
func answerOf[T any](fields adapter.Document, path string) (answer adapter.Answer[T], err error) {
	err = errors.Join(
		fields.Read(&answer.Next, "NextToken"),
		fields.Read(&answer.Total, "TotalCount", "TotalRecordCount"), // the latter are of RDS
		fields.Read(&answer.Size, "PageSize", "PageRecordCount"),
	)
	outer, inner, isNested := strings.Cut(path, ".")
	if !isNested {
		err = errors.Join(err, fields.Read(&answer.Items, outer))
		answer.NoList = answer.Items == nil && answer.Total != "0"
		return answer, err
	}
	var lists adapter.Document
	err = errors.Join(err, fields.Read(&lists, outer))
	answer.NoList = lists == nil
	return answer, errors.Join(err, lists.Read(&answer.Items, inner))
}

// askHome asks an action that is of no region.
func askHome[T any](ctx context.Context, s *session, of product, action string) (T, error) {
	return call(ctx, s, "", action, func(ctx context.Context, keys adapter.Keys) (T, error) {
		return send[T](ctx, s, keys, request{product: of, action: action})
	})
}

// call makes one call with the session's keys; region is "" for what is of no region.
func call[T any](ctx context.Context, s *session, region, doing string, ask func(context.Context, adapter.Keys) (T, error)) (T, error) {
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, region, doing, ask)
}

// request is a call of an action. Empty parameters are left out.
type request struct {
	product    product
	action     string
	path       string // of a resource, in the style of ROA; empty in that of RPC
	region     string // sent as RegionId by RPC; empty where the action is of no region
	parameters map[string]string
}

// send makes one call and decodes the answer. The client is made for each call: it is
// cheap, and one that is shared has a race in it.
func send[T any](ctx context.Context, s *session, keys adapter.Keys, r request) (answer T, err error) {
	region := r.region
	if region == "" {
		region = s.home
	}
	at, err := s.endpoint(r.product, region)
	if err != nil {
		return answer, err
	}
	client, err := openapi.NewClient(&openapi.Config{
		AccessKeyId: &keys.ID, AccessKeySecret: &keys.Key, SecurityToken: &keys.Token,
		Protocol: &at.Scheme, Endpoint: &at.Host, UserAgent: dara.String("cloudsync"),
		HttpClient: roundTripper{s.account.Calls.Transport(ctx)},
	})
	if err != nil {
		return answer, err
	}
	client.DisableSDKError = dara.Bool(true) // the older form of errors lacks how long to wait
	got, err := client.CallApiWithCtx(ctx, params(r, at.Path), &openapi.OpenApiRequest{Query: query(r)}, &dara.RuntimeOptions{})
	if err != nil {
		return answer, err
	}
	return decode[T](got["body"])
}

func params(r request, base string) *openapi.Params {
	style, method, path := "RPC", "POST", base+"/"
	if r.path != "" {
		style, method, path = "ROA", "GET", base+r.path
	}
	return &openapi.Params{
		Action: &r.action, Version: &r.product.version, Protocol: dara.String("HTTPS"), Pathname: &path,
		Method: &method, AuthType: dara.String("AK"), Style: &style,
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
	if r.region != "" && r.path == "" {
		query["RegionId"] = &r.region
	}
	return query
}

// decode reads what the SDK gives as it is. What cannot be read is an answer that makes no
// sense.
func decode[T any](body any) (answer T, err error) {
	reader, ok := body.(io.Reader)
	if !ok {
		return answer, errors.New("the answer has no body")
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(content, &answer); err != nil {
		return answer, fmt.Errorf("decode the answer: %w", err)
	}
	return answer, nil
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
