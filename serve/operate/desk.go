package operate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/starter/execution"
)

const (
	// callLimit is how long a question to Temporal, or a decision, may take: somebody waits
	// for the page.
	callLimit = 3 * time.Second
	// stopLimit is how long tasks have to take back their approvals when the server stops.
	stopLimit = 30 * time.Second
)

// errStopped is why tasks give up when Run ends.
var errStopped = errors.New("the server stops")

// Options are what a Desk is made over.
type Options struct {
	// Dial connects to Temporal. It is called when that is first needed, and again after it
	// failed, one call at a time. It ends with its context. The Desk closes the client.
	Dial      func(ctx context.Context) (client.Client, error)
	Namespace string   // in Temporal
	Kinds     []string // that there are
	Log       *slog.Logger
}

// Desk is where what operators decide is carried out, and where runs are looked at. It is
// safe for concurrent use. Its errors are ErrNoTemporal, ErrNoRun, a Refusal, or ErrTemporal.
type Desk struct {
	Options
	line      *line
	tasks     tasks
	schedules schedules
	ctx       context.Context // of the tasks, and of questions that several wait for
	stop      context.CancelCauseFunc
	running   sync.WaitGroup // the tasks that wait
}

// New returns a Desk. It does not connect yet.
func New(options Options) *Desk {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	d := &Desk{Options: options, tasks: tasks{now: time.Now}}
	d.ctx, d.stop = context.WithCancelCause(context.Background())
	d.line = &line{ctx: d.ctx, dial: options.Dial, log: options.Log}
	return d
}

// Run waits for the context to end, has the tasks that wait give up, which takes back their
// approvals, and closes the connection.
func (d *Desk) Run(ctx context.Context) error {
	go func() { _, _ = d.Schedules(ctx) }() // so that the first page has them; what fails is told to whoever asks
	<-ctx.Done()
	d.tasks.close()
	d.stop(errStopped)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.running.Wait()
	}()
	defer d.line.close()
	select {
	case <-ended:
		return nil
	case <-time.After(stopLimit):
		return fmt.Errorf("runs that were asked for could not be given up within %s: approvals that were not taken back end by themselves, "+
			"see `starter list`", stopLimit)
	}
}

// ask does something that only looks. After a question without an answer, the next ones of
// the next moments fail at once, so that pages stay fast.
func (d *Desk) ask(ctx context.Context, limit time.Duration, do func(context.Context, client.Client) error) error {
	if err := d.line.lately(); err != nil {
		return err
	}
	err := d.call(ctx, limit, do)
	if errors.Is(err, ErrNoTemporal) && !errors.Is(ctx.Err(), context.Canceled) {
		d.line.lost(err)
	}
	return err
}

// call does something in Temporal, within the limit.
func (d *Desk) call(ctx context.Context, limit time.Duration, do func(context.Context, client.Client) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := d.line.client(bounded)
	if err == nil {
		err = do(bounded, c)
	}
	var refusal *Refusal
	switch {
	case err == nil, errors.Is(err, ErrNoTemporal), errors.As(err, &refusal):
		return err
	case execution.Passes(err):
		return fmt.Errorf("%w: %w", ErrNoTemporal, err)
	default:
		return fmt.Errorf("%w: %w", ErrTemporal, err)
	}
}
