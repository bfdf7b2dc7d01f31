package activities

import (
	"context"
	"sync"
)

// door lets the scopes of a bundle be listed, unless their account is given up. Those that
// are asking already may let the others in.
type door struct {
	mu      sync.Mutex
	account AccountState
	refused *Failure      // that the account is given up for
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
		if !d.account.InDoubt() {
			defer d.mu.Unlock()
			return d.open()
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

// open lets a scope in, or says why not.
func (d *door) open() error {
	if why := d.account.Why(); why != "" {
		skipped := *d.refused
		skipped.Text = cutAt(why, maxErrorText)
		return skipped.Err()
	}
	d.account.Asks()
	return nil
}

// leave takes the outcome of a listing.
func (d *door) leave(scope LocalScope, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.account.Why()
	d.account.Note(scope.Place(), err)
	if d.account.Why() != before {
		d.refused, _ = failureOf(err)
	}
	if d.changed != nil {
		close(d.changed)
		d.changed = nil
	}
}
