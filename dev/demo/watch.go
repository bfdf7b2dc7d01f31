package demo

import (
	"context"
	"time"
)

const (
	pollEvery = 500 * time.Millisecond
	// failuresForgiven is how many polls in a row may fail: when a server dies,
	// the end of its process tells more than a lost connection does.
	failuresForgiven = 10
)

// watch shows each finished run until the time is over, or the context ends, or
// a process does, which is an error unless a demo goes on without it.
func (d *demo) watch(ctx context.Context) error {
	defer d.feed.close()
	ctx, cancel := d.limited(ctx)
	defer cancel()
	died := d.stack.died(ctx)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	var p patience
	for {
		select {
		case <-ctx.Done():
			return nil
		case child := <-died:
			if !d.stack.goesOnWithout(child) {
				return child.Died()
			}
			d.Console.Printf("  Going on without %s: %v", child.Name(), child.Died())
		case <-poll.C:
		}
		if err := p.forgive(d.showFinished(ctx)); err != nil {
			return err
		}
	}
}

func (d *demo) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.For == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d.For)
}

// patience forgives a few failures in a row.
type patience struct{ failures int }

func (p *patience) forgive(err error) error {
	if err == nil {
		p.failures = 0
		return nil
	}
	if p.failures++; p.failures <= failuresForgiven {
		return nil
	}
	return err
}
