// Package schema holds the numbered SQL migrations of the database.
package schema

import (
	"embed"
	"fmt"

	"github.com/uptrace/bun/migrate"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations returns the embedded migrations. Each is a file
// NUMBER_NAME.up.sql whose statements are separated by --bun:split lines and
// can be run again: MySQL's DDL is not transactional, so a migration that was
// interrupted starts over.
func Migrations() (*migrate.Migrations, error) {
	migrations := migrate.NewMigrations()
	if err := migrations.Discover(files); err != nil {
		return nil, fmt.Errorf("read embedded migrations: %w", err)
	}
	return migrations, nil
}
