package inventorytest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// Held is a set of rows whose deletion waits.
type Held struct {
	ScopeID int64
	Digest  string
	Run     store.Run
}

// Hold has a run hold the deletion of stored rows, all of one scope, for a reason, out of so
// many rows.
func Hold(t testing.TB, s *store.Store, run store.Run, kind *resource.Kind, rows []resource.Row, base int64, reason string) Held {
	t.Helper()
	scope := ScopeOf(kind, rows[0])
	run.Kind, run.Outcome, run.Scopes, run.ScopesHeld = kind.Name(), "held", 1, 1
	if run.StartedAt.IsZero() {
		run.StartedAt = time.Now()
	}
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	claimed := claim(t, s, ref, []resource.Scope{scope})[0]
	digest := keep(t, s, claimed, kind, rows, store.StandingHold{Base: base, Since: ref.Number, Reason: reason})
	run.ID, run.Held = ref.Number, int64(len(rows))
	run.FinishedAt = run.StartedAt.Add(time.Second)
	ended := store.RunScope{
		ScopeID: claimed.ScopeID, Outcome: "held", Stats: store.Stats{Held: run.Held, DBNum: base}, HoldDigest: digest, Complete: true, Reason: reason,
	}
	recorded := run
	recorded.ID = 0
	_, err = s.Conclude(t.Context(), ref, recorded, []store.RunScope{ended})
	require.NoError(t, err)
	return Held{ScopeID: claimed.ScopeID, Digest: digest, Run: run}
}

func keep(t testing.TB, s *store.Store, claimed store.Claim, kind *resource.Kind, rows []resource.Row, stands store.StandingHold) string {
	t.Helper()
	set := store.BatchSet{Lease: claimed.Lease, Writer: 1, Op: diff.Candidates}
	batches := s.NewBatchWriter(set)
	var digest resource.Digest
	items := make([]staged.Item, len(rows))
	for i, row := range rows {
		encoded, err := kind.Sealer(claimed.Scope, claimed.ScopeID).Append(nil, row)
		require.NoError(t, err)
		items[i] = staged.Item{Entry: row.RowMeta().Entry(), Row: encoded}
	}
	slices.SortFunc(items, func(a, b staged.Item) int { return bytes.Compare(a.UID[:], b.UID[:]) }) // as a run does
	for _, item := range items {
		digest.Add(item.Entry)
		require.NoError(t, batches.Add(t.Context(), item))
	}
	require.NoError(t, batches.Flush(t.Context()))
	require.NoError(t, s.KeepHold(t.Context(), set, digest, &stands))
	return digest.String()
}
