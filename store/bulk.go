package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// bulkRows is how many rows one execution of a bulk insert has. A hundred make the
// round trip negligible; more are no faster, and take more of the server's memory.
const bulkRows = 100

// bulkStatements are the statements of the bulk inserts, by table. Each is prepared
// once in each connection of the pool, when a transaction first needs it there: for
// the server, preparing some thousand placeholders is as much as inserting 50 rows
// (docs/decisions/0012-bulk-inserts-are-prepared.md).
type bulkStatements struct {
	db      *bun.DB
	mu      sync.Mutex
	byTable map[string]*sql.Stmt
}

// of returns the statement for a table. It must not be called in a transaction,
// which may hold the only connection there is.
func (b *bulkStatements) of(ctx context.Context, table string, columns []string) (*sql.Stmt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if statement, prepared := b.byTable[table]; prepared {
		return statement, nil
	}
	statement, err := b.db.DB.PrepareContext(ctx, bulkQuery(table, columns)) //nolint:sqlclosecheck // closed with the pool
	if err != nil {
		return nil, fmt.Errorf("prepare to insert into %s: %w", table, err)
	}
	b.byTable[table] = statement
	return statement, nil
}

// bulkQuery is made of the program's own names, and placeholders.
func bulkQuery(table string, columns []string) string {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	return "INSERT INTO `" + table + "` (`" + strings.Join(columns, "`, `") + "`) VALUES " +
		row + strings.Repeat(", "+row, bulkRows-1)
}

// bulkInserts are the bulk inserts of a batch.
type bulkInserts struct{ rows, changes *bulkInsert }

func (s *Store) bulkInserts(ctx context.Context, kind *resource.Kind) (b bulkInserts, err error) {
	rows, err := s.bulk.of(ctx, kind.Name(), rowColumns(kind))
	if err != nil {
		return b, err
	}
	changes, err := s.bulk.of(ctx, "resource_change", changeColumns)
	return bulkInserts{rows: &bulkInsert{prepared: rows}, changes: &bulkInsert{prepared: changes}}, err
}

// bulkInsert inserts bulkRows rows at a time with a prepared statement: nobody
// formats values into SQL, and nobody parses them out of it again.
type bulkInsert struct {
	prepared *sql.Stmt
	args     []any
}

// exec inserts bulkRows rows, whose values follow each other in args.
func (b *bulkInsert) exec(ctx context.Context, tx bun.Tx) (sql.Result, error) {
	return tx.StmtContext(ctx, b.prepared).ExecContext(ctx, b.args...) //nolint:sqlclosecheck // closed with the transaction
}

// insertItems inserts bulkRows staged rows as one statement, and returns their
// native ids. If it is refused, none of them is there.
func (b *bulkInsert) insertItems(ctx context.Context, a *applier, items []Item) (nativeIDs []string, err error) {
	b.args = b.args[:0]
	nativeIDs = make([]string, len(items))
	for i := range items {
		item := &items[i]
		b.args = append(b.args, item.UID[:], item.Hash[:], a.set.ScopeID, a.scope.Provider, a.scope.Account, a.scope.Region, "", a.now, a.now)
		nativeID := len(b.args) - 3
		if b.args, nativeIDs[i], err = a.kind.AppendEncodedValues(b.args, item.Row); err != nil {
			return nil, err
		}
		b.args[nativeID] = nativeIDs[i]
	}
	_, err = b.exec(ctx, a.tx)
	return nativeIDs, err
}

var changeColumns = []string{"kind", "uid", "native_id", "scope_id", "run_id", "op", "changed_at", "fields", "image"}

// recordChanges is what the function of that name is, in bulk.
func (b *bulkInsert) recordChanges(ctx context.Context, tx bun.Tx, runID string, changes []Change) error {
	var span changeSpan
	for ; len(changes) >= bulkRows; changes = changes[bulkRows:] {
		err := b.insertChanges(ctx, tx, changes[:bulkRows], &span)
		if errors.Is(err, mysql.ErrPktTooLarge) {
			err = span.insertChanges(ctx, tx, changes[:bulkRows])
		}
		if err != nil {
			return err
		}
	}
	if err := span.insertChanges(ctx, tx, changes); err != nil {
		return err
	}
	return span.write(ctx, tx, runID)
}

// insertChanges inserts bulkRows changes as one statement.
func (b *bulkInsert) insertChanges(ctx context.Context, tx bun.Tx, changes []Change, span *changeSpan) error {
	b.args = b.args[:0]
	for i := range changes {
		change := &changes[i]
		fields, image, err := change.documents()
		if err != nil {
			return err
		}
		b.args = append(b.args, change.Kind, change.UID[:], change.NativeID, change.ScopeID,
			change.RunID, string(change.Op), change.ChangedAt, fields, image)
	}
	inserted, err := b.exec(ctx, tx)
	if err != nil {
		return err
	}
	return span.extend(inserted, len(changes))
}

// documents are the JSON columns, as text or nil: MySQL takes no binary string
// for JSON.
func (c *Change) documents() (fields, image any, err error) {
	if c.Fields != nil {
		encoded, err := json.Marshal(c.Fields)
		if err != nil {
			return nil, nil, err
		}
		fields = string(encoded)
	}
	if c.Image != nil {
		image = string(c.Image)
	}
	return fields, image, nil
}
