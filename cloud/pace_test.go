package cloud_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

// rate is how many turns there are in ten seconds of the region.
func rate(t *testing.T, pace *cloud.Pace, region string, outcome error) int {
	t.Helper()
	turns := 0
	for began := time.Now(); time.Since(began) < 10*time.Second; turns++ {
		require.NoError(t, pace.Wait(t.Context(), region, "ask"))
		pace.Learn(region, outcome)
	}
	return turns
}

func TestPaceFallsWhereAProviderThrottlesAndComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := cloud.NewPace(20)
		throttled := &cloud.Error{Class: cloud.Throttled}
		require.InDelta(t, 194, rate(t, pace, "north", nil), 2)
		slowed := rate(t, pace, "north", throttled)
		require.Less(t, slowed, 70)
		for range 3 {
			rate(t, pace, "north", throttled)
		}
		require.InDelta(t, 10, rate(t, pace, "north", throttled), 2, "a twentieth remains")
		require.InDelta(t, 194, rate(t, pace, "south", nil), 2, "regions have their own pace")
		for range 10 {
			rate(t, pace, "north", nil)
		}
		require.InDelta(t, 194, rate(t, pace, "north", nil), 4)
	})
}

func TestOtherFailuresLeaveThePaceAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := cloud.NewPace(20)
		require.InDelta(t, 194, rate(t, pace, "north", &cloud.Error{Class: cloud.Unavailable}), 2)
		require.InDelta(t, 194, rate(t, pace, "north", nil), 2)
	})
}
