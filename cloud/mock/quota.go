package mock

import (
	"sync"
	"time"

	"cloudsync/cloud"
)

// quota refuses the calls to a region that come on top of so many within any
// second.
type quota struct {
	perSecond int // 0: any number
	mu        sync.Mutex
	taken     map[string][]time.Time // the last perSecond ones, by region, as a ring
	next      map[string]int
}

func newQuota(perSecond int) *quota {
	return &quota{perSecond: perSecond, taken: map[string][]time.Time{}, next: map[string]int{}}
}

func (q *quota) take(region string) error {
	if q.perSecond == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken[region] == nil {
		q.taken[region] = make([]time.Time, q.perSecond)
	}
	oldest := &q.taken[region][q.next[region]]
	now := time.Now()
	if wait := time.Second - now.Sub(*oldest); wait > 0 {
		return &cloud.Error{Class: cloud.Throttled, RetryAfter: wait}
	}
	*oldest = now
	q.next[region] = (q.next[region] + 1) % q.perSecond
	return nil
}
