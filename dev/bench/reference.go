package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

// The references: what the same rows cost without this program, on the same
// server.
const (
	loadData   = "(a) LOAD DATA"
	plainRead  = "(b) read of uid, hash"
	dbasWay    = "(c) LOAD DATA and joins, 1% changed"
	rowByRow   = "(d) a row at a time"
	hashAlone  = "(e) generate and hash, all cores"
	sketchRows = 2000 // of (d); the time is scaled up to all
)

// Reference is the time of one of them.
type Reference struct {
	Hosts   int     `json:"hosts"`
	Scopes  int     `json:"scopes"`
	Name    string  `json:"reference"`
	Seconds float64 `json:"seconds"`
	Note    string  `json:"note,omitempty"`
}

// references measures them between the cases, when the inventory holds their
// rows. It works on tables of its own.
type references struct {
	*installation
	first string // file with the rows of the first load
}

const (
	referenceTable = "reference_host"
	dbaTable       = "reference_stage"
)

func (r *references) after(ctx context.Context, name string) ([]Reference, error) {
	switch name {
	case firstLoad:
		return r.measureAll(ctx, map[string]func(context.Context) error{
			loadData: r.load, plainRead: r.read, hashAlone: r.hash, rowByRow: r.sketch,
		}, loadData, plainRead, hashAlone, rowByRow)
	case churn1:
		return r.measureDBA(ctx)
	default:
		return nil, nil
	}
}

func (r *references) measureAll(ctx context.Context, do map[string]func(context.Context) error, order ...string) (found []Reference, err error) {
	r.first = filepath.Join(r.dir, "first.tsv")
	if err := r.dump(ctx, r.first); err != nil {
		return nil, err
	}
	if err := r.create(ctx, referenceTable); err != nil {
		return nil, err
	}
	for _, name := range order {
		r.options.Console.Printf("%s: %s", r.fleet, name)
		reference, err := r.time(ctx, name, do[name])
		if err != nil {
			return nil, err
		}
		if name == rowByRow {
			reference.Seconds *= float64(r.fleet.Hosts) / sketchRows
			reference.Note = fmt.Sprintf("measured on %d rows and scaled", sketchRows)
		}
		found = append(found, reference)
	}
	return found, nil
}

func (r *references) time(ctx context.Context, name string, do func(context.Context) error) (Reference, error) {
	began := time.Now()
	err := do(ctx)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return Reference{Hosts: r.fleet.Hosts, Scopes: r.fleet.Scopes, Name: name, Seconds: time.Since(began).Seconds()}, err
}

// dump writes the inventory to a file, in the order in which the cloud lists it.
// The server itself writes and reads the files: nothing is faster.
func (r *references) dump(ctx context.Context, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return sqlExec(ctx, r.sql, fmt.Sprintf("SELECT * INTO OUTFILE '%s' CHARACTER SET binary FROM resource_host ORDER BY scope_id, created_at, name", path))
}

func (r *references) create(ctx context.Context, table string) error {
	return sqlExec(ctx, r.sql, "DROP TABLE IF EXISTS "+table, "CREATE TABLE "+table+" LIKE resource_host")
}

func (r *references) loadInto(ctx context.Context, table, path string) error {
	columns, err := r.columns(ctx)
	if err != nil {
		return err
	}
	asJSON, err := r.jsonColumns(ctx)
	if err != nil {
		return err
	}
	return sqlExec(ctx, r.sql, loading(table, path, columns, asJSON))
}

// loading is the statement that loads a file. MySQL takes no binary text for its JSON,
// which MariaDB does not have as a type.
func loading(table, path string, columns, asJSON []string) string {
	var sets []string
	for i, column := range columns {
		if slices.Contains(asJSON, column) {
			columns[i] = "@" + column
			sets = append(sets, column+" = CONVERT(@"+column+" USING utf8mb4)")
		}
	}
	statement := fmt.Sprintf("LOAD DATA INFILE '%s' INTO TABLE %s CHARACTER SET binary (%s)", path, table, strings.Join(columns, ", "))
	if len(sets) > 0 {
		statement += " SET " + strings.Join(sets, ", ")
	}
	return statement
}

// jsonColumns are those that the server keeps in a form of its own.
func (r *references) jsonColumns(ctx context.Context) (columns []string, err error) {
	rows, err := r.sql.QueryContext(ctx, `SELECT COLUMN_NAME FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_host' AND DATA_TYPE = 'json'`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, nil
}

func (r *references) load(ctx context.Context) error { return r.loadInto(ctx, referenceTable, r.first) }

// read reads the covering index the way the program does, and keeps nothing.
func (r *references) read(ctx context.Context) (err error) {
	rows, err := r.sql.QueryContext(ctx, "SELECT uid, hash FROM "+referenceTable)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var uid, hash sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&uid, &hash); err != nil {
			return err
		}
	}
	return rows.Err()
}

// hash generates all rows and seals them, page by page.
func (r *references) hash(ctx context.Context) error {
	client := mock.New(r.cloud, r.regions)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, region := range r.regions {
		scope := resource.Scope{Kind: kind, Provider: "mock", Account: "bench", Region: region}
		group.Go(func() error { return sealAll(ctx, client, scope) })
	}
	return group.Wait()
}

func sealAll(ctx context.Context, client *mock.Cloud, scope resource.Scope) error {
	sealer := resource.HostKind.Sealer(scope, 1)
	var encoded []byte
	for cursor := ""; ; {
		page, err := client.List(ctx, scope, cursor)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if encoded, err = sealer.Append(encoded[:0], row); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// sketch inserts a row with each statement, as the sketch that this program grew
// out of did.
func (r *references) sketch(ctx context.Context) (err error) {
	const table = "reference_sketch"
	if err := r.create(ctx, table); err != nil {
		return err
	}
	rows, err := r.sql.QueryContext(ctx, fmt.Sprintf("SELECT * FROM resource_host LIMIT %d", sketchRows))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	insert := "INSERT INTO " + table + " VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i, column := range columns {
			if encoded, ok := values[i].([]byte); ok && column.DatabaseTypeName() == "JSON" {
				values[i] = string(encoded) // MySQL takes no binary text for it
			}
		}
		if _, err := r.sql.ExecContext(ctx, insert, values...); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), sqlExec(ctx, r.sql, "DROP TABLE "+table))
}

// measureDBA brings the rows of the first load to those of 1% churn with SQL
// alone.
func (r *references) measureDBA(ctx context.Context) ([]Reference, error) {
	now := filepath.Join(r.dir, "now.tsv")
	if err := r.dump(ctx, now); err != nil {
		return nil, err
	}
	columns, err := r.columns(ctx)
	if err != nil {
		return nil, err
	}
	r.options.Console.Printf("%s: %s", r.fleet, dbasWay)
	reference, err := r.time(ctx, dbasWay, func(ctx context.Context) error {
		if err := r.create(ctx, dbaTable); err != nil {
			return err
		}
		if err := r.loadInto(ctx, dbaTable, now); err != nil {
			return err
		}
		return sqlExec(ctx, r.sql, joins(columns)...)
	})
	if err != nil {
		return nil, err
	}
	return []Reference{reference}, r.checkDBA(ctx)
}

func (r *references) columns(ctx context.Context) (columns []string, err error) {
	rows, err := r.sql.QueryContext(ctx, "SELECT * FROM resource_host LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	return rows.Columns()
}

func joins(columns []string) []string {
	sets := make([]string, len(columns))
	for i, column := range columns {
		sets[i] = "held." + column + " = listed." + column
	}
	const held, listed = referenceTable + " AS held", dbaTable + " AS listed"
	return []string{
		"DELETE held FROM " + held + " LEFT JOIN " + listed + " ON listed.uid = held.uid WHERE listed.uid IS NULL",
		"UPDATE " + held + " JOIN " + listed + " ON listed.uid = held.uid SET " + strings.Join(sets, ", ") + " WHERE held.hash <> listed.hash",
		"INSERT INTO " + referenceTable + " SELECT listed.* FROM " + listed + " LEFT JOIN " + held + " ON held.uid = listed.uid WHERE held.uid IS NULL",
	}
}

func (r *references) checkDBA(ctx context.Context) error {
	var missing int64
	err := r.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM resource_host AS mine LEFT JOIN "+referenceTable+
		" AS held ON held.uid = mine.uid AND held.hash = mine.hash WHERE held.uid IS NULL").Scan(&missing)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if missing > 0 {
		return fmt.Errorf("%s left %d rows that are not the inventory's", dbasWay, missing)
	}
	return sqlExec(ctx, r.sql, "DROP TABLE "+referenceTable, "DROP TABLE "+dbaTable)
}

// remove is for what was left by a reference that failed.
func (r *references) remove() error {
	return sqlExec(context.Background(), r.sql, "DROP TABLE IF EXISTS "+referenceTable, "DROP TABLE IF EXISTS "+dbaTable)
}
