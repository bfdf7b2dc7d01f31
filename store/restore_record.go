package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// OutcomeRestored is the outcome of a restore that put back all that it was to.
// Its record is one of sync_run's, beside those of the syncs.
const OutcomeRestored = "restored"

// The outcomes of a restore that fell short: some of its rows, or none, are back.
const (
	outcomePartial = "partial"
	outcomeFailed  = "failed"
)

// restorePrefix tells the ids of restores from those of Temporal's runs.
const restorePrefix = "restore-"

// RestoreOrder says who wants a restore, and why.
type RestoreOrder struct {
	RunID string // of NewRestoreID
	By    string
	Note  string
}

// NewRestoreID returns an id for a restore, for changes to refer to like to that
// of a run.
func NewRestoreID() string { return restorePrefix + strings.ToLower(rand.Text()[:12]) }

// IsRestoreID says that the id is that of a restore, of which Temporal knows
// nothing.
func IsRestoreID(runID string) bool { return strings.HasPrefix(runID, restorePrefix) }

// RestoreRecord is what was asked for.
type RestoreRecord struct {
	bun.BaseModel `bun:"table:sync_restore,alias:restore"`

	RunID     string        `bun:"run_id,pk" json:"-"`
	SourceRun string        `bun:"source_run" json:"sourceRun,omitempty"`
	SourceUID *resource.UID `bun:"source_uid" json:"sourceUid,omitempty"`
	By        string        `bun:"requested_by" json:"requestedBy"`
	Note      string        `bun:"note" json:"note,omitempty"`
}

// RestoreRecord returns what the restore of that id was asked for; ErrNotFound
// where there is none.
func (s *Store) RestoreRecord(ctx context.Context, runID string) (RestoreRecord, error) {
	record := RestoreRecord{RunID: runID}
	err := s.db.NewSelect().Model(&record).WherePK().Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return record, fmt.Errorf("read restore %s: %w", runID, err)
	}
	return record, nil
}

func (r *restorer) begin(ctx context.Context, deleted Deleted) (err error) {
	r.started = r.store.at()
	// Not BeginRun: a sync that is under way has not been lost.
	r.run, err = r.store.numberRun(ctx, Run{RunID: r.order.RunID, Kind: r.kind.Name(), StartedAt: r.started})
	if err != nil {
		return err
	}
	record := RestoreRecord{
		RunID: r.order.RunID, SourceRun: deleted.RunID, By: clip(r.order.By, 255), Note: clip(r.order.Note, 1024),
	}
	if deleted.RunID == "" {
		record.SourceUID = &deleted.UID
	}
	_, err = r.store.db.NewInsert().Model(&record).Ignore().Returning("NULL").Exec(ctx)
	return err
}

// end records what was done; failed is what it ended with.
func (r *restorer) end(ctx context.Context, failed error) error {
	now := r.store.at()
	run := Run{
		RunID: r.order.RunID, Kind: r.kind.Name(), StartedAt: r.started, FinishedAt: now,
		TookMS: now.Sub(r.started).Milliseconds(), Outcome: restoreOutcome(r.total, failed),
		Scopes: int64(len(r.scopes)), Stats: restoreStats(r.total),
	}
	if failed != nil {
		run.Error = failed.Error()
	}
	_, err := r.store.Conclude(ctx, r.run, run, r.scopeRecords())
	return err
}

func (r *restorer) scopeRecords() []RunScope {
	var records []RunScope
	for id, counts := range r.scopes {
		records = append(records, RunScope{ScopeID: id, Outcome: restoreOutcome(counts, nil), Stats: restoreStats(counts)})
	}
	slices.SortFunc(records, func(a, b RunScope) int { return cmp.Compare(a.ScopeID, b.ScopeID) })
	return records
}

func restoreOutcome(counts RestoreCounts, failed error) string {
	switch {
	case failed == nil && counts.Refused == 0:
		return OutcomeRestored
	case counts.Restored > 0:
		return outcomePartial
	default:
		return outcomeFailed
	}
}

func restoreStats(counts RestoreCounts) Stats {
	return Stats{ToAdd: counts.Restored + counts.Refused, SuAdd: counts.Restored, FailedRows: counts.Refused}
}
