package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// ScopeRows is how many rows the inventory has of a scope, and how good that is.
type ScopeRows struct {
	Scope resource.Scope
	Rows  int64
	// CompleteAt is when a run last had a complete listing of the scope, zero if none had.
	CompleteAt time.Time
}

// RowsByScope counts the rows of all scopes that a kind ever had, by place. It reads the
// index of the kind's table once.
func (s *Store) RowsByScope(ctx context.Context, kind *resource.Kind) ([]ScopeRows, error) {
	var rows []struct {
		Provider   string    `bun:"provider"`
		Account    string    `bun:"account"`
		Region     string    `bun:"region"`
		Count      int64     `bun:"rows_of_scope"`
		CompleteAt time.Time `bun:"last_complete_at,nullzero"`
	}
	counts := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).
		Column("scope_id").ColumnExpr("COUNT(*) AS rows_of_scope").Group("scope_id")
	err := s.db.NewSelect().TableExpr("sync_scope AS scope").
		Column("scope.provider", "scope.account", "scope.region", "scope.last_complete_at").
		ColumnExpr("COALESCE(counted.rows_of_scope, 0) AS rows_of_scope").
		Join("LEFT JOIN (?) AS counted ON counted.scope_id = scope.id", counts).
		Where("scope.kind = ?", kind.Name()).
		Order("scope.provider", "scope.account", "scope.region").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the rows of %s by scope: %w", kind.Name(), err)
	}
	scopes := make([]ScopeRows, len(rows))
	for i, row := range rows {
		scopes[i] = ScopeRows{
			Scope: resource.Scope{Kind: kind.Name(), Provider: row.Provider, Account: row.Account, Region: row.Region},
			Rows:  row.Count, CompleteAt: row.CompleteAt,
		}
	}
	return scopes, nil
}
