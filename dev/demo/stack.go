package demo

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"cloudsync/dev/console"
	"cloudsync/dev/process"
)

// stopWithin bounds the stop of everything together.
const stopWithin = time.Minute

// stack is what was started, in that order.
type stack struct {
	children []*process.Child
	extra    []*process.Child // those of children that a demo goes on without
}

func (s *stack) add(child *process.Child) { s.children = append(s.children, child) }

// addExtra adds what a demo goes on without.
func (s *stack) addExtra(child *process.Child) {
	s.add(child)
	s.extra = append(s.extra, child)
}

func (s *stack) goesOnWithout(child *process.Child) bool { return slices.Contains(s.extra, child) }

// stop ends everything, the last one started first. A second Ctrl-C ends the
// waiting, and what has not ended yet is killed.
func (s *stack) stop(c *console.Console) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()

	var errs []error
	for i := len(s.children) - 1; i >= 0; i-- {
		errs = append(errs, stopOne(ctx, c, s.children[i]))
	}
	return errors.Join(errs...)
}

func stopOne(ctx context.Context, c *console.Console, child *process.Child) error {
	if !child.Running() {
		return nil
	}
	step := c.Step(child.Name())
	step.Detail("stopping")
	return step.End(child.Stop(ctx), "stopped")
}

// died returns a channel with the children that end from now on.
func (s *stack) died(ctx context.Context) <-chan *process.Child {
	ended := make(chan *process.Child, len(s.children))
	for _, child := range s.children {
		go func() {
			select {
			case <-child.Done():
				ended <- child
			case <-ctx.Done():
			}
		}()
	}
	return ended
}
