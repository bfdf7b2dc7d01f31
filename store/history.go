package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// ChangeFilter says which changes are meant. Each field that is set narrows them;
// without any, all are meant.
type ChangeFilter struct {
	// Kinds are the kinds of the resources. For Name, their inventories are
	// searched, too.
	Kinds []*resource.Kind
	UID   resource.UID
	// NativeID is the provider's id; several scopes may have a resource of that id.
	NativeID string
	// Name is a name that the resource has, or had before a recorded change.
	Name string
	// RunID is the id of a run, or its beginning.
	RunID string
	// The scope, or as much of it as matters.
	Provider, Account, Region string
	Since, Until              time.Time // both inclusive
	Ops                       []diff.Op
	Field                     string // a column that a modification changed
	// Before is the id of a change: only older ones are meant.
	Before int64
	// After is the id of a change: only newer ones are meant.
	After int64
	// Limit is how many changes are read at most; it must be set.
	Limit int64
}

// Changes lists recorded changes, the newest first.
func (s *Store) Changes(ctx context.Context, filter ChangeFilter) ([]Change, error) {
	found, err := s.narrow(ctx, filter)
	if err == nil && found.nothing {
		return nil, nil
	}
	var changes []Change
	if err == nil {
		err = s.changes(&changes, filter, found).Scan(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return changes, nil
}

func (s *Store) changes(changes *[]Change, filter ChangeFilter, found narrowed) *bun.SelectQuery {
	query := s.db.NewSelect().Model(changes).ColumnExpr("?TableAlias.*").
		ColumnExpr("scope.provider, scope.account, scope.region, run.id AS run_number").
		Join("LEFT JOIN sync_scope AS scope ON scope.id = ?TableAlias.scope_id").
		Join("LEFT JOIN sync_run AS run ON run.run_id = ?TableAlias.run_id").
		OrderExpr("?TableAlias.id DESC").Limit(filter.Limit)
	query = found.apply(query)
	if len(filter.Kinds) > 0 {
		query = query.Where("?TableAlias.kind IN (?)", bun.List(kindNames(filter.Kinds)))
	}
	if !filter.Since.IsZero() {
		query = query.Where("?TableAlias.changed_at >= ?", filter.Since)
	}
	if !filter.Until.IsZero() {
		query = query.Where("?TableAlias.changed_at <= ?", filter.Until)
	}
	if len(filter.Ops) > 0 {
		query = query.Where("?TableAlias.op IN (?)", bun.List(filter.Ops))
	}
	if filter.Field != "" {
		query = query.Where("JSON_CONTAINS(?TableAlias.fields, ?)", jsonText(map[string]string{"field": filter.Field}))
	}
	if filter.Before > 0 {
		query = query.Where("?TableAlias.id < ?", filter.Before)
	}
	if filter.After > 0 {
		query = query.Where("?TableAlias.id > ?", filter.After)
	}
	return query
}

func kindNames(kinds []*resource.Kind) []string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = kind.Name()
	}
	return names
}
