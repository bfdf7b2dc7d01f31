package store

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"cloudsync/resource"
	"cloudsync/store/staged"
)

// Failure is a row that a run could not store.
type Failure struct {
	bun.BaseModel `bun:"table:sync_row_failure,alias:failure"`

	ID       int64         `bun:"id,pk,autoincrement" json:"-"`
	RunID    string        `bun:"run_id" json:"runId"`
	ScopeID  int64         `bun:"scope_id" json:"scopeId"`
	Phase    string        `bun:"phase" json:"phase"` // PhaseList, or the operation that MySQL refused
	UID      *resource.UID `bun:"uid" json:"uid,omitempty"`
	NativeID string        `bun:"native_id" json:"nativeId,omitempty"`
	Reason   string        `bun:"reason" json:"reason"`
	FailedAt time.Time     `bun:"failed_at" json:"failedAt"`
}

// PhaseList is the phase of a row that was impossible as the cloud listed it.
const PhaseList = "list"

// FailureOf describes a listed row that cannot be used.
func FailureOf(lease Lease, item staged.Item) Failure {
	f := Failure{
		RunID: lease.RunID, ScopeID: lease.ScopeID, Phase: PhaseList,
		NativeID: item.NativeID, Reason: item.Problem,
	}
	if item.HasUID() {
		f.UID = &item.UID
	}
	return f
}

// ReplaceListFailures records the unusable rows of a scope's listing, in place
// of those that an earlier attempt of the same run recorded.
func (s *Store) ReplaceListFailures(ctx context.Context, lease Lease, failures []Failure) error {
	now := s.at()
	for i := range failures {
		failures[i].FailedAt = now
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*Failure)(nil)).Where("run_id = ?", lease.RunID).
			Where("scope_id = ?", lease.ScopeID).Where("phase = ?", PhaseList).Exec(ctx)
		if err != nil {
			return err
		}
		return insertFailures(ctx, tx, failures)
	})
	if err != nil {
		return fmt.Errorf("record %d unusable rows of scope %d: %w", len(failures), lease.ScopeID, err)
	}
	return nil
}

func insertFailures(ctx context.Context, tx bun.Tx, failures []Failure) error {
	for i := range failures {
		failures[i].NativeID = clip(failures[i].NativeID, 512)
		failures[i].Reason = clip(failures[i].Reason, 1024)
	}
	return inHalves(failures, func(some []Failure) error {
		if _, err := tx.NewInsert().Model(&some).ExcludeColumn("id").Returning("NULL").Exec(ctx); err != nil {
			return fmt.Errorf("record %d refused rows: %w", len(some), err)
		}
		return nil
	})
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

// clip makes text fit a column of that many characters, whatever it holds.
func clip(text string, limit int) string {
	if utf8.ValidString(text) && len(text) <= limit {
		return text
	}
	runes := []rune(text) // invalid bytes become U+FFFD
	return string(runes[:min(limit, len(runes))])
}
