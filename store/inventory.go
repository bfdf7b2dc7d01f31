package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// FoldScope returns the digest of the entries that the inventory holds of a
// scope, read through the covering index and never held in memory.
func (s *Store) FoldScope(ctx context.Context, kind *resource.Kind, scopeID int64) (resource.Digest, error) {
	return s.ShowScope(ctx, kind, scopeID, func(resource.Entry) {})
}

// ShowScope is FoldScope, and shows each of the entries, by UID.
func (s *Store) ShowScope(ctx context.Context, kind *resource.Kind, scopeID int64, show func(resource.Entry)) (digest resource.Digest, err error) {
	err = s.ShowScopes(ctx, kind, []int64{scopeID}, show, func(_ int64, whole resource.Digest) { digest = whole })
	return digest, err
}

// MaxShownScopes is how many ShowScopes takes: MariaDB makes a table of a thousand values
// or more, and sorts what it joins with it.
// https://mariadb.com/kb/en/conversion-of-big-in-predicates-into-subqueries/
const MaxShownScopes = 500

// ShowScopes reads the entries that the inventory holds of scopes, one at least, by one
// statement: most scopes are small. It shows those of one scope after the other, by UID,
// and calls done after the last of each; also for a scope that has none.
func (s *Store) ShowScopes(ctx context.Context, kind *resource.Kind, scopeIDs []int64, show func(resource.Entry), done func(scopeID int64, digest resource.Digest)) error {
	var digest resource.Digest
	waiting := slices.Sorted(slices.Values(scopeIDs))
	next := func() {
		done(waiting[0], digest)
		waiting, digest = waiting[1:], resource.Digest{}
	}
	err := s.eachEntry(ctx, kind, scopeIDs, func(scopeID int64, entry resource.Entry) {
		for waiting[0] != scopeID {
			next()
		}
		digest.Add(entry)
		show(entry)
	})
	for err == nil && len(waiting) > 0 {
		next()
	}
	return err
}

// LoadScope returns what the inventory holds of a scope.
func (s *Store) LoadScope(ctx context.Context, kind *resource.Kind, scopeID, sizeHint int64) (stored resource.Stored, err error) {
	stored.Entries = make([]resource.Entry, 0, sizeHint)
	stored.Digest, err = s.ShowScope(ctx, kind, scopeID, func(entry resource.Entry) { stored.Entries = append(stored.Entries, entry) })
	return stored, err
}

// The entries of one scope, and of several, in the order of the covering index. To say of
// each entry which scope it is of costs a tenth more.
const (
	entriesOfScope  = "SELECT uid, hash FROM ? WHERE scope_id IN (?) ORDER BY uid"
	entriesOfScopes = "SELECT scope_id, uid, hash FROM ? WHERE scope_id IN (?) ORDER BY scope_id, uid"
)

func (s *Store) eachEntry(ctx context.Context, kind *resource.Kind, scopeIDs []int64, do func(scopeID int64, entry resource.Entry)) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read the hashes of scopes %d in %s: %w", scopeIDs, kind.Name(), err)
		}
	}()
	var uid, hash sql.RawBytes // anything else is a copy of each value
	scopeID, query, values := scopeIDs[0], entriesOfScope, []any{&uid, &hash}
	if len(scopeIDs) > 1 {
		query, values = entriesOfScopes, []any{&scopeID, &uid, &hash}
	}
	rows, err := s.db.QueryContext(ctx, query, bun.Ident(kind.Name()), bun.List(scopeIDs))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var entry resource.Entry
		if err := rows.Scan(values...); err != nil {
			return err
		}
		copy(entry.UID[:], uid)
		copy(entry.Hash[:], hash)
		do(scopeID, entry)
	}
	return rows.Err()
}

// NativeIDs returns the providers' ids of those among uids that the inventory
// has.
func (s *Store) NativeIDs(ctx context.Context, kind *resource.Kind, uids []resource.UID) (map[resource.UID]string, error) {
	var rows []struct {
		UID      resource.UID `bun:"uid"`
		NativeID string       `bun:"native_id"`
	}
	ids := make(map[resource.UID]string, len(uids))
	if len(uids) == 0 {
		return ids, nil
	}
	err := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("uid", "native_id").
		Where("uid IN (?)", bun.List(uids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read %d native ids of %s: %w", len(uids), kind.Name(), err)
	}
	for _, row := range rows {
		ids[row.UID] = row.NativeID
	}
	return ids, nil
}

// LoadRows returns the stored rows among uids, by UID.
func (s *Store) LoadRows(ctx context.Context, kind *resource.Kind, uids []resource.UID) (map[resource.UID]resource.Row, error) {
	return readRows(ctx, s.db, kind, uids, "")
}

// lockRows returns the stored rows among uids, by UID, locked to the end of the
// transaction.
func lockRows(ctx context.Context, tx bun.Tx, kind *resource.Kind, uids []resource.UID) (map[resource.UID]resource.Row, error) {
	return readRows(ctx, tx, kind, uids, "UPDATE")
}

func readRows(ctx context.Context, db bun.IDB, kind *resource.Kind, uids []resource.UID, lock string) (map[resource.UID]resource.Row, error) {
	stored := make(map[resource.UID]resource.Row, len(uids))
	if len(uids) == 0 {
		return stored, nil
	}
	query, scanned := selectRows(db, kind)
	query = query.Where("uid IN (?)", bun.List(uids))
	if lock != "" {
		query = query.For(lock)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read %d rows of %s: %w", len(uids), kind.Name(), err)
	}
	for _, row := range scanned() {
		stored[row.RowMeta().UID] = row
	}
	return stored, nil
}

// rowColumns are the columns that this program knows. A table may have more: an
// operator's own, or those of a newer program.
func rowColumns(kind *resource.Kind) []string {
	return append([]string{
		"uid", "hash", "scope_id", "provider", "account", "region", "native_id", "created_at", "updated_at",
	}, kind.Columns()...)
}

func insertRows(ctx context.Context, tx bun.Tx, kind *resource.Kind, rows []resource.Row) error {
	// Returning NULL: MariaDB would else send the defaulted columns back.
	_, err := tx.NewInsert().Model(modelOf(kind, rows)).ModelTableExpr("?", bun.Ident(kind.Name())).
		Returning("NULL").Exec(ctx)
	return err
}

// replaceRows writes rows over the stored ones of the same uid, as one
// statement. created_at stays. The columns that follow from the uid are written,
// too: somebody may have edited them.
func replaceRows(ctx context.Context, tx bun.Tx, kind *resource.Kind, rows []resource.Row) error {
	insert := tx.NewInsert().Model(modelOf(kind, rows)).ModelTableExpr("?", bun.Ident(kind.Name()))
	return upsert(ctx, tx.Tx, insert, append([]string{
		"hash", "scope_id", "provider", "account", "region", "native_id", "updated_at",
	}, kind.Columns()...))
}

func deleteRows(ctx context.Context, tx bun.Tx, kind *resource.Kind, uids []resource.UID) error {
	_, err := tx.NewRaw("DELETE FROM ? WHERE uid IN (?)", bun.Ident(kind.Name()), bun.List(uids)).Exec(ctx)
	return err
}
