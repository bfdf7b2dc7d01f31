package bench

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/dev/temporalserver"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// installation is one cloud with a database and a namespace of its own.
type installation struct {
	*servers
	fleet     Fleet
	database  string
	namespace string
	dir       string
	config    string
	tickFile  string
	cloud     mock.Settings
	set       setting
	regions   []string
	sql       *sql.DB
	temporal  client.Client
}

// setting is what differs from the usual cloud.
type setting struct {
	pageSize  int
	pageDelay time.Duration
	perSecond int // requests that the provider takes, and the worker makes; 0: any number
	// maxParallel is how many scopes a run works on at once; 0: as by default.
	maxParallel int
}

const usualPageSize = 500

func (s *servers) newInstallation(ctx context.Context, fleet Fleet, set setting) (*installation, error) {
	name := "bench_" + strings.ToLower(rand.Text()[:8])
	in := &installation{servers: s, fleet: fleet, set: set, database: name, namespace: name, dir: filepath.Join(s.dir, name)}
	in.tickFile = filepath.Join(in.dir, "tick")
	in.cloud = mock.DefaultSettings()
	in.cloud.Seed, in.cloud.Hosts, in.cloud.Churn = 1, mock.ExactHosts(int64(fleet.Hosts)), churnPerTick
	in.cloud.TickFile, in.cloud.PageSize, in.cloud.PageDelay = in.tickFile, usualPageSize, set.pageDelay
	in.cloud.RequestsPerSecond = set.perSecond
	if set.pageSize > 0 {
		in.cloud.PageSize = set.pageSize
	}
	for i := range fleet.Scopes {
		in.regions = append(in.regions, fmt.Sprintf("region-%04d", i))
	}
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
	if err := in.createNamespace(ctx); err != nil {
		return err
	}
	return in.writeConfig()
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
	options := client.Options{HostPort: in.Temporal.Address(), Namespace: in.namespace, Logger: temporalserver.Quiet()}
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

func (in *installation) writeConfig() error {
	cloud, err := yaml.MarshalWithOptions(in.cloud, yaml.JSON())
	if err != nil {
		return fmt.Errorf("write the cloud's settings: %w", err)
	}
	in.config = filepath.Join(in.dir, "cloudsync.yaml")
	text := fmt.Sprintf(`mysql_s: [{ name: bench, addr: %q }]
public_cloud_sync:
  enable: true
  resources:
    resource_host: { interval: 1h, max_parallel_scopes: %d }
  accounts:
    - { provider: mock, name: bench, requests_per_second: %d, regions: [%s], mock: %s }
`, in.Database.DSN(in.database), cmp.Or(in.set.maxParallel, config.DefaultMaxParallelScopes), in.set.perSecond, strings.Join(in.regions, ", "), cloud)
	return os.WriteFile(in.config, []byte(text), 0o600)
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
