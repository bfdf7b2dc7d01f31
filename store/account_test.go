package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// Two workers record one organisation, and the clock of one is slow.
func TestAnAccountLeavesByAnyClock(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	_, err := storetest.OpenDSN(t, dsn).Migrate(t.Context())
	require.NoError(t, err)
	corp := resource.Account{Provider: "aws", Name: "corp"}
	record := func(at time.Time, names ...string) map[string]string {
		s, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return at }})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		var found []store.FoundAccount
		for _, name := range names {
			found = append(found, store.FoundAccount{Account: name, NativeID: name, State: "active"})
		}
		require.NoError(t, s.RecordAccounts(t.Context(), corp, [16]byte{1}, found))
		_, stored, err := s.Discovered(t.Context(), corp)
		require.NoError(t, err)
		states := map[string]string{}
		for _, row := range stored {
			states[row.Account] = row.State
		}
		return states
	}
	now := time.Now()
	record(now, "corp/1", "corp/2")

	states := record(now.Add(-time.Minute), "corp/1", "corp/3")

	require.Equal(t, map[string]string{"corp/1": "active", "corp/2": "left", "corp/3": "active"}, states)
}
