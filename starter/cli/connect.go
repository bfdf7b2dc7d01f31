package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"cloudsync/cluster"
	"cloudsync/config"
	"cloudsync/store"
	"cloudsync/tracing/export"
)

// connectLimit is how long a command tries to reach a server: somebody waits.
const connectLimit = 10 * time.Second

// connection is a client with the name of its namespace.
type connection struct {
	client.Client
	namespace string
}

// loadConfig reads the configuration file.
func (p *Program) loadConfig() (*config.Config, error) { return config.Load(p.configPath()) }

func (p *Program) configPath() string { return cmp.Or(p.flags.config, p.env("CLOUDSYNC_CONFIG")) }

// withTemporal does something with a connection to Temporal.
func (p *Program) withTemporal(ctx context.Context, do func(connection) error) error {
	return p.withTracedTemporal(ctx, &export.Tracing{}, do)
}

func (p *Program) withTracedTemporal(ctx context.Context, traces *export.Tracing, do func(connection) error) error {
	opts, err := p.temporalOptions()
	if err != nil {
		return err
	}
	if opts.Interceptors, err = traces.Interceptors(); err != nil {
		return err
	}
	c, err := cluster.Dial(ctx, opts, p.patience)
	if err != nil {
		return err
	}
	defer c.Close()
	return do(connection{Client: c, namespace: opts.Namespace})
}

// temporalOptions say where Temporal is expected.
func (p *Program) temporalOptions() (client.Options, error) {
	opts, err := cluster.Options(p.flags.profile)
	if err != nil {
		return client.Options{}, fmt.Errorf("%w: check --temporal-profile, and the file of TEMPORAL_CONFIG_FILE", err)
	}
	opts.HostPort = cmp.Or(p.flags.address, opts.HostPort)
	opts.Namespace = cmp.Or(p.flags.namespace, opts.Namespace)
	opts.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler)) // what matters comes as an error
	return opts, nil
}

// withStore does something with the database.
func (p *Program) withStore(ctx context.Context, do func(*store.Store) error) error {
	cfg, err := p.loadConfig()
	if err != nil {
		return err
	}
	// A command asks one thing after the other.
	s, err := store.Open(ctx, cfg.MySQL.DSN, store.Options{MaxOpenConns: 2, ConnectTimeout: p.patience, TLS: cfg.MySQL.TLS})
	if err != nil {
		return config.ExplainMySQL(err, p.configPath())
	}
	err = explainSchema(do(s))
	return errors.Join(err, s.Close())
}

func explainSchema(err error) error {
	if store.NeedsMigration(err) {
		return fmt.Errorf("%w: the schema is not up to date: run `starter migrate`", err)
	}
	return err
}
