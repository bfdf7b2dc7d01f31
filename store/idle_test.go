package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

// A worker that was told to stop after the server had closed connections for being idle
// could not take its leave from them, and ended with exit status 1.
func TestCloseAfterTheServerClosedTheConnections(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	s, err := store.Open(t.Context(), dsn+"?wait_timeout=1", store.Options{})
	require.NoError(t, err)

	storetest.AwaitNoConnections(t, dsn)

	require.NoError(t, s.Close())
}

func TestStoreGoesOnAfterTheServerClosedTheConnections(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Positive(t, storetest.KillConnections(t, b.dsn))
	_, err := b.BeginRun(t.Context(), store.Run{RunID: "after", Kind: hostScope.Kind, StartedAt: time.Now()})
	require.NoError(t, err)
}
