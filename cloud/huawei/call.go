package huawei

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// call makes one call with a client for it alone: the SDK hands no context to its
// requests, so the client's transport has to carry it. The client is given its project,
// since it would ask for it by itself where it has none.
func call[A any](ctx context.Context, s *session, at endpoint, action string, ask func(*core.HcHttpClient) (A, error)) (A, error) {
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, at.region, action, func(ctx context.Context, keys adapter.Keys) (A, error) {
		return sendWith(ctx, s, keys, at, ask)
	})
}

// sendWith asks with the keys.
func sendWith[A any](ctx context.Context, s *session, keys adapter.Keys, at endpoint, ask func(*core.HcHttpClient) (A, error)) (answer A, err error) {
	signing, err := signingAt(keys, at)
	if err != nil {
		return answer, adapter.OfAccount(err)
	}
	client, err := core.NewHcHttpClientBuilder().
		WithCredentialsType("basic.Credentials,global.Credentials").
		WithHttpConfig(httpConfig(ctx, s.account.Calls)).
		WithCredential(signing).
		WithEndpoints([]string{at.address}).
		SafeBuild()
	if err != nil {
		return answer, err
	}
	return ask(client)
}

func httpConfig(ctx context.Context, calls *adapter.Calls) *config.HttpConfig {
	return config.DefaultHttpConfig().
		WithHttpRoundTripper(calls.Transport(ctx)).
		WithRetries(0).
		WithUserAgent("cloudsync")
}

// raw is an answer that the SDK hands over as it is. Its own types take an answer only
// whole, and refuse all of it for one text where they want a number.
type raw struct {
	HttpStatusCode int //nolint:revive // the SDK looks for this name
	Body           io.ReadCloser
}

// send makes a call as the SDK describes it, and decodes the answer.
func send[A any](client *core.HcHttpClient, request any, described *def.HttpRequestDef) (answer A, err error) {
	described.Response = &raw{}
	answered, err := client.Sync(request, described)
	if err != nil {
		return answer, err
	}
	body := answered.(*raw).Body
	if err := errors.Join(json.NewDecoder(body).Decode(&answer), body.Close()); err != nil {
		return answer, fmt.Errorf("decode the answer: %w", err)
	}
	return answer, nil
}

// asking is how a list of resources is asked for, as the SDK describes it, and read.
type asking[T any] struct {
	of        product
	described func() *def.HttpRequestDef
	request   func(adapter.Query) any
	read      reader[T]
	// optional says that only some regions of the product have the list.
	optional bool
}

// reader reads the answer to a query for a list.
type reader[T any] func(adapter.Document, adapter.Query) (adapter.Answer[T], error)

func (a asking[T]) ask(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
	at, err := s.endpoint(ctx, a.of, q.Region)
	if err != nil {
		return adapter.Answer[T]{}, err
	}
	return call(ctx, s, at, q.Action, func(client *core.HcHttpClient) (adapter.Answer[T], error) {
		fields, err := send[adapter.Document](client, a.request(q), a.described())
		switch {
		case err != nil && a.optional && answered(err).Code == noSuchAPI:
			return adapter.Answer[T]{}, adapter.WithClass(cloud.RegionDisabled, fmt.Errorf("the region does not have this list of %s (%s)", a.of.name, noSuchAPI))
		case err != nil:
			return adapter.Answer[T]{}, err
		}
		return a.read(fields, q)
	})
}

// ask asks for a list whose answer has the number of all in the field total; one without it
// has a page_info.
func ask[T any](of product, total string, described func() *def.HttpRequestDef, request func(adapter.Query) any) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return asking[T]{of: of, described: described, request: request, read: announced[T](total)}.ask
}

// announced reads an answer that says what follows, by a total or by a page_info.
func announced[T any](total string) reader[T] {
	return func(f adapter.Document, q adapter.Query) (adapter.Answer[T], error) {
		answer, err := whole[T](f, q)
		switch {
		case err != nil:
		case total != "":
			err = f.Read(&answer.Total, total)
		default:
			answer.Next, err = nextMarker(f, len(answer.Items) >= q.Limit)
			if len(answer.Items) == 0 && len(q.IDs) == 0 && !q.Begins() { // after the last, whatever it names
				answer.Next = ""
			}
		}
		return answer, err
	}
}

// whole reads an answer that has no more than its list, for which null does not stand.
func whole[T any](f adapter.Document, q adapter.Query) (answer adapter.Answer[T], err error) {
	err = f.Read(&answer.Items, q.Path)
	answer.NoList = answer.Items == nil
	return answer, err
}

// unannounced reads an answer that does not say what follows: after a full page, what follows
// its last resource. The last page has fewer than are asked for.
func unannounced[T any](id func(*T) string) reader[T] {
	return func(f adapter.Document, q adapter.Query) (adapter.Answer[T], error) {
		answer, err := whole[T](f, q)
		if n := len(answer.Items); err == nil && n >= q.Limit && len(q.IDs) == 0 {
			if answer.Next = id(&answer.Items[n-1].Value); answer.Next == "" {
				err = adapter.BadAnswer("", "the page ends with a resource without an id, after which there may be more")
			}
		}
		return answer, err
	}
}

// among is read of a list that takes no ids: those that are asked for are looked for in it.
// One without an id stays, which may be any of them.
func among[T any](read reader[T], id func(*T) string) reader[T] {
	return func(f adapter.Document, q adapter.Query) (adapter.Answer[T], error) {
		answer, err := read(f, q)
		if len(q.IDs) > 0 {
			answer.Items = slices.DeleteFunc(answer.Items, func(item adapter.Item[T]) bool {
				of := id(&item.Value)
				return of != "" && !slices.Contains(q.IDs, of)
			})
		}
		return answer, err
	}
}

// nextMarker is where the page after one begins. A full page that does not say whether
// there is one is no page to end with.
func nextMarker(f adapter.Document, full bool) (string, error) {
	var info *struct {
		NextMarker string `json:"next_marker"`
	}
	err := f.Read(&info, "page_info")
	switch {
	case err != nil:
		return "", err
	case info != nil:
		return info.NextMarker, nil
	case full:
		return "", adapter.BadAnswer("", "there is no page_info in the answer")
	default:
		return "", nil
	}
}

// given is a parameter of a request, nil for one that is not given.
func given[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// isID says that a text has the form of an id. Anything else the APIs would take for a
// pattern, or for several ids.
func isID(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}
