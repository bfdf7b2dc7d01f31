package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// StandingHold is the deletions of a scope that wait for a decision: until they are
// approved, or the cloud lists them again.
type StandingHold struct {
	Base   int64     // rows that the scope had when the hold began
	Since  int64     // number of the run that held first
	At     time.Time // of that run; KeepHold sets it
	Reason string    // why it stands: see diff.Standing
	// Digest is that of the entries; KeepHold has it apart.
	Digest  string
	Entries []resource.Entry // by UID
	// Lost says that nobody knows the entries any more: any row may be one.
	Lost bool
}

type scopeHoldRow struct {
	bun.BaseModel `bun:"table:sync_scope_hold,alias:scope_hold"`

	ScopeID int64     `bun:"scope_id,pk"`
	Digest  string    `bun:"digest"`
	Rows    int64     `bun:"row_count"`
	Base    int64     `bun:"base_rows"`
	Since   int64     `bun:"since_run"`
	At      time.Time `bun:"since"`
	Reason  string    `bun:"reason"`
}

// stand makes the set the one that waits in the scope.
func (s *Store) stand(ctx context.Context, tx bun.Tx, lease Lease, digest resource.Digest, hold StandingHold) error {
	row := scopeHoldRow{
		ScopeID: lease.ScopeID, Digest: digest.String(), Rows: digest.Count,
		Base: hold.Base, Since: hold.Since, At: s.at(), Reason: clip(hold.Reason, 512),
	}
	var before scopeHoldRow
	err := tx.NewSelect().Model(&before).Where("scope_id = ?", lease.ScopeID).Scan(ctx)
	switch {
	case err == nil && before.Since == hold.Since:
		row.At = before.At
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	}
	if _, err := tx.NewDelete().Model((*scopeHoldRow)(nil)).Where("scope_id = ?", lease.ScopeID).Exec(ctx); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// LoadStandingHold returns the hold that stands in the scope; ErrNotFound for none.
func (s *Store) LoadStandingHold(ctx context.Context, scopeID int64) (StandingHold, error) {
	var row scopeHoldRow
	err := s.db.NewSelect().Model(&row).Where("scope_id = ?", scopeID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return StandingHold{}, fmt.Errorf("read the hold of scope %d: %w", scopeID, err)
	}
	hold := StandingHold{Base: row.Base, Since: row.Since, At: row.At, Reason: row.Reason, Digest: row.Digest}
	hold.Entries, err = s.LoadHold(ctx, scopeID, row.Digest)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, resource.ErrCorrupt):
		hold.Lost = true
	case err != nil:
		return hold, err
	case digestOf(hold.Entries).String() != row.Digest:
		hold.Lost = true
	}
	if hold.Lost { // somebody has removed them, or edited them: no reason to delete any
		hold.Entries = nil
	}
	return hold, nil
}

func digestOf(entries []resource.Entry) (digest resource.Digest) {
	for _, entry := range entries {
		digest.Add(entry)
	}
	return digest
}

// ScopesWithHold returns those of the scopes in which a hold stands.
func (s *Store) ScopesWithHold(ctx context.Context, scopeIDs []int64) (map[int64]bool, error) {
	var held []int64
	err := s.db.NewSelect().Model((*scopeHoldRow)(nil)).Column("scope_id").Where("scope_id IN (?)", bun.List(scopeIDs)).Scan(ctx, &held)
	if err != nil {
		return nil, fmt.Errorf("look for holds in %d scopes: %w", len(scopeIDs), err)
	}
	found := make(map[int64]bool, len(held))
	for _, id := range held {
		found[id] = true
	}
	return found, nil
}

// EndHold ends the hold that stands in the scope, for the lease that is the newest
// on it: the cloud has listed its rows again, or it was approved.
func (s *Store) EndHold(ctx context.Context, lease Lease) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := holdFence(ctx, tx, lease, anyRecord); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*scopeHoldRow)(nil)).Where("scope_id = ?", lease.ScopeID).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("end the hold of scope %d: %w", lease.ScopeID, err)
	}
	return nil
}
