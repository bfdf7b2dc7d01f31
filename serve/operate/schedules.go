package operate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/singleflight"

	"cloudsync/starter/schedule"
)

const (
	// schedulesLimit bounds the question for the schedules: each page may show them.
	schedulesLimit = 5 * time.Second
	// schedulesKept is how long an answer is good for others who ask.
	schedulesKept = 2 * time.Second
	// schedulesShown is how old an answer may be that is shown while Temporal is asked again: a
	// page waits for nobody.
	schedulesShown = time.Minute
)

// schedules is what was answered last.
type schedules struct {
	one singleflight.Group

	mu      sync.Mutex
	list    []schedule.Overview
	at      time.Time
	changed int // how often a decision made answers stale
}

// Schedules are those of the kinds, and other ones of ours. An answer of the last minute is
// shown at once, and Temporal asked again behind it. Where something was decided since, the
// answer of Temporal is waited for, as long as ctx lasts.
func (d *Desk) Schedules(ctx context.Context) ([]schedule.Overview, error) {
	list, changed, age := d.schedules.kept()
	if age < schedulesKept {
		return list, nil
	}
	answers := d.schedules.one.DoChan(fmt.Sprint(changed), func() (any, error) { return d.askSchedules(changed) })
	if age < schedulesShown {
		return list, nil
	}
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

// kept is the last answer and its age, which is endless where it counts no more.
func (s *schedules) kept() (list []schedule.Overview, changed int, age time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() {
		return nil, s.changed, math.MaxInt64
	}
	return slices.Clone(s.list), s.changed, time.Since(s.at)
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
