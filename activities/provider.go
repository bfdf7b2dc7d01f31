package activities

import (
	"context"
	"errors"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/tracing"
)

// callTimeout bounds one call of a provider.
const callTimeout = 60 * time.Second

// callProvider makes one call of a provider. An error that the adapter did not
// class gets its class here.
func callProvider[T any](ctx context.Context, span string, of resource.Scope, doing string, call func(context.Context) (T, error)) (T, error) {
	return traced(ctx, span, of, func(ctx context.Context) (T, error) { return callInTime(ctx, doing, call) })
}

// The spans of calls of a provider.
const (
	listSpan    = "cloud list"
	lookupSpan  = "cloud lookup"
	regionsSpan = "cloud regions"
	enterSpan   = "cloud enter"
	membersSpan = "cloud members"
)

// traced makes a call of a provider in a span of its own.
func traced[T any](ctx context.Context, name string, of resource.Scope, call func(context.Context) (T, error)) (T, error) {
	ctx, span := tracing.Start(ctx, name)
	span.Of(of)
	answer, err := call(ctx)
	span.Done(err, string(cloud.ClassOf(err)))
	return answer, err
}

// ofAccount is a scope of all that an account has.
func ofAccount(account resource.Account) resource.Scope {
	return resource.Scope{Provider: account.Provider, Account: account.Name}
}

func callInTime[T any](ctx context.Context, doing string, call func(context.Context) (T, error)) (T, error) {
	callCtx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := call(callCtx)
	var known *cloud.Error
	if err == nil || errors.As(err, &known) || ctx.Err() != nil {
		return answer, err
	}
	return answer, &cloud.Error{Class: cloud.ClassOf(err), Doing: doing, Err: err}
}

// waitOut repeats a call that a provider throttles. pause says how long to wait, after
// so many waits and with the time that the provider asks for, or that it is enough.
func waitOut[T any](ctx context.Context, pause func(waits int, asked time.Duration) (wait time.Duration, again bool), call func() (T, error)) (T, error) {
	for waits := 0; ; waits++ {
		answer, err := call()
		var failure *cloud.Error
		if !errors.As(err, &failure) || failure.Class != cloud.Throttled {
			return answer, err
		}
		wait, again := pause(waits, failure.RetryAfter)
		if !again {
			return answer, err
		}
		if err := pauseFor(ctx, wait); err != nil {
			return answer, err
		}
	}
}

// pauseFor waits, or returns the context's error once it ends.
func pauseFor(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}
