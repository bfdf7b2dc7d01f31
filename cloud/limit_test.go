package cloud_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

func regionScope(region string) resource.Scope {
	return resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: region}
}

// A cloud that takes 20 requests a second in a region is never asked more often,
// however many ask, and not much less often either; regions have their own limits.
func TestLimitKeepsToTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const perSecond, callers, calls = 20, 8, 25
		settings := mock.DefaultSettings()
		settings.RequestsPerSecond = perSecond
		client := cloud.Limit(mock.New(settings, []string{"r0", "r1"}), perSecond)
		began := time.Now()
		var all sync.WaitGroup
		for caller := range callers {
			for _, region := range []string{"r0", "r1"} {
				all.Go(func() {
					for call := range calls {
						var err error
						if (caller+call)%2 == 0 {
							_, err = client.List(t.Context(), regionScope(region), "")
						} else {
							_, err = client.Lookup(t.Context(), regionScope(region), nil)
						}
						require.NoError(t, err)
					}
				})
			}
		}
		all.Wait()
		ideal := time.Duration(callers*calls) * time.Second / perSecond
		require.InDelta(t, ideal, time.Since(began), float64(ideal)/10)
	})
}

func TestWithoutALimitTheCloudThrottles(t *testing.T) {
	t.Parallel()
	settings := mock.DefaultSettings()
	settings.RequestsPerSecond = 5
	client := mock.New(settings, []string{"r0"})
	for range 5 {
		_, err := client.List(t.Context(), regionScope("r0"), "")
		require.NoError(t, err)
	}
	_, err := client.List(t.Context(), regionScope("r0"), "")
	require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Positive(t, failure.RetryAfter)
	require.LessOrEqual(t, failure.RetryAfter, time.Second)
}

// Who cannot wait for a turn is told so, and takes none.
func TestLimitWithoutTime(t *testing.T) {
	t.Parallel()
	client := cloud.Limit(mock.New(mock.DefaultSettings(), []string{"r0"}), 0.001)
	_, err := client.List(t.Context(), regionScope("r0"), "")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		limit time.Duration
		class cloud.Class
	}{
		"the turn comes too late": {time.Minute, cloud.Timeout},
		"no time is left":         {0, cloud.Timeout},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), test.limit)
		_, err := client.List(ctx, regionScope("r0"), "")
		cancel()
		require.Equal(t, test.class, cloud.ClassOf(err), name)
		require.ErrorContains(t, err, "requests_per_second", name)
	}
	_, err = client.Regions(t.Context())
	require.NoError(t, err, "which regions there are is asked apart")
}
