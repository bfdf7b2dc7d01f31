package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// ofRuns narrows a table to the runs that are asked for. Each subquery has it, for it
// would be made of all runs that were ever in the database, which may be thousands.
const ofRuns = " WHERE run_id LIKE ?"

// history is what resource_change has of each run in each scope.
const history = `(SELECT run_id, scope_id, SUM(op IN ('add', 'restore')) AS added, SUM(op = 'modify') AS modified, SUM(op = 'delete') AS deleted
	FROM resource_change` + ofRuns + ` GROUP BY run_id, scope_id)`

// wrongRuns are runs that are over and whose record differs from the history, or whose
// scopes' records do not add up to it.
const wrongRuns = `SELECT CONCAT('run ', run.run_id, ' (', run.outcome, ') records ', CONCAT_WS('/', run.su_add, run.su_mod, run.su_del), ', rehashed ', run.rehashed,
	'; its scopes ', CONCAT_WS('/', scopes.added, scopes.modified, scopes.deleted), ', rehashed ', COALESCE(scopes.rehashed, 0),
	'; the history has ', COALESCE(CONCAT_WS('/', told.added, told.modified, told.deleted), 'nothing'))
FROM sync_run AS run
LEFT JOIN (SELECT run_id, SUM(added) AS added, SUM(modified) AS modified, SUM(deleted) AS deleted FROM ` + history + ` AS by_scope GROUP BY run_id) AS told
	ON told.run_id = run.run_id
LEFT JOIN (SELECT run_id, SUM(su_add) AS added, SUM(su_mod) AS modified, SUM(su_del) AS deleted, SUM(rehashed) AS rehashed FROM sync_run_scope` + ofRuns + ` GROUP BY run_id) AS scopes
	ON scopes.run_id = run.run_id
WHERE run.outcome <> 'running' AND NOT (
	run.su_add = COALESCE(told.added, 0) AND run.su_mod = COALESCE(told.modified, 0) AND run.su_del = COALESCE(told.deleted, 0)
	AND run.su_add = COALESCE(scopes.added, 0) AND run.su_mod = COALESCE(scopes.modified, 0) AND run.su_del = COALESCE(scopes.deleted, 0)
	AND run.rehashed = COALESCE(scopes.rehashed, 0))`

// wrongScopes are scopes of such runs that were changed and have another record, or none
// in sync_run_scope: what is in sync_run_unchanged was not changed.
const wrongScopes = `SELECT CONCAT('scope ', told.scope_id, ' of run ', told.run_id, ' records ',
	COALESCE(CONCAT_WS('/', scope.su_add, scope.su_mod, scope.su_del), 'nothing'), '; the history has ', CONCAT_WS('/', told.added, told.modified, told.deleted))
FROM ` + history + ` AS told JOIN sync_run AS run ON run.run_id = told.run_id AND run.outcome <> 'running'
LEFT JOIN sync_run_scope AS scope ON scope.run_id = told.run_id AND scope.scope_id = told.scope_id
WHERE NOT COALESCE(scope.su_add = told.added AND scope.su_mod = told.modified AND scope.su_del = told.deleted, 0)`

// WrongFigures tells of every run that has recorded its end and whose id begins with a
// prefix, and of every scope of it, whose figures are not what the history has:
// additions, modifications and deletions. Where it tells of nothing, sync_run and
// sync_run_scope equal resource_change.
func WrongFigures(ctx context.Context, db *sql.DB, prefix string) ([]string, error) {
	var wrong []string
	for _, query := range []string{wrongRuns, wrongScopes} {
		query += " AND run.run_id LIKE ?"
		found, err := texts(ctx, db, query, slices.Repeat([]any{prefix + "%"}, strings.Count(query, "?"))...)
		if err != nil {
			return nil, fmt.Errorf("compare the records of runs with the history: %w", err)
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

func texts(ctx context.Context, db *sql.DB, query string, args ...any) (found []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}
