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
	limited := func(limit time.Duration) *store.Store {
		s, err := store.Open(t.Context(), dsn, store.Options{StatementLimit: limit})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	}
	s, db := limited(10*time.Second), storetest.Connect(t, dsn) // long enough to be seen at work
	atWork := func() int {
		return len(storetest.Connections(t, db, "DB = DATABASE() AND INFO LIKE '%endless%' AND ID <> CONNECTION_ID()"))
	}
	ctx, giveUp := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- s.AskForever(ctx) }()
	require.Eventually(t, func() bool { return atWork() == 1 }, time.Minute, 5*time.Millisecond)
	giveUp()
	require.Error(t, <-asked)
	require.Eventually(t, func() bool { return atWork() == 0 }, time.Minute, 20*time.Millisecond)
	require.ErrorContains(t, limited(500*time.Millisecond).AskForever(t.Context()), "execution was interrupted", "the server says that it took too long")
}
