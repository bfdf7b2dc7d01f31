// Package cluster connects to Temporal, as Temporal's own client configuration
// says: TOML profiles and TEMPORAL_* variables
// (https://docs.temporal.io/develop/environment-configuration).
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
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
			return nil, fmt.Errorf("connect to Temporal at %s, namespace %s: %w", opts.HostPort, opts.Namespace, err)
		}
		slog.WarnContext(ctx, "Temporal does not answer yet", "addr", opts.HostPort, "error", err)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to Temporal at %s: no connection within %s: %w: check that it runs, and TEMPORAL_ADDRESS (of starter, --temporal-address, too)",
				opts.HostPort, limit, err)
		case <-time.After(pause):
		}
	}
}

// DialOnce connects as Dial does, and does not try again: whoever asks has something else to do
// where there is no connection.
func DialOnce(ctx context.Context, opts client.Options) (client.Client, error) {
	c, err := dial(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("connect to Temporal at %s, namespace %s: %w", opts.HostPort, opts.Namespace, err)
	}
	return c, nil
}

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
