package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// VerifyRows is how many rows a verification reads at once.
const VerifyRows = 1000

// ScopesOfRows lists the scope ids that the inventory's rows of a kind carry,
// registered or not.
func (s *Store) ScopesOfRows(ctx context.Context, kind *resource.Kind) ([]int64, error) {
	var ids []int64
	err := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).ColumnExpr("DISTINCT scope_id").Order("scope_id").Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("list the scopes of the rows of %s: %w", kind.Name(), err)
	}
	return ids, nil
}

// StoredPage is some rows of a scope, by uid.
type StoredPage struct {
	Rows []resource.Row
	// Unreadable are rows that do not fit their kind's types: a list where the kind
	// has a map, say.
	Unreadable []UnreadableRow
	Last       *resource.UID // where the next page begins after; nil: there is none
}

// UnreadableRow is as much as can be read of a row.
type UnreadableRow struct {
	resource.Entry
	NativeID string
	Problem  string
}

// ReadStored reads the rows of a scope after a uid, at most VerifyRows; nil is
// before the first.
func (s *Store) ReadStored(ctx context.Context, kind *resource.Kind, scopeID int64, after *resource.UID) (StoredPage, error) {
	page, err := s.readStored(ctx, kind, scopeID, after)
	if err != nil {
		return StoredPage{}, fmt.Errorf("read the rows of scope %d in %s: %w", scopeID, kind.Name(), err)
	}
	return page, nil
}

// readStored finds the page in the covering index and then reads it by primary
// key, so that no plan of the server's reads other scopes' rows.
func (s *Store) readStored(ctx context.Context, kind *resource.Kind, scopeID int64, after *resource.UID) (StoredPage, error) {
	var entries []resource.Entry
	query := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("uid", "hash").
		Where("scope_id = ?", scopeID).Order("uid").Limit(VerifyRows)
	if after != nil {
		query = query.Where("uid > ?", *after)
	}
	if err := query.Scan(ctx, &entries); err != nil {
		return StoredPage{}, err
	}
	page := StoredPage{}
	if len(entries) == VerifyRows {
		page.Last = &entries[len(entries)-1].UID
	}
	return page, s.readPage(ctx, kind, entries, &page)
}

// readPage reads the rows of the entries, and where one cannot be read, ever
// smaller halves, until it stands alone.
func (s *Store) readPage(ctx context.Context, kind *resource.Kind, entries []resource.Entry, page *StoredPage) error {
	stored, err := readRows(ctx, s.db, kind, uidsOfEntries(entries), "")
	switch {
	case err == nil:
		for _, entry := range entries {
			if row, ok := stored[entry.UID]; ok { // else it went away
				page.Rows = append(page.Rows, row)
			}
		}
		return nil
	case !IsUnreadable(err):
		return err
	case len(entries) == 1:
		return s.addUnreadable(ctx, kind, entries[0], err, page)
	}
	half := len(entries) / 2
	if err := s.readPage(ctx, kind, entries[:half], page); err != nil {
		return err
	}
	return s.readPage(ctx, kind, entries[half:], page)
}

func (s *Store) addUnreadable(ctx context.Context, kind *resource.Kind, entry resource.Entry, problem error, page *StoredPage) error {
	nativeIDs, err := s.NativeIDs(ctx, kind, []resource.UID{entry.UID})
	if err != nil {
		return err
	}
	page.Unreadable = append(page.Unreadable, UnreadableRow{Entry: entry, NativeID: nativeIDs[entry.UID], Problem: unreadable(problem)})
	return nil
}

// IsUnreadable says that a value came, and is none of the kind's. MySQL lets any
// JSON into a JSON column.
func IsUnreadable(err error) bool {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	return errors.As(err, &wrongType) || errors.As(err, &syntax)
}

// scannedColumn finds the column in an error of database/sql.
var scannedColumn = regexp.MustCompile(`Scan error on column index \d+, name "([^"]+)"`)

// unreadable says which column holds what.
func unreadable(err error) string {
	var wrongType *json.UnmarshalTypeError
	column := scannedColumn.FindStringSubmatch(err.Error())
	if column == nil || !errors.As(err, &wrongType) {
		return err.Error()
	}
	return fmt.Sprintf("column %s holds JSON of another type: %s", column[1], wrongType.Value)
}

func uidsOfEntries(entries []resource.Entry) []resource.UID {
	uids := make([]resource.UID, len(entries))
	for i, entry := range entries {
		uids[i] = entry.UID
	}
	return uids
}

// Drift is an inventory row whose columns do not give its uid and hash.
type Drift struct {
	bun.BaseModel `bun:"table:sync_drift,alias:drift"`

	RunID    string        `bun:"run_id,pk"`
	UID      resource.UID  `bun:"uid,pk"`
	Kind     string        `bun:"kind"`
	ScopeID  int64         `bun:"scope_id"`
	NativeID string        `bun:"native_id"`
	Hash     resource.Hash `bun:"hash"` // as found; MarkedHash: by an earlier repair
	What     string        `bun:"what"`
	Reason   string        `bun:"reason"`
	Marked   bool          `bun:"marked"` // the next sync rewrites the row
	FoundAt  time.Time     `bun:"found_at"`

	// Unreadable says to RecordDrift that the lists and maps that nobody can read
	// have to go, for the sync to read the row.
	Unreadable bool `bun:"-"`
}

// MarkedHash is the hash of a row that the next sync is to rewrite. No content has
// it, so the row differs from the cloud's.
var MarkedHash resource.Hash

// RecordDrift records drifted rows of a kind and with repair, marks those that
// still are what was seen. It sets Marked, and returns how many are. Recording a
// row again in the same verification changes nothing.
func (s *Store) RecordDrift(ctx context.Context, kind *resource.Kind, drifted []Drift, repair bool) (marked int64, err error) {
	if len(drifted) == 0 {
		return 0, nil
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if repair {
			if err := markDrifted(ctx, tx, kind, drifted); err != nil {
				return err
			}
		}
		return s.insertDrift(ctx, tx, drifted)
	})
	if err != nil {
		return 0, fmt.Errorf("record %d drifted rows of %s: %w", len(drifted), kind.Name(), err)
	}
	for _, drift := range drifted {
		if drift.Marked {
			marked++
		}
	}
	return marked, nil
}

// markDrifted takes the hash away from the rows that still have the one seen: one
// that a sync has rewritten meanwhile is right.
func markDrifted(ctx context.Context, tx bun.Tx, kind *resource.Kind, drifted []Drift) error {
	hashes, err := lockHashes(ctx, tx, kind, drifted)
	if err != nil {
		return err
	}
	var marked []resource.UID
	for i := range drifted {
		drift := &drifted[i]
		hash, stored := hashes[drift.UID]
		drift.Marked = stored && hash == drift.Hash
		if !drift.Marked {
			continue
		}
		marked = append(marked, drift.UID)
		if drift.Unreadable {
			if err := clearUnreadable(ctx, tx, kind, drift.UID); err != nil {
				return fmt.Errorf("make row %s readable: %w", drift.UID, err)
			}
		}
	}
	return mark(ctx, tx, kind, marked)
}

// clearUnreadable sets those columns of a row to NULL that hold no value of their
// type. The others stay: what a run does not find changed, it does not record.
func clearUnreadable(ctx context.Context, tx bun.Tx, kind *resource.Kind, uid resource.UID) error {
	for _, column := range kind.Structured() {
		query, _ := selectRows(tx, kind, column)
		err := query.Where("uid = ?", uid).Scan(ctx)
		if err == nil {
			continue
		}
		if !IsUnreadable(err) {
			return err
		}
		_, err = tx.NewRaw("UPDATE ? SET ? = NULL WHERE uid = ?", bun.Ident(kind.Name()), bun.Ident(column), uid).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

func lockHashes(ctx context.Context, tx bun.Tx, kind *resource.Kind, drifted []Drift) (map[resource.UID]resource.Hash, error) {
	uids := make([]resource.UID, len(drifted))
	for i := range drifted {
		uids[i] = drifted[i].UID
	}
	var entries []resource.Entry
	err := tx.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("uid", "hash").
		Where("uid IN (?)", bun.List(uids)).For("UPDATE").Scan(ctx, &entries)
	if err != nil {
		return nil, fmt.Errorf("lock %d rows: %w", len(uids), err)
	}
	hashes := make(map[resource.UID]resource.Hash, len(entries))
	for _, entry := range entries {
		hashes[entry.UID] = entry.Hash
	}
	return hashes, nil
}

// mark takes the hash away from rows.
func mark(ctx context.Context, tx bun.Tx, kind *resource.Kind, uids []resource.UID) error {
	if len(uids) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().TableExpr("?", bun.Ident(kind.Name())).Set("hash = ?", MarkedHash).
		Where("uid IN (?)", bun.List(uids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark %d rows: %w", len(uids), err)
	}
	return nil
}

func (s *Store) insertDrift(ctx context.Context, tx bun.Tx, drifted []Drift) error {
	now := s.at()
	for i := range drifted {
		drifted[i].FoundAt = now
		drifted[i].NativeID = clip(drifted[i].NativeID, 512)
		drifted[i].Reason = clip(drifted[i].Reason, 1024)
	}
	return inHalves(drifted, func(some []Drift) error {
		_, err := tx.NewInsert().Model(&some).Ignore().Returning("NULL").Exec(ctx)
		return err
	})
}
