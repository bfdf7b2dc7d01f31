package operate

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/singleflight"

	"cloudsync/starter/schedule"
)

const (
	// schedulesLimit bounds the question for the schedules: each page may show them.
	schedulesLimit = 2 * time.Second
	// schedulesKept is how long an answer is good for others who ask.
	schedulesKept = 2 * time.Second
)

// schedules is what was answered last.
type schedules struct {
	one singleflight.Group

	mu      sync.Mutex
	list    []schedule.Overview
	at      time.Time
	changed int // how often a decision made answers stale
}

// Schedules are those of the kinds, and other ones of ours. What others asked for within the
// last two seconds is shown again, unless something was decided meanwhile.
func (d *Desk) Schedules(ctx context.Context) ([]schedule.Overview, error) {
	list, changed, fresh := d.schedules.kept()
	if fresh {
		return list, nil
	}
	answers := d.schedules.one.DoChan(fmt.Sprint(changed), func() (any, error) { return d.askSchedules(changed) })
	select {
	case answer := <-answers:
		if answer.Err != nil {
			return nil, answer.Err
		}
		return slices.Clone(answer.Val.([]schedule.Overview)), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("list the schedules: %w", context.Cause(ctx))
	}
}

// askSchedules asks for all who wait, so that it goes on when one of them leaves.
func (d *Desk) askSchedules(changed int) ([]schedule.Overview, error) {
	var list []schedule.Overview
	err := d.ask(d.ctx, schedulesLimit, func(ctx context.Context, c client.Client) (err error) {
		list, err = schedule.List(ctx, c, d.Kinds)
		return err
	})
	if err != nil {
		return nil, err
	}
	d.schedules.keep(list, changed)
	return list, nil
}

func (s *schedules) kept() (list []schedule.Overview, changed int, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list), s.changed, !s.at.IsZero() && time.Since(s.at) < schedulesKept
}

// keep keeps an answer, unless something was decided after the question.
func (s *schedules) keep(list []schedule.Overview, changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == changed {
		s.list, s.at = list, time.Now()
	}
}

// forget has the next question answered by Temporal.
func (s *schedules) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed++
	s.at = time.Time{}
}
