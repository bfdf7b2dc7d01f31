package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
)

// RunRef names a run: by its Temporal run id, and by its number, which grows
// from run to run and is the fence of its claims.
type RunRef struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
}

// planPrefix sets the staging of plans apart from that of runs.
const planPrefix = "plan:"

// PlanRef names a plan, after the Temporal run id that makes it. A plan has no
// number: it claims nothing, so it can apply nothing.
func PlanRef(runID string) RunRef { return RunRef{ID: planPrefix + runID} }

// IsPlan says that the work is a plan, which changes nothing.
func (r RunRef) IsPlan() bool { return r.Number == 0 }

// Stats are the figures of a run or of one scope of it.
type Stats struct {
	CloudNum   int64 `bun:"cloud_num"`
	DBNum      int64 `bun:"db_num"`
	ToAdd      int64 `bun:"to_add"`
	ToMod      int64 `bun:"to_mod"`
	ToDel      int64 `bun:"to_del"`
	SuAdd      int64 `bun:"su_add"`
	SuMod      int64 `bun:"su_mod"`
	SuDel      int64 `bun:"su_del"`
	Rehashed   int64 `bun:"rehashed"`
	Held       int64 `bun:"held"`
	FailedRows int64 `bun:"failed_rows"`
	// PagingSkips are resources that the listing lacked and the provider, asked by
	// id, has.
	PagingSkips int64 `bun:"paging_skips"`
}

// Run is the record of a run.
type Run struct {
	bun.BaseModel `bun:"table:sync_run,alias:run"`

	ID           int64     `bun:"id,pk,autoincrement"`
	RunID        string    `bun:"run_id"`
	WorkflowID   string    `bun:"workflow_id"`
	Kind         string    `bun:"kind"`
	Outcome      string    `bun:"outcome"` // OutcomeRunning until it is recorded
	StartedAt    time.Time `bun:"started_at"`
	FinishedAt   time.Time `bun:"finished_at,nullzero"`
	TookMS       int64     `bun:"took_ms"`
	Scopes       int64     `bun:"scopes"`
	ScopesFailed int64     `bun:"scopes_failed"`
	ScopesHeld   int64     `bun:"scopes_held"`
	Stats
	// OrphanScopes, with OrphanRows rows in all, are scopes of the kind that the
	// configuration no longer has.
	OrphanScopes int64 `bun:"orphan_scopes"`
	OrphanRows   int64 `bun:"orphan_rows"`

	ApprovedBy string `bun:"approved_by"` // who approved deletions that the run let go, or asked for them
	Error      string `bun:"error"`
}

// OutcomeRunning is the outcome of a run that has not recorded one. A run that
// was terminated from outside keeps it until the next one of its sort begins, and
// has OutcomeLost then.
const (
	OutcomeRunning = "running"
	OutcomeLost    = "failed"
)

// RunScope is the record of one scope of a run.
type RunScope struct {
	bun.BaseModel `bun:"table:sync_run_scope,alias:run_scope"`

	RunID   string `bun:"run_id,pk"`
	ScopeID int64  `bun:"scope_id,pk"`
	Outcome string `bun:"outcome"`
	Stats
	HoldDigest string `bun:"hold_digest"` // of the deletions, where they are held or were approved: see HeldDigest
	Reason     string `bun:"reason"`

	// Scope is filled in by RunScopes.
	Provider string `bun:"provider,scanonly"`
	Account  string `bun:"account,scanonly"`
	Region   string `bun:"region,scanonly"`
	// Complete says, to RecordScopes, that the scope's listing was complete.
	Complete bool `bun:"-"`
}

// HeldDigest is the digest of the deletions that the scope holds, "" for none.
func (r RunScope) HeldDigest() string {
	if r.Held == 0 {
		return ""
	}
	return r.HoldDigest
}

// ApprovedDigest is the digest of the deletions that an approval let go, "" for
// none.
func (r RunScope) ApprovedDigest() string {
	if r.Held > 0 {
		return ""
	}
	return r.HoldDigest
}

// BeginRun records that a run has begun and gives it its number. Beginning the
// same run again returns the same number. Older runs of the kind that never
// recorded an outcome and must be over are settled as failed, with the figures
// that the history has of them: they were terminated, or lost. One that is at work
// after all still records what it did.
func (s *Store) BeginRun(ctx context.Context, run Run) (RunRef, error) {
	ref, err := s.numberRun(ctx, run)
	if err == nil {
		err = s.settleLost(ctx, run, ref)
	}
	if err != nil {
		return ref, fmt.Errorf("begin run %s: %w", run.RunID, err)
	}
	return ref, nil
}

// numberRun records that a run is under way and gives it its number.
func (s *Store) numberRun(ctx context.Context, run Run) (RunRef, error) {
	run.Outcome = OutcomeRunning
	ref := RunRef{ID: run.RunID}
	_, err := s.db.NewInsert().Model(&run).ExcludeColumn("id").Ignore().Returning("NULL").Exec(ctx)
	if err == nil {
		err = s.db.NewSelect().Model((*Run)(nil)).Column("id").Where("run_id = ?", run.RunID).Scan(ctx, &ref.Number)
	}
	return ref, err
}

func (s *Store) settleLost(ctx context.Context, begun Run, newer RunRef) error {
	var running []Run
	err := s.db.NewSelect().Model(&running).Column("id", "run_id", "workflow_id", "started_at").
		Where("kind = ?", begun.Kind).Where("outcome = ?", OutcomeRunning).Where("id < ?", newer.Number).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for lost runs: %w", err)
	}
	for _, run := range running {
		if run.sort() != begun.sort() && run.StartedAt.After(s.at().Add(-besidesLife)) {
			continue
		}
		if err := s.settle(ctx, run, newer); err != nil {
			return fmt.Errorf("settle run %s: %w", run.RunID, err)
		}
	}
	return nil
}

// besidesLife is how long a run is taken to be at work beside a younger one of
// another sort. Two of a sort do not overlap: the older one is over.
const besidesLife = 24 * time.Hour

// PruneSuffix ends the workflow ids of prunings, and of no sync.
const PruneSuffix = "/prune"

// sort tells apart what is recorded as a run: syncs, prunings and restores.
func (r *Run) sort() string {
	switch {
	case IsRestoreID(r.RunID):
		return "restore"
	case strings.HasSuffix(r.WorkflowID, PruneSuffix):
		return "prune"
	default:
		return "sync"
	}
}

// settle records the end of a lost run.
func (s *Store) settle(ctx context.Context, run Run, newer RunRef) error {
	done, err := s.countChanges(ctx, run.RunID)
	if err != nil {
		return err
	}
	_, err = s.db.NewUpdate().Model((*Run)(nil)).
		Set("outcome = ?", OutcomeLost).Set("finished_at = ?", s.at()).
		Set("error = ?", "the run recorded no outcome: it was terminated, or lost; run "+newer.ID+" began after it").
		Set("su_add = ?", done[diff.Add]+done[RestoreOp]).Set("su_mod = ?", done[diff.Modify]).Set("su_del = ?", done[diff.Delete]).
		Where("id = ?", run.ID).Where("outcome = ?", OutcomeRunning).Exec(ctx)
	return err
}

// countChanges counts the changes of a run by their operation.
func (s *Store) countChanges(ctx context.Context, runID string) (map[diff.Op]int64, error) {
	var rows []struct {
		Op    diff.Op `bun:"op"`
		Count int64   `bun:"changes"`
	}
	run, err := rangeOf(ctx, s.db, runID)
	if err == nil {
		err = run.changes(s.db).Column("op").ColumnExpr("COUNT(*) AS changes").Group("op").Scan(ctx, &rows)
	}
	if err != nil {
		return nil, fmt.Errorf("count the changes of run %s: %w", runID, err)
	}
	counts := make(map[diff.Op]int64, len(rows))
	for _, row := range rows {
		counts[row.Op] = row.Count
	}
	return counts, nil
}

// EndRun records the outcome and the figures of a run. Recording again
// overwrites.
func (s *Store) EndRun(ctx context.Context, run Run) error {
	run.Error = clip(run.Error, 2048)
	run.ApprovedBy = clip(run.ApprovedBy, 255)
	query := s.db.NewInsert().Model(&run).ExcludeColumn("id").Returning("NULL").On("DUPLICATE KEY UPDATE")
	for _, column := range runColumns {
		query = query.Set("? = VALUES(?)", bun.Ident(column), bun.Ident(column))
	}
	if _, err := query.Exec(ctx); err != nil {
		return fmt.Errorf("record run %s: %w", run.RunID, err)
	}
	return nil
}

var statColumns = []string{
	"cloud_num", "db_num", "to_add", "to_mod", "to_del", "su_add", "su_mod", "su_del", "rehashed", "held", "failed_rows", "paging_skips",
}

var runColumns = append([]string{
	"outcome", "finished_at", "took_ms", "scopes", "scopes_failed", "scopes_held", "orphan_scopes", "orphan_rows", "approved_by", "error",
}, statColumns...)

// RecordScopes records what became of scopes of a run, and of those with a
// complete listing, that they had one.
func (s *Store) RecordScopes(ctx context.Context, run RunRef, scopes []RunScope) error {
	if len(scopes) == 0 {
		return nil
	}
	var complete []int64
	for i := range scopes {
		scopes[i].RunID = run.ID
		scopes[i].Reason = clip(scopes[i].Reason, 2048)
		if scopes[i].Complete {
			complete = append(complete, scopes[i].ScopeID)
		}
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := upsertRunScopes(ctx, tx, scopes); err != nil {
			return err
		}
		return s.markComplete(ctx, tx, run, complete)
	})
	if err != nil {
		return fmt.Errorf("record %d scopes of run %s: %w", len(scopes), run.ID, err)
	}
	return nil
}

func upsertRunScopes(ctx context.Context, tx bun.Tx, scopes []RunScope) error {
	query := tx.NewInsert().Model(&scopes).Returning("NULL").On("DUPLICATE KEY UPDATE")
	for _, column := range append([]string{"outcome", "hold_digest", "reason"}, statColumns...) {
		query = query.Set("? = VALUES(?)", bun.Ident(column), bun.Ident(column))
	}
	_, err := query.Exec(ctx)
	return err
}

func (s *Store) markComplete(ctx context.Context, tx bun.Tx, run RunRef, scopeIDs []int64) error {
	if len(scopeIDs) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*scopeRow)(nil)).
		Set("last_complete_run = ?", run.ID).Set("last_complete_at = ?", s.at()).
		Where("id IN (?)", bun.List(scopeIDs)).Where("fence = ?", run.Number).Exec(ctx)
	return err
}

// Runs lists the newest runs first; of one kind, or of all for kind "".
func (s *Store) Runs(ctx context.Context, kind string, limit int64) ([]Run, error) {
	var runs []Run
	query := s.db.NewSelect().Model(&runs).Order("id DESC").Limit(limit)
	if kind != "" {
		query = query.Where("kind = ?", kind)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return runs, nil
}

// FindRuns returns the runs whose id starts with prefix, at most two: enough to
// tell one from several.
func (s *Store) FindRuns(ctx context.Context, prefix string) ([]Run, error) {
	var runs []Run
	// As bytes: an ascii column does not compare with other characters.
	err := s.db.NewSelect().Model(&runs).Where("LEFT(run_id, CHAR_LENGTH(?)) = CAST(? AS BINARY)", prefix, prefix).
		Order("id DESC").Limit(2).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("find run %s: %w", prefix, err)
	}
	return runs, nil
}

// RunScopes lists the scopes of a run, with their places, by id.
func (s *Store) RunScopes(ctx context.Context, runID string) ([]RunScope, error) {
	var scopes []RunScope
	err := s.db.NewSelect().Model(&scopes).Column("run_id", "scope_id", "outcome", "hold_digest", "reason").Column(statColumns...).
		ColumnExpr("scope.provider, scope.account, scope.region").
		Join("JOIN sync_scope AS scope ON scope.id = run_scope.scope_id").
		Where("run_scope.run_id = ?", runID).Order("run_scope.scope_id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the scopes of run %s: %w", runID, err)
	}
	return scopes, nil
}

// RunFailures lists the rows that a run could not store, at most limit.
func (s *Store) RunFailures(ctx context.Context, runID string, limit int64) ([]Failure, error) {
	var failures []Failure
	err := s.db.NewSelect().Model(&failures).Where("run_id = ?", runID).Order("id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the refused rows of run %s: %w", runID, err)
	}
	return failures, nil
}
