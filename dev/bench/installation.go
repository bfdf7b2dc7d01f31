package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"cloudsync/visibility"
	"cloudsync/workflows"
)

// installation is the clouds of a fleet with a database and a namespace of their own.
type installation struct {
	*servers
	clouds
	database  string
	namespace string
	dir       string
	config    string
	sql       *sql.DB
	temporal  client.Client
}

func (s *servers) newInstallation(ctx context.Context, fleet Fleet, set setting) (*installation, error) {
	name := "bench_" + strings.ToLower(rand.Text()[:8])
	in := &installation{servers: s, database: name, namespace: name, dir: filepath.Join(s.dir, name)}
	in.clouds, in.config = newClouds(fleet, set, filepath.Join(in.dir, "tick")), filepath.Join(in.dir, "cloudsync.yaml")
	if err := in.create(ctx); err != nil {
		return nil, errors.Join(err, in.remove())
	}
	return in, nil
}

func (in *installation) create(ctx context.Context) error {
	if err := os.MkdirAll(in.dir, 0o755); err != nil {
		return fmt.Errorf("make the cloud's folder: %w", err)
	}
	if err := in.createDatabase(ctx); err != nil {
		return err
	}
	return in.createNamespace(ctx)
}

func (in *installation) createDatabase(ctx context.Context) error {
	server, err := sql.Open("mysql", in.Database.DSN(""))
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	err = sqlExec(ctx, server, "CREATE DATABASE "+in.database)
	if err := errors.Join(err, server.Close()); err != nil {
		return err
	}
	in.sql, err = sql.Open("mysql", in.Database.DSN(in.database))
	return err
}

func (in *installation) createNamespace(ctx context.Context) error {
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	options := client.Options{HostPort: in.Temporal.Address(), Namespace: in.namespace, Logger: quiet}
	namespaces, err := client.NewNamespaceClient(options)
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	defer namespaces.Close()
	err = namespaces.Register(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: in.namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	if err != nil {
		return fmt.Errorf("create the namespace: %w", err)
	}
	if in.temporal, err = client.DialContext(ctx, options); err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	return within(ctx, time.Minute, func() error {
		_, err := visibility.Register(ctx, in.temporal, in.namespace)
		return err
	})
}

// within tries again until do succeeds: a new namespace takes a moment to be
// known to all parts of the server.
func within(ctx context.Context, limit time.Duration, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// writeConfig writes that of the workers from now on.
func (in *installation) writeConfig(c Case) error {
	text, err := in.configuration(in.Database.DSN(in.database), c)
	if err != nil {
		return fmt.Errorf("write the clouds' settings: %w", err)
	}
	return os.WriteFile(in.config, text, 0o600)
}

func (in *installation) remove() error {
	var errs []error
	if in.temporal != nil {
		in.temporal.Close()
	}
	if in.sql != nil {
		errs = append(errs, sqlExec(context.Background(), in.sql, "DROP DATABASE "+in.database), in.sql.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(in.dir))...)
}

// run starts the workflow and waits for its result.
func (in *installation) run(ctx context.Context) (report workflows.Report, took time.Duration, err error) {
	began := time.Now()
	run, err := in.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "cloud-sync/" + kind, TaskQueue: workflows.TaskQueue,
	}, workflows.CloudSyncWorkflow, workflows.Input{Kind: kind})
	if err != nil {
		return report, 0, fmt.Errorf("start the run: %w", err)
	}
	if err := run.Get(ctx, &report); err != nil {
		return report, 0, fmt.Errorf("wait for the run: %w", err)
	}
	return report, time.Since(began), nil
}
