package cloud

import (
	"context"
	"errors"
	"time"

	"cloudsync/resource"
)

// Request is a request to a cloud that was answered, or failed.
type Request struct {
	// Account is the configured one; for a member of an organisation, the organisation's.
	Account resource.Account
	// Action is what was asked for, in the words of the provider's adapter: there are few.
	Action string
	Class  Class         // "": it succeeded
	Waited time.Duration // for its turn
	Took   time.Duration // after that
}

// Watch is told of requests to clouds. It is quick, and safe for concurrent use.
type Watch func(Request)

// Tell tells of a request, unless whoever made it has given it up: that says nothing of the
// cloud. A nil Watch is told nothing.
func (w Watch) Tell(ctx context.Context, request Request, err error) {
	if w == nil || errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	if err != nil {
		request.Class = ClassOf(err)
	}
	if organisation, _, isMember := SplitMember(request.Account); isMember {
		request.Account = organisation
	}
	w(request)
}

// Actions is a provider that knows beforehand what it asks for.
type Actions interface {
	// Actions are those that list a kind.
	Actions(kind string) []string
}

// Watched tells of the requests to a provider, of which each method makes one.
func Watched(client Provider, account resource.Account, watch Watch) Provider {
	return &watched{Provider: client, account: account, watch: watch}
}

type watched struct {
	Provider
	account resource.Account
	watch   Watch
}

// Actions implements Actions.
func (w *watched) Actions(kind string) []string {
	if !w.Lists(kind) {
		return nil
	}
	return []string{"list " + kind, "look up " + kind}
}

// List implements Provider.
func (w *watched) List(ctx context.Context, scope resource.Scope, cursor string) (Page, error) {
	return told(ctx, w, "list "+scope.Kind, func() (Page, error) { return w.Provider.List(ctx, scope, cursor) })
}

// Lookup implements Provider.
func (w *watched) Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	return told(ctx, w, "look up "+scope.Kind, func() ([]string, error) { return w.Provider.Lookup(ctx, scope, nativeIDs) })
}

func told[T any](ctx context.Context, w *watched, action string, call func() (T, error)) (T, error) {
	began := time.Now()
	answer, err := call()
	w.watch.Tell(ctx, Request{Account: w.account, Action: action, Took: time.Since(began)}, err)
	return answer, err
}
