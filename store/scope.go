package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// Lease is a run's claim on a scope. Whatever writes to the scope carries it,
// and is refused once a newer run has claimed the scope. The fence is the number
// of the run, so it grows with each run and a late claim of an old run cannot
// win a scope back.
type Lease struct {
	RunID   string `json:"runId"`
	ScopeID int64  `json:"scopeId"`
	Fence   int64  `json:"fence"`
}

// Claim is a claimed scope.
type Claim struct {
	Lease
	Scope resource.Scope
}

type scopeRow struct {
	bun.BaseModel `bun:"table:sync_scope,alias:scope"`

	ID        int64     `bun:"id,pk,autoincrement"`
	Kind      string    `bun:"kind"`
	Provider  string    `bun:"provider"`
	Account   string    `bun:"account"`
	Region    string    `bun:"region"`
	Fence     int64     `bun:"fence"`
	ClaimedBy string    `bun:"claimed_by"`
	ClaimedAt time.Time `bun:"claimed_at,nullzero"`
	CreatedAt time.Time `bun:"created_at"`
}

func (r *scopeRow) scope() resource.Scope {
	return resource.Scope{Kind: r.Kind, Provider: r.Provider, Account: r.Account, Region: r.Region}
}

// EnsureScopes returns the ids of the scopes, all of one kind, in their order,
// and registers those that are new.
func (s *Store) EnsureScopes(ctx context.Context, kind string, scopes []resource.Scope) ([]int64, error) {
	known, err := s.scopeIDs(ctx, kind)
	if err != nil {
		return nil, err
	}
	if missing := s.newScopes(scopes, known); len(missing) > 0 {
		if err := s.register(ctx, missing); err != nil {
			return nil, fmt.Errorf("register %d scopes of %s: %w", len(missing), kind, err)
		}
		if known, err = s.scopeIDs(ctx, kind); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, len(scopes))
	for i, scope := range scopes {
		id, ok := known[scope]
		if !ok { // IGNORE cuts a name that is too long
			return nil, fmt.Errorf("register scope %s: its names do not fit the columns of sync_scope", scope)
		}
		ids[i] = id
	}
	return ids, nil
}

// register inserts scopes that somebody else may be inserting, in one order, so
// that the two do not wait for each other.
func (s *Store) register(ctx context.Context, scopes []scopeRow) error {
	slices.SortFunc(scopes, func(a, b scopeRow) int { return cmp.Compare(a.scope().String(), b.scope().String()) })
	return s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return inHalves(scopes, func(some []scopeRow) error {
			_, err := tx.NewInsert().Model(&some).ExcludeColumn("id").Ignore().Returning("NULL").Exec(ctx)
			return err
		})
	})
}

func (s *Store) scopeIDs(ctx context.Context, kind string) (map[resource.Scope]int64, error) {
	var rows []scopeRow
	if err := s.db.NewSelect().Model(&rows).Where("kind = ?", kind).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the scopes of %s: %w", kind, err)
	}
	ids := make(map[resource.Scope]int64, len(rows))
	for i := range rows {
		ids[rows[i].scope()] = rows[i].ID
	}
	return ids, nil
}

func (s *Store) newScopes(scopes []resource.Scope, known map[resource.Scope]int64) []scopeRow {
	var rows []scopeRow
	for _, scope := range scopes {
		if _, ok := known[scope]; !ok {
			rows = append(rows, scopeRow{
				Kind: scope.Kind, Provider: scope.Provider, Account: scope.Account, Region: scope.Region, CreatedAt: s.at(),
			})
		}
	}
	return rows
}

// ClaimScopes makes the run the owner of the scopes, by id order: work of any
// earlier run on them is refused from now on, and what it left in staging is
// removed. Claiming again in the same run changes nothing; a scope that a newer
// run has claimed gives ErrSuperseded.
func (s *Store) ClaimScopes(ctx context.Context, run RunRef, scopeIDs []int64) ([]Claim, error) {
	var rows []scopeRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = rows[:0]
		return s.claim(ctx, tx, run, scopeIDs, &rows)
	})
	if err != nil {
		return nil, fmt.Errorf("claim %d scopes: %w", len(scopeIDs), err)
	}
	if err := s.sweepStale(ctx, run, scopeIDs); err != nil {
		return nil, err
	}
	return claimsOf(rows, run), nil
}

// ReadScopes returns the scopes for a plan, by id order, without claiming them.
func (s *Store) ReadScopes(ctx context.Context, plan RunRef, scopeIDs []int64) ([]Claim, error) {
	var rows []scopeRow
	err := s.db.NewSelect().Model(&rows).Where("id IN (?)", bun.List(scopeIDs)).Order("id").Scan(ctx)
	if err == nil && len(rows) != len(scopeIDs) {
		err = fmt.Errorf("%w: only %d are registered", ErrNotFound, len(rows))
	}
	if err != nil {
		return nil, fmt.Errorf("read %d scopes: %w", len(scopeIDs), err)
	}
	return claimsOf(rows, plan), nil
}

func claimsOf(rows []scopeRow, run RunRef) []Claim {
	claims := make([]Claim, len(rows))
	for i := range rows {
		claims[i] = Claim{
			Lease: Lease{RunID: run.ID, ScopeID: rows[i].ID, Fence: run.Number},
			Scope: rows[i].scope(),
		}
	}
	return claims
}

func (s *Store) claim(ctx context.Context, tx bun.Tx, run RunRef, scopeIDs []int64, rows *[]scopeRow) error {
	_, err := tx.NewUpdate().Model((*scopeRow)(nil)).
		Set("fence = ?", run.Number).Set("claimed_by = ?", run.ID).Set("claimed_at = ?", s.at()).
		Where("id IN (?)", bun.List(scopeIDs)).Where("fence < ?", run.Number).Exec(ctx)
	if err != nil {
		return err
	}
	if err := tx.NewSelect().Model(rows).Where("id IN (?)", bun.List(scopeIDs)).Order("id").Scan(ctx); err != nil {
		return err
	}
	if len(*rows) != len(scopeIDs) {
		return fmt.Errorf("%w: only %d are registered", ErrNotFound, len(*rows))
	}
	for _, row := range *rows {
		if row.Fence != run.Number {
			return fmt.Errorf("scope %d is claimed by run %s: %w", row.ID, row.ClaimedBy, ErrSuperseded)
		}
	}
	return nil
}

// anyRecord is for what a run may do after its end is recorded, too: it changes no row
// of the inventory.
const anyRecord = true

// holdFence makes sure, to the end of the transaction, that the lease is the newest,
// and that the run has recorded its end or not, as recorded says: see changing in run_tally.go.
func holdFence(ctx context.Context, tx bun.Tx, lease Lease, recorded bool) error {
	lock := "LOCK IN SHARE MODE" // MariaDB has no FOR SHARE
	if recorded {
		lock = "FOR UPDATE"
	}
	var fence int64
	var holder, outcome string
	err := tx.NewRaw(`SELECT scope.fence, scope.claimed_by, COALESCE(run.outcome, ?) FROM sync_scope AS scope
		LEFT JOIN sync_run AS run ON run.run_id = ? WHERE scope.id = ? `+lock,
		OutcomeRunning, lease.RunID, lease.ScopeID).Scan(ctx, &fence, &holder, &outcome)
	if err != nil {
		return fmt.Errorf("read the fence of scope %d: %w", lease.ScopeID, err)
	}
	if fence != lease.Fence {
		return fmt.Errorf("scope %d is claimed by run %s: %w", lease.ScopeID, holder, ErrSuperseded)
	}
	if outcome != OutcomeRunning && !recorded {
		return errRecorded
	}
	return nil
}
