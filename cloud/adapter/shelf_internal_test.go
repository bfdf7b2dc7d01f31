package adapter

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

// counting is a session with one table, which counts its loads.
type counting struct {
	Session
	Shelf
	loads int
}

func (c *counting) load(_ context.Context, value *int) error {
	c.loads++
	*value = c.loads
	return nil
}

func (c *counting) give(t *testing.T, user string, begins bool) int {
	t.Helper()
	fits := func(l *loaded[int]) bool { return l.serves(Visit{user: user, begins: begins}) }
	got, err := get(t.Context(), c, "it", user, fits, c.load)
	require.NoError(t, err)
	return got.value
}

// The timer of an old load leaves the one that took its place.
func TestALoadOutlivesTheTimerOfTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counting{}
		require.Equal(t, 1, c.give(t, "first", true))
		<-time.After(keepFor - time.Minute)
		require.Equal(t, 2, c.give(t, "second", true), "in the place of the old one")
		<-time.After(2 * time.Minute)
		require.Equal(t, 2, c.give(t, "second", false))
		c.forget("it")
		require.Equal(t, 3, c.give(t, "third", true))
		<-time.After(keepFor - time.Minute)
		require.Equal(t, 3, c.give(t, "third", false), "the table before is not this one")
		<-time.After(2 * time.Minute)
		synctest.Wait()
		require.Empty(t, c.tables, "it is given back in the end")
	})
}

// Users of one run share a load; one that begins again has a new one, and all that begin
// after a while.
func TestAUserBeginsOnceWithALoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counting{}
		for _, user := range []string{"first", "second", "third"} {
			require.Equal(t, 1, c.give(t, user, true))
			require.Equal(t, 1, c.give(t, user, false))
		}
		require.Equal(t, 2, c.give(t, "second", true))
		require.Equal(t, 2, c.give(t, "first", false), "goes on with the newest")
		require.Equal(t, 3, c.give(t, "first", true), "has had that one by now")
		<-time.After(shareFor)
		require.Equal(t, 3, c.give(t, "fourth", false))
		require.Equal(t, 4, c.give(t, "fifth", true))
	})
}

func TestALoadThatFailsIsNotKept(t *testing.T) {
	t.Parallel()
	c := &counting{}
	_, err := get(t.Context(), c, "it", "user", func(*loaded[int]) bool { return true }, func(context.Context, *int) error { return errors.New("down") })
	require.ErrorContains(t, err, "down")
	require.Equal(t, 1, c.give(t, "user", true))
	require.Equal(t, 1, c.give(t, "another", true))
}

// Who waits for another's load goes away with its own context.
func TestWaitingForALoadEndsWithTheContext(t *testing.T) {
	t.Parallel()
	c := &counting{}
	require.NoError(t, on[int](&c.Shelf, "it").one.Acquire(t.Context(), 1))
	for class, wait := range map[cloud.Class]func() (context.Context, context.CancelFunc){
		cloud.Unavailable: func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx, cancel
		},
		cloud.Timeout: func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 20*time.Millisecond)
		},
	} {
		ctx, cancel := wait()
		defer cancel()
		_, err := get(ctx, c, "it", "user", nil, c.load)
		require.ErrorIs(t, err, ctx.Err())
		var failure *cloud.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, class, failure.Class)
	}
	require.Zero(t, c.loads)
}

func TestWhatIsRecentIsSharedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &counting{}
		recent := func(fresh bool) int {
			got, err := Recent(t.Context(), c, "ListThem", fresh, func(ctx context.Context) (n int, err error) { return n, c.load(ctx, &n) })
			require.NoError(t, err)
			return got
		}
		for _, want := range []int{1, 1, 1} {
			require.Equal(t, want, recent(false))
		}
		require.Equal(t, 2, recent(true))
		require.Equal(t, 2, recent(false))
		<-time.After(shareFor)
		require.Equal(t, 3, recent(false))
	})
}
