package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
)

// A set that is held again and again is not forgotten for those of single runs that
// came after it was held first.
func TestASetThatIsStillHeldIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	writer := 0
	hold := func(id string) string {
		writer++
		set := b.write(t, store.Candidates, writer, host(id))
		digest := resource.Digest{}
		digest.Add(resource.Entry{UID: hostScope.UID(id)})
		require.NoError(t, b.KeepHold(t.Context(), set, digest))
		return digest.String()
	}
	const kept = 10
	steady, once := hold("steady"), hold("once")
	for i := range 3 * kept {
		hold(fmt.Sprint(i))
		entries, err := b.LoadHold(t.Context(), b.lease.ScopeID, steady)
		require.NoError(t, err, "held by the run before")
		require.Len(t, entries, 1)
		require.Equal(t, steady, hold("steady"))
	}
	_, err := b.LoadHold(t.Context(), b.lease.ScopeID, once)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, kept, b.count(t, "SELECT COUNT(DISTINCT digest) FROM sync_hold"))
}
