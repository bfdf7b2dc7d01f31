// Package benchindex measures the server over the inventory: how soon it is ready, what memory
// it takes, how fast it answers, and how long SQL takes for the same questions over the same
// rows.
package benchindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/measure"
	"cloudsync/store"
)

// Options say what to measure.
type Options struct {
	Layout   layout.Layout
	Console  *console.Console // for what is being done
	Database mariadb.Installation
	Hosts    int
}

// Run measures everything, writes the results, and returns measure.ErrNotMet if a bound is
// missed.
func Run(ctx context.Context, o Options, out io.Writer, asJSON bool) error {
	results, err := Measure(ctx, o)
	if err != nil {
		return err
	}
	bounds := results.Bounds()
	if err := results.Write(out, asJSON, bounds); err != nil {
		return err
	}
	if !measure.AllMet(bounds) {
		return measure.ErrNotMet
	}
	return nil
}

// Measure measures everything, and judges nothing.
func Measure(ctx context.Context, o Options) (*Results, error) {
	dir, err := os.MkdirTemp("", "cloudsync-bench-index-")
	if err != nil {
		return nil, fmt.Errorf("make the benchmark's folder: %w", err)
	}
	b := &bench{options: o, dir: dir, fleet: newFleet(o.Hosts), results: &Results{Server: o.Database.String(), Hosts: o.Hosts}}
	return b.results, errors.Join(b.run(ctx), os.RemoveAll(dir))
}

// bench is one measurement.
type bench struct {
	options Options
	dir     string
	fleet   fleet
	store   *store.Store
	sql     reference
	server  *server
	client  *client
	results *Results
}

const databaseName = "bench_index"

func (b *bench) run(ctx context.Context) (err error) {
	if b.results.Load, err = measure.Load(); err != nil {
		return err
	}
	b.say("compiling starter")
	starter, err := measure.Build(ctx, b.options.Layout, b.dir, "./starter")
	if err != nil {
		return err
	}
	database, err := mariadb.Start(ctx, mariadb.Options{
		Dir: filepath.Join(b.dir, "database"), Database: databaseName, Installation: b.options.Database,
		ExtraArgs: measure.DatabaseArgs(b.options.Database, b.options.Hosts),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Stop(context.WithoutCancel(ctx))) }()
	return b.over(ctx, database.DSN(databaseName), starter)
}

// over measures over an empty database.
func (b *bench) over(ctx context.Context, dsn, starter string) (err error) {
	if b.store, err = store.Open(ctx, dsn, store.Options{}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.store.Close()) }()
	if b.sql.DB, err = sql.Open("mysql", dsn); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, b.sql.Close()) }()
	if _, err := b.store.Migrate(ctx); err != nil {
		return err
	}
	b.say("adding the hosts")
	if err := fill(ctx, b.store, b.fleet); err != nil {
		return err
	}
	config := filepath.Join(b.dir, "cloudsync.yaml")
	if err := writeConfig(config, dsn); err != nil {
		return err
	}
	return b.serve(ctx, starter, config)
}

// serve starts the server some times, and asks the last one.
func (b *bench) serve(ctx context.Context, starter, config string) (err error) {
	var took []float64
	for range starts {
		if b.server != nil {
			if err := b.server.stop(ctx); err != nil {
				return err
			}
		}
		b.say("the server loads")
		if b.server, err = startServer(ctx, starter, config, b.dir); err != nil {
			return b.stopped(ctx, err)
		}
		took = append(took, b.server.ready.Seconds())
	}
	b.results.add(loading, "s", "from its start until it is ready", took...)
	b.client = &client{base: b.server.base}
	defer b.client.close()
	return b.stopped(ctx, b.measure(ctx))
}

// stopped ends the server, if there is one.
func (b *bench) stopped(ctx context.Context, err error) error {
	if b.server == nil {
		return err
	}
	return errors.Join(err, b.server.stop(ctx))
}

func (b *bench) say(what string) { b.options.Console.Printf("%d hosts: %s", b.options.Hosts, what) }
