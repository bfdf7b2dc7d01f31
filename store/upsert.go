package store

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"
)

// execer is the pool or a transaction, below bun: bun must not format again what it has
// made.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// upsert executes an insert that writes columns over those of the rows that are there
// already. bun has no place for a row's alias, so the rest is written here.
func upsert(ctx context.Context, db execer, insert *bun.InsertQuery, columns []string) error {
	// Returning NULL: MariaDB would else send the defaulted columns back.
	gen := insert.DB().QueryGen()
	query, err := insert.Returning("NULL").AppendQuery(gen, nil)
	if err != nil {
		return err
	}
	rowAlias := insert.DB().Dialect().(*dialect).rowAlias
	if rowAlias {
		query = append(query, " AS incoming"...)
	}
	query = append(query, " ON DUPLICATE KEY UPDATE "...)
	for i, column := range columns {
		if i > 0 {
			query = append(query, ", "...)
		}
		assignment := "? = VALUES(?)"
		if rowAlias {
			assignment = "? = incoming.?"
		}
		query = gen.AppendQuery(query, assignment, bun.Ident(column), bun.Ident(column))
	}
	_, err = db.ExecContext(ctx, string(query))
	return err
}
