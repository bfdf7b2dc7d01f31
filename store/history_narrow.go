package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// narrowed is a filter in the terms of the indexes of resource_change: uids, and
// ids for runs and times. What is nil or zero does not narrow.
type narrowed struct {
	uids    []resource.UID
	runID   string
	scopes  []int64
	first   int64 // the smallest id that may be meant
	end     int64 // the smallest id that may not
	nothing bool  // no change can be meant
}

// narrow looks up what the filter names.
func (s *Store) narrow(ctx context.Context, filter ChangeFilter) (found narrowed, err error) {
	for _, step := range []func(context.Context, ChangeFilter, *narrowed) error{
		s.narrowScopes, s.narrowRun, s.narrowResources, s.narrowTimes,
	} {
		if err := step(ctx, filter, &found); err != nil || found.nothing {
			return found, err
		}
	}
	return found, nil
}

func (n *narrowed) apply(query *bun.SelectQuery) *bun.SelectQuery {
	switch { // by LIMIT, the optimizer may choose to read the table backwards instead
	case n.uids != nil:
		query = query.ForceIndex("resource").Where("?TableAlias.uid IN (?)", bun.List(n.uids))
	case n.runID != "":
		query = query.ForceIndex(primaryKey)
	}
	if n.runID != "" {
		query = query.Where("?TableAlias.run_id = ?", n.runID)
	}
	if n.scopes != nil {
		query = query.Where("?TableAlias.scope_id IN (?)", bun.List(n.scopes))
	}
	if n.first > 0 {
		query = query.Where("?TableAlias.id >= ?", n.first)
	}
	if n.end > 0 {
		query = query.Where("?TableAlias.id < ?", n.end)
	}
	return query
}

func (s *Store) narrowScopes(ctx context.Context, filter ChangeFilter, found *narrowed) error {
	if filter.Provider == "" && filter.Account == "" && filter.Region == "" {
		return nil
	}
	rows, err := s.scopesOf(ctx, filter)
	if err != nil {
		return err
	}
	for _, row := range rows {
		found.scopes = append(found.scopes, row.ID)
	}
	found.nothing = len(rows) == 0
	return nil
}

// scopesOf are the scopes of the filter, of all that were ever configured.
func (s *Store) scopesOf(ctx context.Context, filter ChangeFilter) ([]scopeRow, error) {
	var rows []scopeRow
	query := s.db.NewSelect().Model(&rows)
	for column, value := range map[string]string{"provider": filter.Provider, "account": filter.Account, "region": filter.Region} {
		if value != "" {
			query = query.Where("? = ?", bun.Ident(column), value)
		}
	}
	if len(filter.Kinds) > 0 {
		query = query.Where("kind IN (?)", bun.List(kindNames(filter.Kinds)))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the scopes: %w", err)
	}
	return rows, nil
}

// narrowRun finds the one run whose id begins as the filter says, by its spans: like
// the history, they may be kept for longer than the record of the run.
func (s *Store) narrowRun(ctx context.Context, filter ChangeFilter, found *narrowed) error {
	if filter.RunID == "" {
		return nil
	}
	if !isASCII(filter.RunID) { // an ascii column does not compare with other characters
		found.nothing = true
		return nil
	}
	var first, last sql.NullString
	const afterAll = "\x7f" // follows whatever a run id may be made of
	err := s.db.NewSelect().Table("sync_change_span").ColumnExpr("MIN(run_id), MAX(run_id)").
		Where("run_id >= ?", filter.RunID).Where("run_id < ?", filter.RunID+afterAll).Scan(ctx, &first, &last)
	if err != nil {
		return fmt.Errorf("find run %s: %w", filter.RunID, err)
	}
	if first.String != last.String && first.String != filter.RunID {
		return fmt.Errorf("the changes of %w begin with %q, such as %s and %s: write more of the id", ErrSeveralRuns,
			filter.RunID, first.String, last.String)
	}
	if !first.Valid {
		found.nothing = true
		return nil
	}
	run, err := rangeOf(ctx, s.db, first.String)
	found.runID = run.runID
	found.from(run.first)
	found.until(run.last + 1)
	return err
}

// from says that no smaller id is meant.
func (n *narrowed) from(first int64) { n.first = max(n.first, first) }

// until says that neither that id is meant nor a greater one.
func (n *narrowed) until(end int64) {
	if n.end == 0 || end < n.end {
		n.end = end
	}
}

func isASCII(text string) bool {
	return !slices.ContainsFunc([]byte(text), func(b byte) bool { return b > 0x7f })
}

// narrowResources turns names of resources into uids, and keeps those that fit
// all names given.
func (s *Store) narrowResources(ctx context.Context, filter ChangeFilter, found *narrowed) error {
	if filter.UID != (resource.UID{}) {
		found.meet([]resource.UID{filter.UID})
	}
	if filter.NativeID != "" {
		scopes, err := s.scopesOf(ctx, filter)
		if err != nil {
			return err
		}
		found.meet(uidsIn(scopes, filter.NativeID))
	}
	if filter.Name != "" && !found.nothing {
		uids, err := s.named(ctx, filter, found.scopes)
		if err != nil {
			return err
		}
		found.meet(uids)
	}
	return nil
}

func (n *narrowed) meet(uids []resource.UID) {
	if n.uids != nil {
		uids = slices.DeleteFunc(uids, func(uid resource.UID) bool { return !slices.Contains(n.uids, uid) })
	}
	n.uids, n.nothing = uids, len(uids) == 0
}

func uidsIn(scopes []scopeRow, nativeID string) []resource.UID {
	uids := make([]resource.UID, len(scopes))
	for i := range scopes {
		uids[i] = scopes[i].scope().UID(nativeID)
	}
	return uids
}

func (s *Store) narrowTimes(ctx context.Context, filter ChangeFilter, found *narrowed) error {
	if !filter.Since.IsZero() {
		first, err := seekChange(ctx, s.db, filter.Since.Add(-maxDisorder))
		if err != nil {
			return err
		}
		found.from(first)
	}
	if !filter.Until.IsZero() {
		end, err := seekChange(ctx, s.db, filter.Until.Add(maxDisorder))
		if err != nil {
			return err
		}
		found.until(end)
	}
	return nil
}
