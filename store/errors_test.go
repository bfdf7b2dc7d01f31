package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

func TestNeedsMigration(t *testing.T) {
	t.Parallel()
	_, err := storetest.OpenDSN(t, storetest.NewDatabase(t)).Runs(t.Context(), "", 1)
	require.True(t, store.NeedsMigration(err), err)
	require.False(t, store.NeedsMigration(store.ErrNotFound))
	require.False(t, store.NeedsMigration(nil))
}
