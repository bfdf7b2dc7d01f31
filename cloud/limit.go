package cloud

import (
	"context"
	"sync"

	"golang.org/x/time/rate"

	"cloudsync/resource"
)

// Limit keeps all callers of a provider together to so many requests a second in
// each region, evenly spaced; a caller waits for its turn. The limit is of this
// process: where W workers share an account, each has to have the Wth part.
func Limit(client Provider, perSecond float64) Provider {
	return &limited{Provider: client, perSecond: rate.Limit(perSecond * slack), regions: map[string]*rate.Limiter{}}
}

// slack is the part of the rate that is used: requests that left evenly spaced
// arrive less so, and a provider counts them as they arrive.
const slack = 0.97

type limited struct {
	Provider
	perSecond rate.Limit
	mu        sync.Mutex
	regions   map[string]*rate.Limiter
}

func (l *limited) Regions(ctx context.Context) ([]string, error) {
	if err := l.wait(ctx, "", "list regions"); err != nil {
		return nil, err
	}
	return l.Provider.Regions(ctx)
}

func (l *limited) List(ctx context.Context, scope resource.Scope, cursor string) (Page, error) {
	if err := l.wait(ctx, scope.Region, "list "+scope.String()); err != nil {
		return Page{}, err
	}
	return l.Provider.List(ctx, scope, cursor)
}

func (l *limited) Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	if err := l.wait(ctx, scope.Region, "look up ids in "+scope.String()); err != nil {
		return nil, err
	}
	return l.Provider.Lookup(ctx, scope, nativeIDs)
}

// wait fails at once if the turn comes after the context's deadline: that is a
// time-out, and leaves the turn to others.
func (l *limited) wait(ctx context.Context, region, doing string) error {
	err := l.limiter(region).Wait(ctx)
	if err == nil {
		return nil
	}
	class := Timeout
	if ctx.Err() != nil {
		class = ClassOf(ctx.Err())
	}
	return &Error{Class: class, Doing: doing + " within the account's requests_per_second", Err: err}
}

func (l *limited) limiter(region string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, ok := l.regions[region]
	if !ok {
		limiter = rate.NewLimiter(l.perSecond, 1)
		l.regions[region] = limiter
	}
	return limiter
}
