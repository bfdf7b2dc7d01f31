package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/resource"
)

func TestClassOf(t *testing.T) {
	t.Parallel()
	denied := &cloud.Error{Class: cloud.Denied, Err: context.DeadlineExceeded}
	for name, test := range map[string]struct {
		err  error
		want cloud.Class
	}{
		"an Error":                   {denied, cloud.Denied},
		"a wrapped Error":            {fmt.Errorf("list: %w", denied), cloud.Denied},
		"one of several":             {errors.Join(errors.New("first"), denied), cloud.Denied},
		"the outer of two":           {&cloud.Error{Class: cloud.BadAnswer, Err: denied}, cloud.BadAnswer},
		"a deadline":                 {context.DeadlineExceeded, cloud.Timeout},
		"a wrapped deadline":         {fmt.Errorf("list: %w", context.DeadlineExceeded), cloud.Timeout},
		"a cancellation":             {context.Canceled, cloud.Unavailable},
		"an error nobody classified": {errors.New("connection reset"), cloud.Unavailable},
	} {
		require.Equal(t, test.want, cloud.ClassOf(test.err), name)
	}
}

func TestErrorSaysWhatWasAskedAndWhatWentWrong(t *testing.T) {
	t.Parallel()
	cause := errors.New("403 Forbidden")
	for _, test := range []struct {
		err  *cloud.Error
		want string
	}{
		{&cloud.Error{Class: cloud.Denied, Doing: "list mock/demo/beijing", Err: cause}, "list mock/demo/beijing: denied: 403 Forbidden"},
		{&cloud.Error{Class: cloud.Denied, Err: cause}, "denied: 403 Forbidden"},
		{&cloud.Error{Class: cloud.Throttled, Doing: "list mock/demo/beijing", RetryAfter: time.Second}, "list mock/demo/beijing: throttled"},
		{&cloud.Error{Class: cloud.Timeout}, "timeout"},
	} {
		require.EqualError(t, test.err, test.want)
		require.Equal(t, test.err.Err, errors.Unwrap(test.err))
	}
	require.ErrorIs(t, fmt.Errorf("sync: %w", &cloud.Error{Class: cloud.Denied, Err: cause}), cause)
}

// client is a provider that is told apart by its number.
type client struct {
	cloud.Provider
	number int
}

func TestClientOfAnAccount(t *testing.T) {
	t.Parallel()
	accounts := cloud.Accounts{
		{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: client{number: 1}},
		{Account: resource.Account{Provider: "mock", Name: "prod"}, Client: client{number: 2}},
		{Account: resource.Account{Provider: "aws", Name: "demo"}, Client: client{number: 3}},
	}
	for i, account := range accounts {
		got, err := accounts.Client(resource.Scope{Kind: "resource_host", Provider: account.Provider, Account: account.Name, Region: "any"})
		require.NoError(t, err)
		require.Equal(t, client{number: i + 1}, got)
	}
	for _, scope := range []resource.Scope{{Provider: "aws", Account: "prod"}, {Provider: "demo", Account: "mock"}, {}} {
		_, err := accounts.Client(scope)
		require.ErrorContains(t, err, "no account "+scope.Provider+"/"+scope.Account+": add it to public_cloud_sync.accounts")
		require.ErrorContains(t, err, "it has mock/demo, mock/prod, aws/demo")
	}
	_, err := cloud.Accounts(nil).Client(resource.Scope{Provider: "aws", Account: "prod"})
	require.Error(t, err)
}
