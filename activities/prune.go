package activities

import (
	"context"
	"errors"
	"fmt"

	"cloudsync/resource"
	"cloudsync/store"
)

// PlanPrune finds the rows of scopes that the configuration no longer has. It
// changes nothing.
func (a *Activities) PlanPrune(ctx context.Context, in PlanPruneIn) (PlanPruneOut, error) {
	defer startBeat(ctx).stop()
	only, err := resource.ParsePlaces(in.Only)
	if err != nil {
		return PlanPruneOut{}, nonRetryable(BadInputType, err)
	}
	names := a.deps.Kinds.Names()
	if in.Kind != "" {
		names = []string{in.Kind}
	}
	plan := &prunePlan{store: a.deps.Store, only: only, out: PlanPruneOut{Orphans: []OrphanScope{}}}
	for _, name := range names {
		kind, err := a.deps.Kinds.Kind(name)
		if err != nil {
			return PlanPruneOut{}, nonRetryable(BadInputType, err)
		}
		if err := plan.addKind(ctx, kind, a.coverageOf(ctx, name)); err != nil {
			return PlanPruneOut{}, temporalError(ctx, err)
		}
	}
	return plan.out, nil
}

// ClaimOrphans begins a run and claims scopes for it, so that no run of an older
// configuration writes to them any more. It refuses a scope that is configured, or
// whose rows are not those of the plan.
func (a *Activities) ClaimOrphans(ctx context.Context, in ClaimOrphansIn) (ClaimOrphansOut, error) {
	defer startBeat(ctx).stop()
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return ClaimOrphansOut{}, nonRetryable(BadInputType, err)
	}
	known, err := a.deps.Store.KnownScopes(ctx, in.Kind)
	if err != nil {
		return ClaimOrphansOut{}, temporalError(ctx, err)
	}
	run, err := a.deps.Store.BeginRun(ctx, store.Run{
		RunID: in.RunID, WorkflowID: in.WorkflowID, Kind: in.Kind, StartedAt: in.StartedAt,
	})
	if err != nil {
		return ClaimOrphansOut{}, temporalError(ctx, err)
	}
	c := orphanClaim{store: a.deps.Store, kind: kind, run: run, coverage: a.coverageOf(ctx, in.Kind), known: known}
	out := ClaimOrphansOut{Run: run, Scopes: make([]ClaimedOrphan, len(in.Scopes))}
	for i, scope := range in.Scopes {
		if out.Scopes[i], err = c.claim(ctx, scope); err != nil {
			return ClaimOrphansOut{}, temporalError(ctx, err)
		}
	}
	return out, nil
}

// orphanClaim claims scopes for a run that prunes.
type orphanClaim struct {
	store    *store.Store
	kind     *resource.Kind
	run      RunRef
	coverage coverage
	known    []store.KnownScope
}

func (c orphanClaim) claim(ctx context.Context, asked PruneScope) (ClaimedOrphan, error) {
	claimed := ClaimedOrphan{ID: asked.ID}
	scope := findScope(c.known, asked.ID)
	if scope == nil {
		claimed.Refused = fmt.Sprintf("%s has no scope %d", c.kind.Name(), asked.ID)
		return claimed, nil
	}
	claimed.Place = placeText(scope.Scope)
	if _, covered := c.coverage.judge(scope.Scope); covered != "" {
		claimed.Refused = covered
		return claimed, nil
	}
	_, err := c.store.ClaimScopes(ctx, c.run, []int64{asked.ID})
	if errors.Is(err, store.ErrSuperseded) {
		claimed.Refused = "a newer run has claimed it: the configuration of some worker still has it"
		return claimed, nil
	}
	if err != nil {
		return claimed, err
	}
	// From here on nobody writes to the scope but restores, which take no lease.
	lease := store.Lease{RunID: c.run.ID, ScopeID: asked.ID, Fence: c.run.Number}
	if claimed.Seen, err = c.store.LastChange(ctx, lease); err != nil {
		return claimed, err
	}
	digest, err := c.store.FoldScope(ctx, c.kind, asked.ID)
	if err != nil {
		return claimed, err
	}
	claimed.Rows = digest.Count
	if digest.String() != asked.Digest {
		claimed.Refused = fmt.Sprintf("its rows are no longer those of the plan: it has %d", digest.Count)
	}
	return claimed, nil
}

// PruneScope deletes the rows of a claimed scope, with their images in the history. It
// needs no checkpoint but the table: another attempt looks again at the rows that are
// left.
func (a *Activities) PruneScope(ctx context.Context, in PruneScopeIn) (PruneScopeOut, error) {
	beat := startBeat(ctx)
	defer beat.stop()
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return PruneScopeOut{}, nonRetryable(BadInputType, err)
	}
	known, err := a.deps.Store.KnownScopes(ctx, in.Kind)
	if err != nil {
		return PruneScopeOut{}, temporalError(ctx, err)
	}
	scope := findScope(known, in.ScopeID)
	if scope == nil {
		return PruneScopeOut{}, nonRetryable(BadInputType, fmt.Errorf("%s has no scope %d", in.Kind, in.ScopeID))
	}
	order := store.Pruning{
		Lease: store.Lease{RunID: in.Run.ID, ScopeID: in.ScopeID, Fence: in.Run.Number}, Scope: scope.Scope, Seen: in.Seen,
	}
	var out PruneScopeOut
	for after := (*resource.UID)(nil); ; {
		if beat.workerStops() {
			return PruneScopeOut{}, temporalError(ctx, errWorkerStops)
		}
		pruned, err := a.deps.Store.PruneBatch(ctx, kind, order, after)
		if store.IsUnreadable(err) {
			return PruneScopeOut{}, nonRetryable(UnreadableType, fmt.Errorf("%w: somebody edited a row by hand: run `starter verify %s --repair` first", err, in.Kind))
		}
		if err != nil {
			return PruneScopeOut{}, temporalError(ctx, err)
		}
		out.Restored += pruned.Restored
		out.Elsewhere += pruned.Elsewhere
		if after = pruned.Last; after == nil {
			return out, nil
		}
	}
}

// RecordPrune records what became of the scopes, and of the run. How many rows
// were deleted is as the history has it, so that it is right after any failure.
func (a *Activities) RecordPrune(ctx context.Context, in RecordRunIn) (RecordPruneOut, error) {
	defer startBeat(ctx).stop()
	for i := range in.Scopes {
		in.Final.Stats.Add(in.Scopes[i].Stats)
	}
	rows := scopeRows(in.Scopes)
	for i := range rows {
		rows[i].Complete = false // nothing was listed
	}
	concluded, err := a.deps.Store.Conclude(ctx, in.Run, runRow(in), rows)
	if err != nil {
		return RecordPruneOut{}, temporalError(ctx, err)
	}
	out := RecordPruneOut{Deleted: make([]int64, len(in.Scopes))}
	for i := range in.Scopes {
		out.Deleted[i] = concluded.Scopes[in.Scopes[i].ID].Deleted
	}
	return out, nil
}
