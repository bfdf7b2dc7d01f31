package adapter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// counting is what is shared, and counts its loads.
type counting struct {
	shared[int]
	loads int
}

func (c *counting) give(t *testing.T, user string, begins bool) int {
	t.Helper()
	got, err := c.get(t.Context(), user, func(l *loaded[int]) bool { return l.serves(user, begins) }, func(context.Context) (int, error) {
		c.loads++
		return c.loads, nil
	})
	require.NoError(t, err)
	return got.value
}

// The timer of an old load leaves the one that took its place.
func TestALoadOutlivesTheTimerOfTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := &counting{}
		require.Equal(t, 1, table.give(t, "first", true))
		<-time.After(keepFor - time.Minute)
		require.Equal(t, 2, table.give(t, "second", true), "in the place of the old one")
		<-time.After(2 * time.Minute)
		require.Equal(t, 2, table.give(t, "second", false))
		<-time.After(keepFor)
		synctest.Wait()
		require.Nil(t, table.newest, "it is given back in the end")
	})
}

// Users of one run share a load; one that begins again has a new one, and all that begin
// after a while.
func TestAUserBeginsOnceWithALoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := &counting{}
		for _, user := range []string{"first", "second", "third"} {
			require.Equal(t, 1, table.give(t, user, true))
			require.Equal(t, 1, table.give(t, user, false))
		}
		require.Equal(t, 2, table.give(t, "second", true))
		require.Equal(t, 2, table.give(t, "first", false), "goes on with the newest")
		require.Equal(t, 3, table.give(t, "first", true), "has had that one by now")
		<-time.After(shareFor)
		require.Equal(t, 3, table.give(t, "fourth", false))
		require.Equal(t, 4, table.give(t, "fifth", true))
	})
}

func TestALoadThatFailsIsNotKept(t *testing.T) {
	t.Parallel()
	table := &shared[int]{}
	_, err := table.get(t.Context(), "user", func(*loaded[int]) bool { return true }, func(context.Context) (int, error) { return 0, errors.New("down") })
	require.ErrorContains(t, err, "down")
	require.Nil(t, table.newest)
}

// Who waits for another's load goes away with its own context.
func TestWaitingForALoadEndsWithTheContext(t *testing.T) {
	t.Parallel()
	table := &shared[int]{}
	require.NoError(t, table.lock(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := table.get(ctx, "user", nil, nil)
	require.ErrorIs(t, err, context.Canceled)
}
