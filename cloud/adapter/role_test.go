package adapter_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// lasting is a role whose keys last so long, and that counts how often it was assumed.
type lasting struct {
	lasts   time.Duration
	failing error
	assumed int
}

func (l *lasting) role() *adapter.Role {
	return adapter.NewRole(&adapter.Calls{}, func(context.Context) (adapter.Assumed, error) {
		if l.failing != nil {
			return adapter.Assumed{}, l.failing
		}
		l.assumed++
		return adapter.Assumed{Keys: adapter.Keys{ID: "id", Key: "key", Token: "token"}, Ends: time.Now().Add(l.lasts)}, nil
	})
}

// A role's keys are renewed before they end, so that no call outlives them.
func TestARoleIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lasting{lasts: time.Hour}
		role := l.role()
		for _, of := range []struct {
			after time.Duration
			times int
		}{{0, 1}, {54 * time.Minute, 1}, {2 * time.Minute, 2}, {30 * time.Minute, 2}} {
			<-time.After(of.after)
			_, err := role.Sign(t.Context())
			require.NoError(t, err)
			require.Equal(t, of.times, l.assumed)
		}
	})
}

// Keys that last a short time are used for half of it, however short that is: a call that is
// signed with them has the other half.
func TestKeysThatLastAShortTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lasting{lasts: 4 * time.Second}
		role := l.role()
		for want := range 5 {
			got, err := role.Get(t.Context())
			require.NoError(t, err)
			require.GreaterOrEqual(t, time.Until(got.Ends), 2*time.Second)
			require.Equal(t, 1+want, l.assumed)
			<-time.After(3 * time.Second)
		}
	})
}

// A role is assumed once for all that wait for it, and who cannot wait does not.
func TestARoleThatManyWaitFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		times := 0
		role := adapter.NewRole(&adapter.Calls{}, func(context.Context) (adapter.Assumed, error) {
			times++
			<-time.After(time.Minute)
			return adapter.Assumed{Keys: adapter.Keys{ID: "id", Key: "key"}, Ends: time.Now().Add(time.Hour)}, nil
		})
		var waiting sync.WaitGroup
		for range 8 {
			waiting.Go(func() {
				_, err := role.Sign(t.Context())
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := role.Sign(ctx)
		require.Equal(t, cloud.Timeout, cloud.ClassOf(err))
		waiting.Wait()
		require.Equal(t, 1, times)
	})
}

// Keys that are still good serve where the role cannot be assumed again.
func TestARoleThatCannotBeAssumedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lasting{lasts: time.Hour}
		role := l.role()
		_, err := role.Sign(t.Context())
		require.NoError(t, err)
		l.failing = &cloud.Error{Class: cloud.Unavailable, Err: errors.New("away")}
		<-time.After(58 * time.Minute)
		_, err = role.Sign(t.Context())
		require.NoError(t, err)
		<-time.After(2 * time.Minute)
		_, err = role.Sign(t.Context())
		require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	})
}

// Where the cloud hangs, keys that are still good serve all the same, and soon.
func TestARoleThatHangsWhileItsKeysAreGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs, tried := false, 0
		role := adapter.NewRole(&adapter.Calls{}, func(ctx context.Context) (adapter.Assumed, error) {
			if tried++; hangs {
				<-ctx.Done()
				return adapter.Assumed{}, ctx.Err()
			}
			return adapter.Assumed{Keys: adapter.Keys{ID: "id", Key: "key", Token: "token"}, Ends: time.Now().Add(time.Hour)}, nil
		})
		_, err := role.Sign(t.Context())
		require.NoError(t, err)
		<-time.After(56 * time.Minute)
		hangs = true
		var waiting sync.WaitGroup
		for range 8 {
			waiting.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				_, err := role.Sign(ctx)
				require.NoError(t, err)
				require.NoError(t, ctx.Err(), "there is time left for the call")
			})
		}
		waiting.Wait()
		require.Equal(t, 2, tried, "who waited does not wait again")
		<-time.After(5 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err = role.Sign(ctx)
		require.Equal(t, cloud.Timeout, cloud.ClassOf(err))
	})
}

func TestKeysThatWereRefusedAreHadAnew(t *testing.T) {
	t.Parallel()
	l := &lasting{lasts: time.Hour}
	role := l.role()
	for range 2 {
		_, err := role.Sign(t.Context())
		require.NoError(t, err)
		require.True(t, role.Renew(t.Context()))
	}
	require.Equal(t, 2, l.assumed)
	require.False(t, (*adapter.Role)(nil).Renew(t.Context()), "none to give up")
}
