package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// KnownScope is a registered scope with its id.
type KnownScope struct {
	ID    int64
	Scope resource.Scope
}

// KnownScopes lists all scopes that a kind ever had, by id, whether they are
// still configured or not.
func (s *Store) KnownScopes(ctx context.Context, kind string) ([]KnownScope, error) {
	var rows []scopeRow
	if err := s.db.NewSelect().Model(&rows).Where("kind = ?", kind).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the scopes of %s: %w", kind, err)
	}
	scopes := make([]KnownScope, len(rows))
	for i := range rows {
		scopes[i] = KnownScope{ID: rows[i].ID, Scope: rows[i].scope()}
	}
	return scopes, nil
}

// CountScopes counts the inventory's rows of each of the scopes. A scope without
// rows is left out.
func (s *Store) CountScopes(ctx context.Context, kind *resource.Kind, scopeIDs []int64) (map[int64]int64, error) {
	counts := map[int64]int64{}
	if len(scopeIDs) == 0 {
		return counts, nil
	}
	var rows []struct {
		ScopeID int64 `bun:"scope_id"`
		Count   int64 `bun:"rows_of_scope"`
	}
	err := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("scope_id").ColumnExpr("COUNT(*) AS rows_of_scope").
		Where("scope_id IN (?)", bun.List(scopeIDs)).Group("scope_id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the rows of %d scopes in %s: %w", len(scopeIDs), kind.Name(), err)
	}
	for _, row := range rows {
		counts[row.ScopeID] = row.Count
	}
	return counts, nil
}

// ScopeNumbered returns the scope with an id, and the id of the run that last listed it
// completely, "" if none did; ErrNotFound if there is no such scope.
func (s *Store) ScopeNumbered(ctx context.Context, id int64) (known KnownScope, lastRunID string, err error) {
	var row struct {
		scopeRow
		LastRun string `bun:"last_complete_run"`
	}
	err = s.db.NewSelect().TableExpr("sync_scope AS scope").Column("scope.id", "scope.kind", "scope.provider", "scope.account", "scope.region", "scope.last_complete_run").
		Where("scope.id = ?", id).Scan(ctx, &row.ID, &row.Kind, &row.Provider, &row.Account, &row.Region, &row.LastRun)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return known, "", fmt.Errorf("read scope %d: %w", id, err)
	}
	return KnownScope{ID: row.ID, Scope: row.scope()}, row.LastRun, nil
}
