// Package service is the worker process: it wires the configuration, the
// database, the clouds and Temporal together, and runs until it is stopped.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cluster"
	"cloudsync/config"
	"cloudsync/deployment"
	"cloudsync/monitor"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/tracing/export"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// Options are the command line of the worker.
type Options struct {
	ConfigPath string
	Listen     string // address of metrics and health; empty: none
	LogFormat  string // text or json
	Verbose    bool
	Profile    string // folder for profiles of this process; empty: none
	BuildID    string // empty: what the program was built from
	Open       Opener // of the real clouds; nil: only the mock cloud can be synced
}

const (
	// connectLimit is how long the worker tries to reach MySQL, and then Temporal,
	// before it gives up.
	connectLimit = time.Minute
	// stopLimit is how long running activities get to leave their checkpoints.
	stopLimit = 20 * time.Second
	// heartbeatEvery is how often an activity's heartbeat reaches the server, and with it
	// what of a bundle is done. By itself the SDK waits for four fifths of the time after
	// which a worker counts as lost.
	heartbeatEvery = 2 * time.Second
	// maxActivities is how many activities run at once in one worker. Most of
	// their time is waiting, for a cloud or for MySQL. While nothing is to be done,
	// each poller keeps one of these slots.
	maxActivities = 24
	// activityPollers are two for each partition that a task queue has by default. The
	// server forwards one poll of a partition to the first partition. If it cannot
	// forward a task at that moment, it does not give the task to that poll for two
	// seconds. With one poller for each partition, a quarter of the runs with many
	// activities ended with one that waited for that, beside an idle worker
	// (https://github.com/temporalio/temporal/blob/v1.29.1/service/matching/matcher.go,
	// MustOffer and poll).
	activityPollers = 8
)

// Run runs a worker until ctx is done. It returns nil after a clean stop.
func Run(ctx context.Context, opts Options) error {
	logger, err := monitor.NewLogger(os.Stderr, opts.LogFormat, opts.Verbose)
	if err != nil {
		return err
	}
	slog.SetDefault(logger)
	build, err := deployment.BuildID(opts.BuildID, monitor.LinkedVersion())
	if err != nil {
		return err
	}
	cfg, err := config.Load(opts.ConfigPath)
	if err != nil {
		return err
	}
	metrics, err := newMetrics()
	if err != nil {
		return err
	}
	traces, err := export.Start(ctx, "cloudsync-worker", os.Getenv)
	if err != nil {
		return err
	}
	defer traces.Stop()
	accounts, err := newAccounts(cfg.Sync.Accounts, opts.Open, metrics.requests.watch)
	if err != nil {
		return err
	}
	notices, err := newNotices(cfg)
	if err != nil {
		return err
	}
	metrics.prepare(ctx, cfg, accounts)
	db, err := openStore(ctx, cfg, opts.ConfigPath)
	if err != nil {
		return err
	}
	temporal, err := dial(ctx, logger, metrics, traces)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer temporal.Close()
	fatal := make(chan error, 1)
	worker := New(temporal, deps(cfg, accounts, notices, db, metrics.runs), sdkworker.Options{
		OnFatalError: func(err error) { fatal <- err }, DeploymentOptions: deployment.Options(build),
	})
	turn := &deployment.Turn{Build: build, Handle: deployment.Handle(temporal), Log: logger}
	stopMonitor, err := metrics.listen(ctx, opts.Listen, readiness{db: db, temporal: temporal, turn: turn})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer stopMonitor()
	stopProfile, err := startProfile(opts.Profile)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return errors.Join(serve(ctx, worker, turn, fatal), stopProfile(), db.Close())
}

// deps are the activities' dependencies as configured.
func deps(cfg *config.Config, accounts cloud.Accounts, notices activities.Notices, db *store.Store, metrics *activities.Metrics) activities.Deps {
	settings := make(map[string]activities.Settings, len(cfg.Sync.Resources))
	for _, r := range cfg.Sync.Resources {
		settings[r.Kind] = activities.Settings{
			Policy: r.Policy, AccountPolicies: accountPolicies(cfg.Sync.Accounts, r.Kind), MaxParallel: r.MaxParallelScopes,
		}
	}
	return activities.Deps{
		Store: db, Kinds: resource.Standard(), Accounts: accounts,
		Settings: settings, TagKeys: cfg.Sync.TagKeys, Metrics: metrics, Notices: notices,
	}
}

// New returns a worker with the workflows and all activities registered. Limits
// that opts leaves open are set to the program's.
func New(c client.Client, deps activities.Deps, opts sdkworker.Options) sdkworker.Worker {
	if opts.MaxConcurrentActivityExecutionSize == 0 {
		opts.MaxConcurrentActivityExecutionSize = maxActivities
	}
	if opts.MaxConcurrentActivityTaskPollers == 0 {
		opts.MaxConcurrentActivityTaskPollers = activityPollers
	}
	if opts.WorkerStopTimeout == 0 {
		opts.WorkerStopTimeout = stopLimit
	}
	if opts.MaxHeartbeatThrottleInterval == 0 {
		opts.MaxHeartbeatThrottleInterval = heartbeatEvery
	}
	worker := sdkworker.New(c, workflows.TaskQueue, opts)
	for _, w := range []any{
		workflows.CloudSyncWorkflow, workflows.VerifyWorkflow,
		workflows.PrunePlanWorkflow, workflows.PruneWorkflow, workflows.RetentionWorkflow,
		workflows.CheckAccountsWorkflow,
	} {
		worker.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{})
	}
	// A delivery may try for a day: it goes on with the newest build, and does not wait for one
	// that has no worker any more.
	for _, w := range []any{workflows.NoticesWorkflow, workflows.DeliverNoticesWorkflow} {
		worker.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	}
	worker.RegisterActivityWithOptions(activities.New(deps), activity.RegisterOptions{})
	return worker
}

func openStore(ctx context.Context, cfg *config.Config, path string) (*store.Store, error) {
	db, err := store.Open(ctx, cfg.MySQL.DSN, store.Options{
		MaxOpenConns: cfg.MySQL.MaxOpenConns, ConnectTimeout: connectLimit, TLS: cfg.MySQL.TLS,
	})
	if err != nil {
		return nil, config.ExplainMySQL(err, path)
	}
	applied, err := db.Migrate(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if len(applied) > 0 {
		slog.InfoContext(ctx, "applied schema migrations", "migrations", applied)
	}
	return db, nil
}

func dial(ctx context.Context, logger *slog.Logger, metrics *metrics, traces *export.Tracing) (client.Client, error) {
	opts, err := cluster.Options("")
	if err != nil {
		return nil, err
	}
	opts.Logger = temporallog.NewStructuredLogger(logger)
	opts.MetricsHandler = metrics.temporal
	if opts.Interceptors, err = traces.Interceptors(); err != nil {
		return nil, err
	}
	c, err := cluster.Dial(ctx, opts, connectLimit)
	if err != nil {
		return nil, err
	}
	if _, err := visibility.Register(ctx, c, opts.Namespace); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// serve runs the worker until ctx is done, or the worker fails for good.
func serve(ctx context.Context, worker sdkworker.Worker, turn *deployment.Turn, fatal <-chan error) error {
	if err := worker.Start(); err != nil {
		return fmt.Errorf("start polling task queue %s: %w", workflows.TaskQueue, err)
	}
	defer worker.Stop()
	slog.InfoContext(ctx, "worker started", "taskQueue", workflows.TaskQueue, "build", turn.Build)
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go turn.Watch(watching)
	select {
	case err := <-fatal:
		return fmt.Errorf("poll task queue %s: %w", workflows.TaskQueue, err)
	case <-ctx.Done():
		slog.Info("worker stopping: running activities leave their checkpoints", "limit", stopLimit)
		return nil
	}
}
