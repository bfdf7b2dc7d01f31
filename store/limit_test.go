package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

// Whoever gave a question up does not leave it behind in the server.
func TestTheServerDoesNotWorkForNobody(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	s, err := store.Open(t.Context(), dsn, store.Options{StatementLimit: 500 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	db := storetest.Connect(t, dsn)
	atWork := func() (n int) {
		err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%endless%' AND ID <> CONNECTION_ID()").Scan(&n)
		require.NoError(t, err)
		return n
	}
	ctx, giveUp := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- s.AskForever(ctx) }()
	require.Eventually(t, func() bool { return atWork() == 1 }, time.Minute, 5*time.Millisecond)
	giveUp()
	require.Error(t, <-asked)
	require.Eventually(t, func() bool { return atWork() == 0 }, time.Minute, 20*time.Millisecond)
	require.ErrorContains(t, s.AskForever(t.Context()), "execution was interrupted", "the server says that it took too long")
}
