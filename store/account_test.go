package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

var corp = resource.Account{Provider: "aws", Name: "corp"}

func accountsOf(ids ...string) (accounts []store.FoundAccount) {
	for _, id := range ids {
		accounts = append(accounts, store.FoundAccount{Account: "corp/" + id, NativeID: id, Name: "team " + id, State: "active"})
	}
	return accounts
}

func statesOf(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	_, accounts, err := s.Discovered(t.Context(), corp)
	require.NoError(t, err)
	states := map[string]string{}
	for _, account := range accounts {
		states[account.Account] = account.State
	}
	return states
}

// Workers whose clocks are apart find the same accounts one after the other.
func TestAccountsThatLeaveWhereClocksAreApart(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.UTC)
	ahead := openAt(t, dsn, now.Add(time.Minute))
	behind := openAt(t, dsn, now)

	require.NoError(t, ahead.RecordAccounts(t.Context(), corp, [16]byte{1}, accountsOf("1", "2")))
	require.NoError(t, behind.RecordAccounts(t.Context(), corp, [16]byte{1}, accountsOf("1", "3")))
	require.Equal(t, map[string]string{"corp/1": "active", "corp/2": "left", "corp/3": "active"}, statesOf(t, behind))

	require.NoError(t, ahead.RecordAccounts(t.Context(), corp, [16]byte{2}, accountsOf("2", "3")))
	require.Equal(t, map[string]string{"corp/1": "left", "corp/2": "active", "corp/3": "active"}, statesOf(t, ahead))
	discovery, _, err := ahead.Discovered(t.Context(), corp)
	require.NoError(t, err)
	require.Equal(t, [16]byte{2}, discovery.Settings)
}

func openAt(t *testing.T, dsn string, now time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// The accounts of an organisation are none of another's, and texts fit their columns.
func TestAccountsOfSeveralOrganisations(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	other := resource.Account{Provider: "aws", Name: "other"}
	long := accountsOf("1")
	long[0].Name, long[0].Parent = strings.Repeat("é", 300), "ou-\xff"
	require.NoError(t, s.RecordAccounts(t.Context(), corp, [16]byte{}, long))
	require.NoError(t, s.RecordAccounts(t.Context(), other, [16]byte{}, nil))

	require.Equal(t, map[string]string{"corp/1": "active"}, statesOf(t, s))
	all, err := s.FoundAccounts(t.Context())
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("é", 255)+"…", all[0].Name)
	require.Equal(t, "ou-\ufffd", all[0].Parent)
}
