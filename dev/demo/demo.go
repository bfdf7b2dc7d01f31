// Package demo runs the whole application on this machine: MariaDB or MySQL, Temporal,
// the worker, schedules that keep the inventory equal to a mock cloud, and the server that
// answers questions about it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/setup"
)

// Options say what to run and for how long.
type Options struct {
	Layout   layout.Layout
	Console  *console.Console
	Programs setup.Programs
	App      App
	// Build is the compilation of App, if it is under way already.
	Build *Build
	// Config is the configuration file that worker and starter get.
	Config string
	// Rules is a folder with rules for Prometheus; empty: none is started.
	Rules string
	// For ends the demo by itself, counted from when everything is up; zero is
	// until the context ends.
	For time.Duration
}

// demo is one that runs.
type demo struct {
	Options
	ports ports
	stack stack
	kinds []string
	feed  *feed
	// tally counts the runs of each kind that finished and did not fail.
	tally map[string]int
	since time.Time // when everything was up
	// alerting tells whether a Prometheus runs.
	alerting bool
}

// Run starts everything, shows each finished run, and stops everything when the
// context or the time ends. With a time set it fails unless a run of every kind
// finished, or the context ended before.
func Run(ctx context.Context, o Options) error {
	lock, err := o.Layout.TryLock("demo")
	if errors.Is(err, layout.ErrLocked) {
		return errors.New("a demo of this checkout runs already: end it with Ctrl-C where it was started")
	}
	if err != nil {
		return err
	}
	defer lock.Unlock() //nolint:errcheck // closing gives it back in any case

	d := &demo{Options: o, tally: map[string]int{}}
	return errors.Join(d.run(ctx), d.stack.stop(o.Console))
}

// run takes an interruption for what it is: a wish, not an error.
func (d *demo) run(ctx context.Context) error {
	err := d.bringUp(ctx)
	if err == nil {
		err = d.watch(ctx)
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	return d.judge(ctx.Err() != nil)
}

func (d *demo) bringUp(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		d.prepare, d.startDatabase, d.startTemporal, d.migrate, d.startWorker, d.startServer,
		d.applySchedules, d.openFeed, d.startAlerts,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.banner()
	d.since = time.Now()
	return nil
}

// prepare does what can be done before anything runs.
func (d *demo) prepare(ctx context.Context) error {
	var err error
	if d.kinds, err = readKinds(d.Config); err != nil {
		return err
	}
	if err := d.stopLeftovers(ctx); err != nil {
		return err
	}
	if d.ports, err = choosePorts(d.Layout); err != nil {
		return err
	}
	if err := d.writeEnvironment(); err != nil {
		return err
	}
	if d.Build == nil {
		d.Build = d.App.Start(ctx, d.Layout)
		defer d.Build.Stop()
	}
	return d.Build.Wait(d.Console)
}

func (d *demo) openFeed(ctx context.Context) error {
	var err error
	if d.feed, err = openFeed(ctx, d.dsn()); err != nil {
		return fmt.Errorf("read the runs of earlier demos: %w", err)
	}
	return nil
}
