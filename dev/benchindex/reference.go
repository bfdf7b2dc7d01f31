package benchindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// reference asks the same questions in SQL, as somebody would who has the tables alone.
type reference struct{ *sql.DB }

// find asks for the first rows that match, and for how many do, with a statement for each.
func (r reference) find(ctx context.Context, asked question) (took time.Duration, p page, err error) {
	where := " FROM resource_host WHERE " + strings.Join(asked.where, " AND ")
	began := time.Now()
	if err := r.QueryRowContext(ctx, "SELECT COUNT(*)"+where, asked.args...).Scan(&p.Total); err != nil {
		return 0, p, fmt.Errorf("count in SQL: %w", err)
	}
	err = r.each(ctx, fmt.Sprintf("SELECT name, resource_host.*%s ORDER BY name LIMIT %d", where, shownRows), asked.args, func(name string) {
		p.Rows = append(p.Rows, struct {
			Name string `json:"name"`
		}{name})
	})
	return time.Since(began), p, err
}

// distribution counts all hosts by a label, the largest numbers first.
func (r reference) distribution(ctx context.Context, l label) (took time.Duration, groups int, err error) {
	began := time.Now()
	err = r.each(ctx, fmt.Sprintf("SELECT %s AS value, COUNT(*) AS hosts FROM resource_host GROUP BY value ORDER BY hosts DESC LIMIT %d", l.sql, shownGroups), nil, func(string) { groups++ })
	return time.Since(began), groups, err
}

// each reads all columns of the rows, and shows the first.
func (r reference) each(ctx context.Context, statement string, args []any, do func(first string)) (err error) {
	rows, err := r.QueryContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("ask in SQL: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("read the columns: %w", err)
	}
	values, places := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return fmt.Errorf("read a row: %w", err)
		}
		do(string(values[0]))
	}
	return nil
}
