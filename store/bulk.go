package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// bulkRows is how many rows one execution of a bulk insert has. A hundred make the
// round trip negligible; more make preparing the statement dearer.
const bulkRows = 100

// bulkInsert inserts bulkRows rows at a time with a statement that is prepared
// once in a transaction: nobody formats values into SQL, and nobody parses them
// out of it again (docs/decisions/0012-bulk-inserts-are-prepared.md).
type bulkInsert struct {
	tx        bun.Tx
	table     string
	columns   []string
	statement *sql.Stmt
	args      []any
}

// exec inserts bulkRows rows, whose values follow each other in args.
func (b *bulkInsert) exec(ctx context.Context) error {
	if b.statement == nil {
		statement, err := b.tx.PrepareContext(ctx, b.query()) // closed with the transaction
		if err != nil {
			return err
		}
		b.statement = statement
	}
	_, err := b.statement.ExecContext(ctx, b.args...)
	return err
}

// query is made of the program's own names, and placeholders.
func (b *bulkInsert) query() string {
	row := "(?" + strings.Repeat(", ?", len(b.columns)-1) + ")"
	return "INSERT INTO `" + b.table + "` (`" + strings.Join(b.columns, "`, `") + "`) VALUES " +
		row + strings.Repeat(", "+row, bulkRows-1)
}

func newRowInsert(tx bun.Tx, kind *resource.Kind) *bulkInsert {
	return &bulkInsert{tx: tx, table: kind.Name(), columns: rowColumns(kind)}
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
	return nativeIDs, b.exec(ctx)
}

func newChangeInsert(tx bun.Tx) *bulkInsert {
	return &bulkInsert{tx: tx, table: "resource_change", columns: []string{
		"kind", "uid", "native_id", "scope_id", "run_id", "op", "changed_at", "fields", "image",
	}}
}

// insertChanges records any number of changes.
func (b *bulkInsert) insertChanges(ctx context.Context, changes []Change) error {
	for ; len(changes) >= bulkRows; changes = changes[bulkRows:] {
		err := b.insertSomeChanges(ctx, changes[:bulkRows])
		if errors.Is(err, mysql.ErrPktTooLarge) {
			err = insertChanges(ctx, b.tx, changes[:bulkRows])
		}
		if err != nil {
			return err
		}
	}
	return insertChanges(ctx, b.tx, changes)
}

func (b *bulkInsert) insertSomeChanges(ctx context.Context, changes []Change) error {
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
	return b.exec(ctx)
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
