package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

func TestRunByNumber(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	ref, err := s.BeginRun(t.Context(), store.Run{RunID: "one", Kind: "resource_host", StartedAt: started})
	require.NoError(t, err)
	run, err := s.RunByNumber(t.Context(), ref.Number)
	require.NoError(t, err)
	require.Equal(t, "one", run.RunID)
	_, err = s.RunByNumber(t.Context(), ref.Number+1)
	require.ErrorIs(t, err, store.ErrNotFound)
}
