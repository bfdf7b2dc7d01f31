package operate

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/singleflight"
)

const (
	// dialLimit leaves time for what the connection is for.
	dialLimit = 2 * time.Second
	// lostPause is how long Temporal is left alone after it did not answer.
	lostPause = 2 * time.Second
)

// line is the connection to Temporal, made when it is first needed.
type line struct {
	ctx  context.Context // of dialling
	dial func(context.Context) (client.Client, error)
	log  *slog.Logger
	one  singleflight.Group // one dials at a time

	mu        sync.Mutex
	connected client.Client
	closed    bool
	failed    error // of the last dialling
	failedAt  time.Time
	silent    error // of the last question without an answer
	silentAt  time.Time
}

// client is the connection. The error is an ErrNoTemporal.
func (l *line) client(ctx context.Context) (client.Client, error) {
	if c, err := l.present(); c != nil || err != nil {
		return c, err
	}
	select {
	case answer := <-l.one.DoChan("", l.connect):
		if answer.Err != nil {
			return nil, answer.Err
		}
		return answer.Val.(client.Client), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNoTemporal, context.Cause(ctx))
	}
}

// present is the connection that is there; nil without an error: it is time to dial.
func (l *line) present() (client.Client, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, fmt.Errorf("%w: %w", ErrNoTemporal, errStopped)
	case l.connected != nil:
		return l.connected, nil
	case l.failed != nil && time.Since(l.failedAt) < lostPause:
		return nil, l.failed
	default:
		return nil, nil
	}
}

// connect dials, unless somebody just did.
func (l *line) connect() (any, error) {
	if c, err := l.present(); c != nil || err != nil {
		return c, err
	}
	ctx, cancel := context.WithTimeout(l.ctx, dialLimit)
	defer cancel()
	c, err := l.dial(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		if l.failed == nil { // the first time: pages ask again and again
			l.log.WarnContext(ctx, "no connection to Temporal: the page shows what is in MySQL", "error", err)
		}
		l.failed, l.failedAt = fmt.Errorf("%w: %w", ErrNoTemporal, err), time.Now()
		return nil, l.failed
	case l.closed:
		c.Close()
		return nil, fmt.Errorf("%w: %w", ErrNoTemporal, errStopped)
	default:
		l.connected, l.failed = c, nil
		return c, nil
	}
}

// lost records that a question had no answer.
func (l *line) lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent, l.silentAt = err, time.Now()
}

// lately is the error of a question that had no answer a moment ago.
func (l *line) lately() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.silent == nil || time.Since(l.silentAt) >= lostPause {
		return nil
	}
	return l.silent
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.connected != nil {
		l.connected.Close()
		l.connected = nil
	}
}
