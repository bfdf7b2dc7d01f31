package tencent

import (
	"context"
	"errors"
	"maps"
	"strconv"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"cloudsync/cloud/adapter"
)

// Product is one of the cloud's services, whose own module the program does without.
type Product struct{ Name, Version string }

var (
	cvm   = Product{"cvm", "2017-03-12"}
	cbs   = Product{"cbs", "2017-03-12"}
	cdb   = Product{"cdb", "2017-03-20"}
	clb   = Product{"clb", "2018-03-17"}
	redis = Product{"redis", "2018-04-12"}
	vpc   = Product{"vpc", "2017-03-12"}
	tke   = Product{"tke", "2018-05-25"}
	ssl   = Product{"ssl", "2019-12-05"}

	postgres = Product{"postgres", "2017-03-12"}
	cynosdb  = Product{"cynosdb", "2019-01-07"}
	mongodb  = Product{"mongodb", "2019-07-25"}
	sts      = Product{"sts", "2018-08-13"}

	organization = Product{"organization", "2021-03-31"}
)

// maxPage is the largest Limit that all the listings take; some take more.
const maxPage = 100

// maxIDs is how many ids an action is asked for that documents no limit but that of a page.
const maxIDs = 100

// Ask asks an action of a product. All that list something page with Offset and Limit,
// announce a TotalCount, and most take ids in a parameter of that name. Some want an Offset that
// is a multiple of the Limit: after a page that was not full, fewer are asked for. What else an
// action wants, it has from its ways.
func Ask[T any](of Product, ids string, ways ...way) Asking[T] {
	name := byIDs(func(asked []string) map[string]any { return map[string]any{ids: asked} })
	return askWith[T](of, append([]way{name}, ways...)...)
}

// askWith is Ask for an action that takes ids in another way.
func askWith[T any](of Product, ways ...way) Asking[T] {
	return func(ctx context.Context, s *Session, q adapter.Query) (adapter.Answer[T], error) {
		for q.Offset%q.Limit != 0 {
			q.Limit--
		}
		return adapter.DoSigned(ctx, s.account.Calls, s.sign, q.Region, q.Action, func(ctx context.Context, keys adapter.Keys) (adapter.Answer[T], error) {
			parameters := map[string]any{"Offset": q.Offset, "Limit": q.Limit}
			for _, its := range ways {
				its(q, parameters)
			}
			answer, err := send[adapter.Document](ctx, s, keys, q.Region, of, q.Action, parameters)
			switch {
			case len(q.IDs) > 0 && unknownID[answered(err).Code]:
				return adapter.Answer[T]{Unknown: true}, nil
			case err != nil:
				return adapter.Answer[T]{}, err
			}
			return answerOf[T](answer, q.Path)
		})
	}
}

// Asking is one call of a listing.
type Asking[T any] = func(context.Context, *Session, adapter.Query) (adapter.Answer[T], error)

// way is how an action wants the parameters of a query, where others want them otherwise.
type way func(q adapter.Query, parameters map[string]any)

// byIDs asks for ids in such parameters.
func byIDs(of func(ids []string) map[string]any) way {
	return func(q adapter.Query, parameters map[string]any) {
		if len(q.IDs) > 0 {
			maps.Copy(parameters, of(q.IDs))
		}
	}
}

// byFilter asks for ids by a filter that is named in such a field.
func byFilter(field string, name any) way {
	return byIDs(func(ids []string) map[string]any {
		return map[string]any{"Filters": []map[string]any{{field: name, "Values": ids}}}
	})
}

// always has fixed parameters.
func always(fixed map[string]any) way {
	return func(_ adapter.Query, parameters map[string]any) { maps.Copy(parameters, fixed) }
}

// inTexts writes the numbers of a page as texts: some actions of VPC take no others.
func inTexts(q adapter.Query, parameters map[string]any) {
	parameters["Offset"], parameters["Limit"] = strconv.Itoa(q.Offset), strconv.Itoa(q.Limit)
}

// having lists what has a property: the actions take no filter beside ids.
func having(property, value string) way {
	return func(q adapter.Query, parameters map[string]any) {
		if len(q.IDs) == 0 {
			parameters["Filters"] = []any{map[string]any{"Name": property, "Values": []string{value}}}
		}
	}
}

// atHome asks for what is of the account, and of none of its regions, in one of them: the
// others have nothing of it.
func atHome[T any](ask Asking[T]) Asking[T] {
	return func(ctx context.Context, s *Session, q adapter.Query) (adapter.Answer[T], error) {
		if q.Region != s.home() {
			return adapter.Answer[T]{Total: "0"}, nil
		}
		return ask(ctx, s, q)
	}
}

// answerOf is an answer whose resources are in the field. null stands for an empty list.
func answerOf[T any](fields adapter.Document, name string) (answer adapter.Answer[T], err error) {
	answer.NoList = fields[name] == nil
	return answer, errors.Join(fields.Read(&answer.Items, name), fields.Read(&answer.Total, "TotalCount", "Total")) // the latter of an organisation
}

// askHome asks an action that is of no region.
func askHome[T any](ctx context.Context, s *Session, of Product, action string) (T, error) {
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, "", action, func(ctx context.Context, keys adapter.Keys) (T, error) {
		return send[T](ctx, s, keys, homeRegion, of, action, nil)
	})
}

// response is the answer to an action, decoded into T.
type response[T any] struct {
	*tchttp.BaseResponse
	Response *T `json:"Response"`
}

// send asks with the SDK's common client. The parameters are those of the API.
func send[T any](ctx context.Context, s *Session, keys adapter.Keys, region string, of Product, action string, parameters map[string]any) (none T, err error) {
	client, err := s.client(ctx, keys, endpoint{of.Name, region})
	if err != nil {
		return none, err
	}
	request := tchttp.NewCommonRequest(of.Name, of.Version, action)
	if err := request.SetActionParameters(parameters); err != nil {
		return none, err
	}
	request.SetContext(ctx)
	answer := &response[T]{BaseResponse: &tchttp.BaseResponse{}}
	if err := client.Send(request, answer); err != nil {
		return none, err
	}
	if answer.Response == nil {
		// That of a proxy, say: it must not pass for one that lists nothing.
		return none, adapter.BadAnswer("", "the answer has no Response")
	}
	return *answer.Response, nil
}
