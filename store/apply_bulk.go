package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloudsync/store/staged"

	"github.com/uptrace/bun"
)

// bulkValues is how many values one execution of a bulk insert has at most. The server
// goes over all of them several times: more do not fit the caches of its cores, and
// with fewer the round trips count.
const bulkValues = 1500

// bulkRows is how many rows of so many columns one execution has, so that a batch is a
// whole number of them.
func bulkRows(columns int) int {
	rows := max(1, min(BatchRows, bulkValues/columns))
	for BatchRows%rows != 0 {
		rows--
	}
	return rows
}

// bulkQuery is made of the program's own names, and placeholders.
func bulkQuery(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	return "INSERT INTO `" + table + "` (`" + strings.Join(columns, "`, `") + "`) VALUES " +
		row + strings.Repeat(", "+row, rows-1)
}

// bulkInsert inserts a number of rows at a time with a prepared statement: nobody
// formats values into SQL, and nobody parses them out of it again. It belongs to a
// connection, and is used by whoever has that. The values go to the driver as they
// are: database/sql would copy and check each of them, which was an eighth of a
// worker's CPU time in a first load (docs/decisions/0012-bulk-inserts-are-prepared.md).
type bulkInsert struct {
	conn     bun.Conn // that of the transaction
	query    string
	prepared driver.Stmt         // nil before the first use
	size     int                 // how many rows
	args     []any               // driver.Value each
	values   []driver.NamedValue // the same, by their numbers, which stay
}

// bulkInsertOf returns the connection's bulk insert into a table.
func bulkInsertOf(conn bun.Conn, table string, columns []string) (b *bulkInsert, err error) {
	err = inRaw(conn, func(own *connection) {
		if own.bulk[table] == nil {
			size := bulkRows(len(columns))
			own.bulk[table] = &bulkInsert{query: bulkQuery(table, columns, size), size: size}
		}
		b = own.bulk[table]
	})
	if err != nil {
		return nil, fmt.Errorf("insert into %s: %w", table, err)
	}
	b.conn = conn
	return b, nil
}

// exec inserts as many rows as the statement has, whose values follow each other in args.
func (b *bulkInsert) exec(ctx context.Context) (inserted driver.Result, err error) {
	for n := len(b.values) + 1; n <= len(b.args); n++ {
		b.values = append(b.values, driver.NamedValue{Ordinal: n})
	}
	for i, value := range b.args {
		b.values[i].Value = value
	}
	defer b.forget()
	lost := inRaw(b.conn, func(conn *connection) { inserted, err = b.execIn(ctx, conn) })
	return inserted, cmp.Or(err, lost)
}

// forget keeps the memory of the values, and not what they refer to.
func (b *bulkInsert) forget() {
	for i := range b.values {
		b.values[i].Value = nil
	}
	clear(b.args)
	b.args = b.args[:0]
}

// inRaw shows the connection of a transaction. No error and no panic may reach
// sql.Conn.Raw: for driver.ErrBadConn or a panic it closes the connection, which waits
// for the transaction to end, which waits for this call.
func inRaw(conn bun.Conn, do func(conn *connection)) error {
	var panicked any
	err := conn.Raw(func(raw any) error {
		defer func() { panicked = recover() }()
		do(raw.(*connection))
		return nil
	})
	if panicked != nil {
		panic(panicked)
	}
	return err
}

func (b *bulkInsert) execIn(ctx context.Context, conn *connection) (driver.Result, error) {
	if b.prepared == nil {
		prepared, err := conn.PrepareContext(ctx, b.query)
		if err != nil {
			return nil, fmt.Errorf("prepare a bulk insert: %w", err)
		}
		b.prepared = prepared
	}
	return b.prepared.(driver.StmtExecContext).ExecContext(ctx, b.values)
}

// insertItems inserts b.size staged rows as one statement, and returns their
// native ids. If it is refused, none of them is there.
func (b *bulkInsert) insertItems(ctx context.Context, a *applier, items []staged.Item) (nativeIDs []string, err error) {
	b.args = b.args[:0]
	nativeIDs = make([]string, len(items))
	var scopeID, provider, account, region, now any = a.set.ScopeID, a.scope.Provider, a.scope.Account, a.scope.Region, a.now
	for i := range items {
		item := &items[i]
		b.args = append(b.args, item.UID[:], item.Hash[:], scopeID, provider, account, region, "", now, now)
		nativeID := len(b.args) - 3
		if b.args, nativeIDs[i], err = a.values.Append(b.args, item.Row); err != nil {
			return nil, err
		}
		b.args[nativeID] = nativeIDs[i]
	}
	_, err = b.exec(ctx)
	return nativeIDs, err
}

var changeColumns = []string{"kind", "uid", "native_id", "scope_id", "run_id", "op", "changed_at", "fields", "image"}

// recordChanges records all changes that a transaction makes for a run, and their span:
// in bulk as far as that goes.
func (b *bulkInsert) recordChanges(ctx context.Context, tx bun.Tx, runID string, changes []Change) error {
	var span changeSpan
	for ; len(changes) >= b.size; changes = changes[b.size:] {
		err := b.insertChanges(ctx, changes[:b.size], &span)
		if isTooLarge(err) {
			err = span.insertChanges(ctx, tx, changes[:b.size])
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

// insertChanges inserts b.size changes as one statement.
func (b *bulkInsert) insertChanges(ctx context.Context, changes []Change, span *changeSpan) error {
	b.args = b.args[:0]
	var kind, runID, op boxed[string]
	var scopeID boxed[int64]
	var at boxed[time.Time]
	for i := range changes {
		change := &changes[i]
		fields, image, err := change.documents()
		if err != nil {
			return err
		}
		b.args = append(b.args, kind.of(change.Kind), change.UID[:], change.NativeID, scopeID.of(change.ScopeID),
			runID.of(change.RunID), op.of(string(change.Op)), at.of(change.ChangedAt), fields, image)
	}
	inserted, err := b.exec(ctx)
	if err != nil {
		return err
	}
	return span.extend(inserted, len(changes))
}

// boxed is a value as an interface, which takes memory only where it is not the one
// before: the changes of a batch have most of their values in common.
type boxed[T comparable] struct {
	value T
	any   any
}

func (b *boxed[T]) of(value T) any {
	if b.any == nil || b.value != value {
		b.value, b.any = value, value
	}
	return b.any
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
