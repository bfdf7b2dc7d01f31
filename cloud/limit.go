package cloud

import (
	"context"

	"cloudsync/resource"
)

// Limit keeps all callers of a provider together to so many requests a second in
// each region; see Pace.
func Limit(client Provider, perSecond float64) Provider {
	return &limited{Provider: client, pace: NewPace(perSecond)}
}

type limited struct {
	Provider
	pace *Pace
}

func (l *limited) Regions(ctx context.Context) ([]string, error) {
	return paced(ctx, l.pace, "", "list regions", func() ([]string, error) { return l.Provider.Regions(ctx) })
}

func (l *limited) List(ctx context.Context, scope resource.Scope, cursor string) (Page, error) {
	return paced(ctx, l.pace, scope.Region, "list "+scope.String(), func() (Page, error) {
		return l.Provider.List(ctx, scope, cursor)
	})
}

func (l *limited) Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	return paced(ctx, l.pace, scope.Region, "look up ids in "+scope.String(), func() ([]string, error) {
		return l.Provider.Lookup(ctx, scope, nativeIDs)
	})
}

func paced[T any](ctx context.Context, pace *Pace, region, doing string, call func() (T, error)) (answer T, err error) {
	if err := pace.Wait(ctx, region, doing); err != nil {
		return answer, err
	}
	answer, err = call()
	pace.Learn(region, err)
	return answer, err
}
