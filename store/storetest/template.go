package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"cloudsync/store"
)

// The migrations run once in a process. They take a lock of the server's, for which the
// tests of all packages would wait, and most of what they create they change later on.
var migrated = sync.OnceValues(func() (template, error) {
	t, err := newTemplate(context.Background(), os.Getenv(ServerVariable))
	if err != nil {
		return nil, fmt.Errorf("make a migrated database to copy: %w", err)
	}
	return t, nil
})

// template has the statements that make a database what the migrations make it.
type template []statement

type statement struct {
	text string
	args []any
}

func newTemplate(ctx context.Context, server string) (made template, err error) {
	d, err := newDatabase(ctx, server)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.drop(ctx)) }()
	s, err := store.Open(ctx, d.dsn, store.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return readTemplate(ctx, d.dsn, s)
}

// readTemplate reads the database of a store, and closes that.
func readTemplate(ctx context.Context, dsn string, s *store.Store) (read template, err error) {
	if err := s.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tables, err := texts(ctx, db, "SHOW TABLES")
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		var create string
		if err := db.QueryRowContext(ctx, "SHOW CREATE TABLE "+table).Scan(&table, &create); err != nil {
			return nil, err
		}
		rows, err := readRows(ctx, db, table)
		if err != nil {
			return nil, err
		}
		read = append(append(read, statement{text: create}), rows...)
	}
	return read, nil
}

// readRows has a statement for each row: there are those of the migrations' own table only.
func readRows(ctx context.Context, db *sql.DB, table string) (inserts []statement, err error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("INSERT INTO %s VALUES (?%s)", table, strings.Repeat(", ?", len(columns)-1))
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		inserts = append(inserts, statement{text, values})
	}
	return inserts, rows.Err()
}

// into sends all statements at once.
func (s template) into(ctx context.Context, d database) error {
	var all []string
	var args []any
	for _, statement := range s {
		all = append(all, statement.text)
		args = append(args, statement.args...)
	}
	return d.exec(ctx, strings.Join(all, ";\n"), args...)
}
