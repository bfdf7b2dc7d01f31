package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

// Runs lists the newest runs first; of one kind, or of all for kind "". Of one that has
// recorded no end, the figures are what it has done so far.
func (s *Store) Runs(ctx context.Context, kind string, limit int64) ([]Run, error) {
	return s.FilterRuns(ctx, RunFilter{Kind: kind, Limit: limit})
}

// RunFilter says which runs to list.
type RunFilter struct {
	Kind     string   // all kinds for ""
	Outcomes []string // any of them; all outcomes for none
	Before   int64    // only runs of a smaller number; from the newest for 0
	Syncs    bool     // only runs that compare with the clouds: no restores, no prunings
	Approved bool     // only runs that let go what somebody approved, and prunings, which somebody asked for
	Limit    int64
}

// FilterRuns is Runs of those that the filter names.
func (s *Store) FilterRuns(ctx context.Context, filter RunFilter) ([]Run, error) {
	var runs []Run
	err := filter.narrow(s.db.NewSelect().Model(&runs)).Order("id DESC").Limit(filter.Limit).Scan(ctx)
	if err == nil {
		err = s.tellDone(ctx, runs)
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return runs, nil
}

func (f RunFilter) narrow(query *bun.SelectQuery) *bun.SelectQuery {
	if f.Kind != "" {
		query = query.Where("kind = ?", f.Kind)
	}
	if len(f.Outcomes) > 0 {
		query = query.Where("outcome IN (?)", bun.List(f.Outcomes))
	}
	if f.Before > 0 {
		query = query.Where("id < ?", f.Before)
	}
	if f.Syncs {
		query = syncsOnly(query)
	}
	if f.Approved {
		query = query.Where("approved_by <> ''")
	}
	return query
}

// FindRuns returns the runs whose id starts with prefix, at most two: enough to
// tell one from several.
func (s *Store) FindRuns(ctx context.Context, prefix string) ([]Run, error) {
	var runs []Run
	// As bytes: an ascii column does not compare with other characters.
	err := s.db.NewSelect().Model(&runs).Where("LEFT(run_id, CHAR_LENGTH(?)) = CAST(? AS BINARY)", prefix, prefix).
		Order("id DESC").Limit(2).Scan(ctx)
	if err == nil {
		err = s.tellDone(ctx, runs)
	}
	if err != nil {
		return nil, fmt.Errorf("find run %s: %w", prefix, err)
	}
	return runs, nil
}

// RunByNumber returns the run of that number; ErrNotFound where there is none.
func (s *Store) RunByNumber(ctx context.Context, number int64) (Run, error) {
	var run Run
	err := s.db.NewSelect().Model(&run).Where("id = ?", number).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return run, fmt.Errorf("read run %d: %w", number, err)
	}
	return run, nil
}

// RunScopes lists the scopes of a run, with their places, by id.
func (s *Store) RunScopes(ctx context.Context, runID string) ([]RunScope, error) {
	var scopes []RunScope
	err := s.db.NewSelect().Model(&scopes).Column("run_id", "scope_id", "outcome", "hold_digest", "reason").Column(foundColumns...).Column(doneColumns...).
		ColumnExpr("scope.provider, scope.account, scope.region").
		Join("JOIN sync_scope AS scope ON scope.id = run_scope.scope_id").
		Where("run_scope.run_id = ?", runID).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the scopes of run %s: %w", runID, err)
	}
	plain, err := s.plainScopes(ctx, runID, scopes)
	if err != nil {
		return nil, err
	}
	scopes = append(scopes, plain...)
	slices.SortFunc(scopes, func(a, b RunScope) int { return cmp.Compare(a.ScopeID, b.ScopeID) })
	done, err := done(ctx, s.db, runID) // of a run at work, its scopes' records do not have it
	if err != nil {
		return nil, err
	}
	for i := range scopes {
		scopes[i].Stats.raise(done[scopes[i].ScopeID])
	}
	return scopes, nil
}

// NewestRuns returns the newest run of each kind that a schedule or an operator started, by
// kind: no restore and no prune.
func (s *Store) NewestRuns(ctx context.Context) (map[string]Run, error) {
	return s.newestOf(ctx, s.db.NewSelect())
}

// NewestEnded returns of each kind the newest of these runs that has ended.
func (s *Store) NewestEnded(ctx context.Context) (map[string]Run, error) {
	return s.newestOf(ctx, s.db.NewSelect().Where("outcome <> ?", OutcomeRunning))
}

// newestOf reads the newest syncs of each kind that a query has.
func (s *Store) newestOf(ctx context.Context, query *bun.SelectQuery) (map[string]Run, error) {
	var runs []Run
	newest := syncsOnly(query.Model((*Run)(nil)).ColumnExpr("MAX(id)")).Group("kind")
	if err := s.db.NewSelect().Model(&runs).Where("id IN (?)", newest).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the newest runs: %w", err)
	}
	byKind := make(map[string]Run, len(runs))
	for _, run := range runs {
		byKind[run.Kind] = run
	}
	return byKind, nil
}

// WorkflowsOf returns the ids of the workflows of runs, by the runs' ids. Runs that are no
// longer on record are left out.
func (s *Store) WorkflowsOf(ctx context.Context, runIDs []string) (map[string]string, error) {
	workflows := map[string]string{}
	if len(runIDs) == 0 {
		return workflows, nil
	}
	var runs []Run
	if err := s.db.NewSelect().Model(&runs).Column("run_id", "workflow_id").Where("run_id IN (?)", bun.List(runIDs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the workflows of %d runs: %w", len(runIDs), err)
	}
	for _, run := range runs {
		workflows[run.RunID] = run.WorkflowID
	}
	return workflows, nil
}
