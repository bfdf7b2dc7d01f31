package index

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// A run that ends while an older one is under way is told of again and again: its rows are
// compared once.
func TestEachRunThatRewroteHashesIsTakenInOnce(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	s := storetest.OpenDSN(t, dsn)
	_, err := s.Migrate(t.Context())
	require.NoError(t, err)
	db := storetest.Connect(t, dsn)
	record := func(id int64, outcome string) {
		_, err := db.ExecContext(t.Context(), `INSERT INTO sync_run (id, run_id, workflow_id, kind, outcome, started_at, rehashed)
			VALUES (?, ?, 'w', 'resource_host', ?, UTC_TIMESTAMP(6), 5)`, id, id, outcome)
		require.NoError(t, err)
	}
	host := &followed{rows: &rows{schema: query.SchemaOf(resource.HostKind)}}
	f := follower{index: New(s, nil, Options{}), kinds: []*followed{host}}
	record(1, "ok")
	record(2, "running")
	record(3, "ok")
	require.NoError(t, f.position(t.Context(), time.Now()))
	doubted := func() bool {
		host.doubted = false
		require.NoError(t, f.readRuns(t.Context()))
		return host.doubted
	}
	require.False(t, doubted(), "they ended before anything was read")
	record(4, "ok")
	require.True(t, doubted())
	require.False(t, doubted(), "once is enough")
	_, err = db.ExecContext(t.Context(), "UPDATE sync_run SET outcome = 'ok' WHERE id = 2")
	require.NoError(t, err)
	require.True(t, doubted())
	require.False(t, doubted())
	require.Empty(t, f.ended, "the number of the last one says it all")
}

// Until it has been read anew, or compared, nobody is told that it has all that the tables have.
func TestItIsNotUpToDateBeforeItIsReadAnew(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	s := storetest.OpenDSN(t, dsn)
	_, err := s.Migrate(t.Context())
	require.NoError(t, err)
	x := New(s, []*resource.Kind{resource.HostKind}, Options{})
	host := &followed{rows: x.kinds[0], due: true, stale: true, changed: uidSet{}, again: uidSet{}}
	f := follower{index: x, kinds: []*followed{host}, work: make(chan workDone)}
	isFresh := func() bool {
		before := x.State().AsOf
		require.NoError(t, f.step(t.Context()))
		return x.State().AsOf.After(before)
	}
	require.False(t, isFresh(), "it has read nothing")
	f.finish(t.Context(), <-f.work)
	require.True(t, isFresh())

	f.tail.next = 100 // of another history
	require.NoError(t, execute(t, dsn, `INSERT INTO resource_change (id, kind, uid, native_id, scope_id, run_id, op, changed_at)
		VALUES (50, 'resource_host', UNHEX(REPEAT('1', 32)), 'x', 1, 'r', 'add', UTC_TIMESTAMP(6))`))
	require.False(t, isFresh(), "it has the rows of the history before")
	f.finish(t.Context(), <-f.work)
	require.True(t, isFresh())

	f.answered = time.Now().Add(-2 * outage)
	require.False(t, isFresh(), "it may have missed what is no longer recorded")
	f.finish(t.Context(), <-f.work)
	require.True(t, isFresh())
}

func execute(t *testing.T, dsn, statement string) error {
	t.Helper()
	_, err := storetest.Connect(t, dsn).ExecContext(t.Context(), statement)
	return err
}
