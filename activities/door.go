package activities

import (
	"context"
	"fmt"
	"sync"

	"cloudsync/cloud"
)

// door keeps a bundle from asking an account again and again whose own keys, role or
// identity fail: every scope would fail with them, and asking on can lock it. Those
// that are asking already may let the others in.
type door struct {
	mu      sync.Mutex
	asking  int
	entered bool          // some scope was listed, or refused by its region alone
	refused error         // by the account, at the first scope
	at      string        // that scope
	changed chan struct{} // closed when somebody who asked is done
}

// pass lists a scope, or says that it is skipped.
func (d *door) pass(ctx context.Context, scope LocalScope, list func() error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	err := list()
	d.leave(scope, err)
	return err
}

// enter waits while the account is in doubt.
func (d *door) enter(ctx context.Context) error {
	for {
		d.mu.Lock()
		switch {
		case d.refused == nil || d.entered:
			d.asking++
			d.mu.Unlock()
			return nil
		case d.asking == 0:
			defer d.mu.Unlock()
			return d.skip()
		}
		if d.changed == nil {
			d.changed = make(chan struct{})
		}
		changed := d.changed
		d.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *door) skip() error {
	failure, _ := failureOf(d.refused)
	failure.Text = cutAt(fmt.Sprintf("skipped: the account was refused at %s: %s", d.at, failure.Text), maxErrorText)
	return failure.Err()
}

// leave takes the outcome of a listing.
func (d *door) leave(scope LocalScope, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asking--
	if d.changed != nil {
		close(d.changed)
		d.changed = nil
	}
	switch failure, again := failureOf(err); {
	case again != nil: // it says nothing of the account
	case failure == nil, !failure.OfAccount && isRefusal(failure):
		d.entered = true
	case failure.OfAccount && isRefusal(failure) && d.refused == nil: // as for the breaker of the run
		d.refused, d.at = err, scope.Place()
	}
}

// isRefusal says that the cloud refused what was asked, rather than failed.
func isRefusal(failure *Failure) bool {
	return failure.Type == string(cloud.Denied) || failure.Type == string(cloud.InvalidCredential)
}
