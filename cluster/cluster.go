// Package cluster connects to Temporal, as Temporal's own client configuration
// says: TOML profiles and TEMPORAL_* variables
// (https://docs.temporal.io/develop/environment-configuration).
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cloudsync/untrusted"
)

// Options are the client options of the profile, "" for the default one.
func Options(profile string) (client.Options, error) {
	opts, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{ConfigFileProfile: profile})
	if err != nil {
		return client.Options{}, fmt.Errorf("read Temporal's client configuration: %w", err)
	}
	if opts.HostPort == "" {
		opts.HostPort = client.DefaultHostPort
	}
	if opts.Namespace == "" {
		opts.Namespace = client.DefaultNamespace
	}
	return opts, nil
}

// Dial connects and checks that the namespace is there, for at most limit. The
// error says where the server was expected and what to check.
func Dial(ctx context.Context, opts client.Options, limit time.Duration) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		c, err := dial(ctx, opts)
		if err == nil {
			return c, nil
		}
		if final(err) {
			return nil, explain(err, opts)
		}
		slog.WarnContext(ctx, "Temporal does not answer yet", "addr", opts.HostPort, "error", err)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to Temporal at %s: no connection within %s: %w: check that it runs, and the address (TEMPORAL_ADDRESS)",
				opts.HostPort, limit, clause{err})
		case <-time.After(pause):
		}
	}
}

// DialOnce connects as Dial does, and does not try again: whoever asks has something else to do
// where there is no connection.
func DialOnce(ctx context.Context, opts client.Options) (client.Client, error) {
	c, err := dial(ctx, opts)
	if err != nil {
		return nil, explain(err, opts)
	}
	return c, nil
}

// explain says where the client wanted to connect, and what to do where the namespace is missing.
func explain(err error, opts client.Options) error {
	var missing *serviceerror.NamespaceNotFound
	if !errors.As(err, &missing) {
		return fmt.Errorf("connect to Temporal at %s, namespace %s: %w", opts.HostPort, opts.Namespace, err)
	}
	return fmt.Errorf("connect to Temporal at %s, namespace %s: %w: check the namespace (TEMPORAL_NAMESPACE), or create it with `temporal operator namespace create --namespace %s`",
		opts.HostPort, opts.Namespace, clause{err}, untrusted.Shell(opts.Namespace))
}

// clause is an error in the middle of a sentence: some of the server's end with a dot.
type clause struct{ error }

func (c clause) Error() string { return strings.TrimSuffix(c.error.Error(), ".") }

func (c clause) Unwrap() error { return c.error }

// dial describes the namespace, which tells a wrong one at once; otherwise a worker
// would fail much later.
func dial(ctx context.Context, opts client.Options) (client.Client, error) {
	c, err := client.DialContext(ctx, opts)
	if err != nil {
		return nil, err
	}
	_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: opts.Namespace})
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// final says that trying again would give the same.
func final(err error) bool {
	var missing *serviceerror.NamespaceNotFound
	var notFound *serviceerror.NotFound
	var denied *serviceerror.PermissionDenied
	return errors.As(err, &missing) || errors.As(err, &notFound) || errors.As(err, &denied) ||
		status.Code(err) == codes.Unauthenticated
}
