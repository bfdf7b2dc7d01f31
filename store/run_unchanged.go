package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"
)

// Most scopes of a run are as they were, and there is nothing to say of them but how
// many rows they have. Those that are recorded together are one row of
// sync_run_unchanged (docs/decisions/0025-unchanged-scopes-are-recorded-in-bulk.md). A
// scope that has a row of sync_run_scope is what that row says.

// record is what is on record of the scope in a run.
func (s unchangedScope) record(runID string) RunScope {
	return RunScope{RunID: runID, ScopeID: s.id, Outcome: outcomeUnchanged, Stats: Stats{CloudNum: s.rows, DBNum: s.rows}}
}

// isPlain says that nothing else is to be recorded of the scope than that it is
// unchanged, and its number of rows.
func (r RunScope) isPlain() bool {
	plain := unchangedScope{id: r.ScopeID, rows: r.CloudNum}.record(r.RunID)
	plain.Complete = true
	return r == plain
}

// recordPlain records scopes of a run that are plainly unchanged, and returns those
// that have a row already, from before a reset or since the run was settled: that row
// has to be written.
//
// It holds the record of the run, so that who writes the figures sees all of the scopes
// or comes first.
func recordPlain(ctx context.Context, tx bun.Tx, runID string, plain []RunScope) (again []RunScope, err error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if err := holdRecord(ctx, tx, runID, false); err != nil && !errors.Is(err, errRecorded) {
		return nil, err
	}
	known, err := withRow(ctx, tx, runID, plain)
	if err != nil {
		return nil, err
	}
	var bulk []unchangedScope
	for _, scope := range plain {
		if known[scope.ScopeID] {
			again = append(again, scope)
			continue
		}
		bulk = append(bulk, unchangedScope{id: scope.ScopeID, rows: scope.CloudNum})
	}
	return again, writeUnchanged(ctx, tx, runID, bulk)
}

// withRow are those of the scopes that have a row.
func withRow(ctx context.Context, tx bun.Tx, runID string, scopes []RunScope) (map[int64]bool, error) {
	ids := make([]int64, len(scopes))
	for i := range scopes {
		ids[i] = scopes[i].ScopeID
	}
	var found []int64
	err := tx.NewSelect().Model((*RunScope)(nil)).Column("scope_id").
		Where("run_id = ?", runID).Where("scope_id IN (?)", bun.List(ids)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("look for scopes that are recorded: %w", err)
	}
	known := make(map[int64]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	return known, nil
}

// writeUnchanged writes one row. Writing the same scopes again makes it the latest.
func writeUnchanged(ctx context.Context, tx bun.Tx, runID string, scopes []unchangedScope) error {
	if len(scopes) == 0 {
		return nil
	}
	slices.SortFunc(scopes, func(a, b unchangedScope) int { return cmp.Compare(a.id, b.id) })
	var rows int64
	for _, scope := range scopes {
		rows += scope.rows
	}
	payload := encodeUnchanged(scopes)
	digest := sha256.Sum256(payload)
	_, err := tx.NewRaw(`INSERT INTO sync_run_unchanged (run_id, part, scopes, cloud_num, payload, recorded_at)
		VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE recorded_at = UTC_TIMESTAMP(6)`,
		runID, digest[:16], len(scopes), rows, payload).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record %d unchanged scopes: %w", len(scopes), err)
	}
	return nil
}

// readUnchanged reads which scopes a run recorded in bulk, and how many rows each has.
func readUnchanged(ctx context.Context, db bun.IDB, runID string) (map[int64]int64, error) {
	var payloads [][]byte
	err := db.NewSelect().Table("sync_run_unchanged").Column("payload").Where("run_id = ?", runID).
		Order("recorded_at", "part").Scan(ctx, &payloads)
	if err != nil {
		return nil, fmt.Errorf("read the unchanged scopes of run %s: %w", runID, err)
	}
	rows := map[int64]int64{}
	for _, payload := range payloads {
		scopes, err := decodeUnchanged(payload)
		if err != nil {
			return nil, fmt.Errorf("read the unchanged scopes of run %s: %w", runID, err)
		}
		for _, scope := range scopes {
			rows[scope.id] = scope.rows
		}
	}
	return rows, nil
}

// giveRows gives scopes that a run recorded in bulk rows of their own, since it turns out
// to have changed them. The caller has locked the record of the run.
func giveRows(ctx context.Context, tx bun.Tx, runID string, changed map[int64]Done) error {
	bulk, err := readUnchanged(ctx, tx, runID)
	if err != nil {
		return err
	}
	var own []RunScope
	for id := range changed {
		if rows, ok := bulk[id]; ok {
			own = append(own, unchangedScope{id: id, rows: rows}.record(runID))
		}
	}
	if len(own) == 0 {
		return nil
	}
	_, err = tx.NewInsert().Model(&own).Ignore().Returning("NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("give scopes of run %s rows of their own: %w", runID, err)
	}
	return nil
}

// plainScopes lists, with their places, the scopes that a run recorded in bulk and that
// have no row of their own.
func (s *Store) plainScopes(ctx context.Context, runID string, own []RunScope) ([]RunScope, error) {
	bulk, err := readUnchanged(ctx, s.db, runID)
	if err != nil {
		return nil, err
	}
	for i := range own {
		delete(bulk, own[i].ScopeID)
	}
	places, err := s.placesOf(ctx, slices.Collect(maps.Keys(bulk)))
	if err != nil {
		return nil, err
	}
	scopes := make([]RunScope, len(places))
	for i, place := range places {
		scopes[i] = unchangedScope{id: place.ID, rows: bulk[place.ID]}.record(runID)
		scopes[i].Provider, scopes[i].Account, scopes[i].Region = place.Provider, place.Account, place.Region
	}
	return scopes, nil
}

// placesInQuery is how many scopes one query asks for.
const placesInQuery = 2000

func (s *Store) placesOf(ctx context.Context, scopeIDs []int64) (places []scopeRow, err error) {
	for some := range slices.Chunk(scopeIDs, placesInQuery) {
		var rows []scopeRow
		err := s.db.NewSelect().Model(&rows).Column("id", "provider", "account", "region").Where("id IN (?)", bun.List(some)).Scan(ctx)
		if err != nil {
			return nil, err
		}
		places = append(places, rows...)
	}
	return places, nil
}
