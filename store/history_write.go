package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// Change is one row of the history.
type Change struct {
	bun.BaseModel `bun:"table:resource_change,alias:change"`

	ID        int64                  `bun:"id,pk,autoincrement" json:"id"`
	Kind      string                 `bun:"kind" json:"kind"`
	UID       resource.UID           `bun:"uid" json:"uid"`
	NativeID  string                 `bun:"native_id" json:"nativeId"`
	ScopeID   int64                  `bun:"scope_id" json:"scopeId"`
	RunID     string                 `bun:"run_id" json:"runId"`
	Op        diff.Op                `bun:"op" json:"op"`
	ChangedAt time.Time              `bun:"changed_at" json:"changedAt"`
	Fields    []resource.FieldChange `bun:"fields,nullzero" json:"fields,omitempty"` // of a modification
	Image     json.RawMessage        `bun:"image,nullzero" json:"image,omitempty"`   // of a deletion: the row as it was

	// The rest is filled in by Changes.
	Provider  string `bun:"provider,scanonly" json:"-"`
	Account   string `bun:"account,scanonly" json:"-"`
	Region    string `bun:"region,scanonly" json:"-"`
	RunNumber int64  `bun:"run_number,scanonly" json:"-"`
}

// recordChanges records all changes that a transaction makes for a run, their span and
// their tally; recorded says that the run has recorded its end.
func recordChanges(ctx context.Context, tx bun.Tx, runID string, changes []Change, recorded bool) error {
	var span changeSpan
	if err := span.insertChanges(ctx, tx, changes); err != nil {
		return err
	}
	if err := span.write(ctx, tx, runID); err != nil {
		return err
	}
	return tallyOf(changes).write(ctx, tx, runID, recorded)
}

// insertChanges halves what is too large for one statement: a batch is bounded
// by its rows, and the history has the old ones too.
func (s *changeSpan) insertChanges(ctx context.Context, tx bun.Tx, changes []Change) error {
	return inHalves(changes, func(some []Change) error {
		inserted, err := tx.NewInsert().Model(&some).ExcludeColumn("id").Returning("NULL").Exec(ctx)
		if err != nil {
			return fmt.Errorf("record %d changes: %w", len(some), err)
		}
		return s.extend(inserted, len(some))
	})
}
