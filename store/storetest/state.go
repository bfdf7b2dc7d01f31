package storetest

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// state is what a database has.
type state struct {
	definitions map[string]string // of its tables and triggers, by name
	written     []string          // tables that have rows, or had some
}

// migrationTable has rows from the start: they belong to the definition.
const migrationTable = "sync_migration"

// counter is where the definition of a table has the next number of its rows, once there were any.
var counter = regexp.MustCompile(` AUTO_INCREMENT=\d+`)

// inspect looks at all tables, in two requests.
func (d database) inspect(ctx context.Context) (found state, err error) {
	db, err := d.connect()
	if err != nil {
		return state{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tables, err := texts(ctx, db, "SHOW TABLES")
	if err != nil {
		return state{}, err
	}
	found.definitions = map[string]string{}
	rows, err := db.QueryContext(ctx, inspection(tables))
	if err != nil {
		return state{}, err
	}
	defer rows.Close()
	err = found.read(tables, rows)
	return found, err
}

// inspection asks for the definition of each table and whether it has rows, then for triggers.
func inspection(tables []string) string {
	var all []string
	for _, table := range tables {
		content := "SELECT EXISTS(SELECT 1 FROM " + table + ")"
		if table == migrationTable {
			content = "SELECT COALESCE(SUM(CRC32(CONCAT_WS(',', id, name, group_id, migrated_at))), 0) FROM " + table
		}
		all = append(all, "SHOW CREATE TABLE "+table, content)
	}
	return strings.Join(append(all, "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()"), "; ")
}

// read takes the answers to an inspection.
func (s *state) read(tables []string, rows *sql.Rows) error {
	for _, table := range tables {
		var name, definition, content string
		if err := nextResult(rows, &name, &definition); err != nil {
			return err
		}
		if err := nextResult(rows, &content); err != nil {
			return err
		}
		plain := counter.ReplaceAllString(definition, "")
		switch {
		case table == migrationTable:
			plain += content
		case content != "0", plain != definition:
			s.written = append(s.written, table)
		}
		s.definitions[table] = plain
	}
	var triggers string
	err := nextResult(rows, &triggers)
	s.definitions["triggers"] = triggers
	return err
}

// nextResult reads a result of one row, and goes to the next result.
func nextResult(rows *sql.Rows, values ...any) error {
	if !rows.Next() {
		return errors.Join(rows.Err(), sql.ErrNoRows)
	}
	if err := rows.Scan(values...); err != nil {
		return err
	}
	rows.NextResultSet() // there is none behind the last one
	return rows.Err()
}

// empty removes all rows of tables, and what the server knows of them.
func (d database) empty(ctx context.Context, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	return d.exec(ctx, "TRUNCATE "+strings.Join(tables, "; TRUNCATE "))
}

// exec sends statements at once.
func (d database) exec(ctx context.Context, statements string, args ...any) error {
	db, err := d.connect()
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statements, args...)
	return errors.Join(err, db.Close())
}

// connect opens a pool that takes several statements at once.
func (d database) connect() (*sql.DB, error) {
	cfg, err := mysql.ParseDSN(d.dsn)
	if err != nil {
		return nil, err
	}
	cfg.MultiStatements, cfg.InterpolateParams = true, true
	return sql.Open("mysql", cfg.FormatDSN())
}

// idleLimit is how long the server has to end connections that were closed.
const idleLimit = 2 * time.Second

// isIdle tells whether nothing is connected to the database any more. A statement goes on for a
// moment after its connection was cut: it would write into the next test.
func (d database) isIdle(ctx context.Context) (idle bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, idleLimit)
	defer cancel()
	db, err := sql.Open("mysql", d.server)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for {
		found, err := connections(ctx, db, ofDatabase, d.name)
		if err == nil && len(found) == 0 {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-time.After(2 * time.Millisecond):
		}
	}
}
