package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// nameColumn is the column of those kinds whose resources have names.
const nameColumn = "name"

// maxNamed bounds the resources that one name may mean.
const maxNamed = 1000

// named finds the resources that have the filter's name, or had it before a
// modification or a deletion. No index helps: it reads the inventories and the
// history to their ends.
func (s *Store) named(ctx context.Context, filter ChangeFilter, scopes []int64) ([]resource.UID, error) {
	uids, err := s.onceNamed(ctx, filter, scopes)
	if err != nil {
		return nil, err
	}
	for _, kind := range filter.Kinds {
		if !slices.Contains(kind.Columns(), nameColumn) {
			continue
		}
		present, err := s.nowNamed(ctx, kind, filter.Name, scopes)
		if err != nil {
			return nil, err
		}
		uids = append(uids, present...)
	}
	if len(uids) > maxNamed {
		return nil, fmt.Errorf("more than %d resources have or had the name %q: name the kind, the scope or the native id, too", maxNamed, filter.Name)
	}
	return uids, nil
}

func (s *Store) nowNamed(ctx context.Context, kind *resource.Kind, name string, scopes []int64) (uids []resource.UID, err error) {
	query := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("uid").Where("? = ?", bun.Ident(nameColumn), name)
	if err := inScopes(query, scopes).Limit(maxNamed+1).Scan(ctx, &uids); err != nil {
		return nil, fmt.Errorf("find the name %q in %s: %w", name, kind.Name(), err)
	}
	return uids, nil
}

func (s *Store) onceNamed(ctx context.Context, filter ChangeFilter, scopes []int64) (uids []resource.UID, err error) {
	query := s.db.NewSelect().Model((*Change)(nil)).ColumnExpr("DISTINCT uid").
		Where("op IN (?)", bun.List([]diff.Op{diff.Modify, diff.Delete})).
		WhereGroup(" AND ", func(either *bun.SelectQuery) *bun.SelectQuery {
			return either.Where("JSON_CONTAINS(image, ?)", jsonText(map[string]string{nameColumn: filter.Name})).
				WhereOr("JSON_CONTAINS(fields, ?)", jsonText(map[string]string{"field": nameColumn, "old": filter.Name})).
				WhereOr("JSON_CONTAINS(fields, ?)", jsonText(map[string]string{"field": nameColumn, "new": filter.Name}))
		})
	if len(filter.Kinds) > 0 {
		query = query.Where("kind IN (?)", bun.List(kindNames(filter.Kinds)))
	}
	if err := inScopes(query, scopes).Limit(maxNamed+1).Scan(ctx, &uids); err != nil {
		return nil, fmt.Errorf("find the name %q in the history: %w", filter.Name, err)
	}
	return uids, nil
}

func inScopes(query *bun.SelectQuery, scopes []int64) *bun.SelectQuery {
	if scopes == nil {
		return query
	}
	return query.Where("scope_id IN (?)", bun.List(scopes))
}

// jsonText is the value in the very form that the history has it: MariaDB
// compares texts in JSON as they are written, escapes and all.
func jsonText(value map[string]string) string {
	encoded, err := json.Marshal(value)
	if err != nil { // texts always encode
		panic(fmt.Sprintf("store: encode %v: %v", value, err))
	}
	return string(encoded)
}
