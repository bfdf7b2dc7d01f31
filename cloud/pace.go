package cloud

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace keeps all callers together to so many requests a second in each region,
// evenly spaced; a caller waits for its turn. Where a provider throttles all the
// same, because others use the account too, the region's rate falls, and comes back
// slowly. The pace is of this process: where W workers share an account, each has
// to have the Wth part.
type Pace struct {
	top     rate.Limit
	mu      sync.Mutex
	regions map[string]*regionPace
}

type regionPace struct {
	limiter *rate.Limiter
	changed time.Time // when the rate was last moved
}

const (
	// slack is the part of the rate that is used: requests that left evenly spaced
	// arrive less so, and a provider counts them as they arrive.
	slack = 0.97
	// slower is what a throttled answer leaves of a region's rate, once in paceHold:
	// the answers to requests that were under way say nothing new.
	slower   = 0.7
	paceHold = time.Second
	// slowest is the part of the rate that always remains.
	slowest = 0.05
	// faster is the part of the whole rate that a region regains in paceRegain
	// without a throttled answer.
	faster     = 0.1
	paceRegain = 10 * time.Second
)

// NewPace returns a pace of so many requests a second in each region.
func NewPace(perSecond float64) *Pace {
	return &Pace{top: rate.Limit(perSecond * slack), regions: map[string]*regionPace{}}
}

// Wait waits for a turn in the region. It fails at once, with an *Error, if the turn
// comes after the context's deadline: that is a time-out, and leaves the turn to
// others.
func (p *Pace) Wait(ctx context.Context, region, doing string) error {
	err := p.of(region).limiter.Wait(ctx)
	if err == nil {
		return nil
	}
	class := Timeout
	if ctx.Err() != nil {
		class = ClassOf(ctx.Err())
	}
	return &Error{Class: class, Doing: doing + " within the account's requests_per_second", Err: err}
}

// Learn adapts the region's rate to the outcome of a request.
func (p *Pace) Learn(region string, err error) {
	of := p.of(region)
	throttled := err != nil && ClassOf(err) == Throttled
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	switch limit, since := of.limiter.Limit(), now.Sub(of.changed); {
	case throttled && since >= paceHold:
		of.set(max(limit*slower, p.top*slowest), now)
	case !throttled && err == nil && limit < p.top && since >= paceRegain:
		of.set(min(limit+p.top*faster, p.top), now)
	}
}

func (r *regionPace) set(limit rate.Limit, now time.Time) {
	r.limiter.SetLimit(limit)
	r.changed = now
}

func (p *Pace) of(region string) *regionPace {
	p.mu.Lock()
	defer p.mu.Unlock()
	of, ok := p.regions[region]
	if !ok {
		of = &regionPace{limiter: rate.NewLimiter(p.top, 1)}
		p.regions[region] = of
	}
	return of
}
