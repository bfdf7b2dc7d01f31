package tencent

import (
	"context"
	"fmt"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"cloudsync/cloud/adapter"
)

// call makes one call of the SDK; region is "" for what is of no region.
func call[T any](ctx context.Context, s *session, region, action string, ask func(context.Context) (T, error)) (T, error) {
	return adapter.Do(ctx, s.account.Calls, region, action, func(ctx context.Context) (answer T, err error) {
		if err = s.credential.refresh(ctx); err != nil {
			return answer, adapter.OfAccount(err)
		}
		answer, err = guarded(ctx, ask)
		return answer, shortened(err)
	})
}

// guarded makes an error of a panic: the SDK's version 1.3.210 has one for an answer
// that is the JSON null (TryReadErr in common/http/response.go).
func guarded[T any](ctx context.Context, ask func(context.Context) (T, error)) (answer T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the SDK could not read the answer: %v", cause)
		}
	}()
	return ask(ctx)
}

// action is one of a product whose module the program does without.
type action struct{ product, version, name string }

// response is the answer to an action, decoded into T.
type response[T any] struct {
	*tchttp.BaseResponse
	Response *T `json:"Response"`
}

// send asks with the SDK's common client. The parameters are those of the API.
func send[T any](ctx context.Context, s *session, region string, a action, parameters map[string]any) (*T, error) {
	client, err := s.client(place{a.product, region})
	if err != nil {
		return nil, err
	}
	request := tchttp.NewCommonRequest(a.product, a.version, a.name)
	if err := request.SetActionParameters(parameters); err != nil {
		return nil, err
	}
	request.SetContext(ctx)
	answer := &response[T]{BaseResponse: &tchttp.BaseResponse{}}
	if err := client.Send(request, answer); err != nil {
		return nil, err
	}
	if answer.Response == nil {
		// That of a proxy, say: it must not pass for one that lists nothing.
		return nil, adapter.BadAnswer(doing(s, a.name, region), "the answer has no Response")
	}
	return answer.Response, nil
}

// doing is what a listing's errors name.
func doing(s *session, action, region string) string {
	return fmt.Sprintf("%s/%s: %s of %s", s.account.Provider, s.account.Name, action, region)
}
