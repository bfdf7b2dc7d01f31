package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"

	"cloudsync/resource"
	"cloudsync/store"
)

// noteVersion records, before the first row is written, since when this version
// of the kind computes hashes.
func (a *Activities) noteVersion(ctx context.Context, name string) error {
	kind, err := a.deps.Kinds.Kind(name)
	if err != nil {
		return notConfigured(name)
	}
	_, err = a.deps.Store.HashedSince(ctx, kind)
	return err
}

// FindVerifyScopes finds the scopes that a kind's rows are of.
func (a *Activities) FindVerifyScopes(ctx context.Context, in FindVerifyScopesIn) (FindVerifyScopesOut, error) {
	defer startBeat(ctx).stop()
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return FindVerifyScopesOut{}, nonRetryable(NotConfiguredType, err)
	}
	places, err := resource.ParsePlaces(in.Only)
	if err != nil {
		return FindVerifyScopesOut{}, nonRetryable(BadInputType, err)
	}
	known, err := a.deps.Store.KnownScopes(ctx, in.Kind)
	if err != nil {
		return FindVerifyScopesOut{}, temporalError(ctx, err)
	}
	if !slices.ContainsFunc(known, func(scope store.KnownScope) bool { return places.Has(scope.Scope) }) && len(places) > 0 {
		return FindVerifyScopesOut{}, nonRetryable(BadInputType, fmt.Errorf("%s has no scope in %v", in.Kind, in.Only))
	}
	ids, err := a.deps.Store.ScopesOfRows(ctx, kind)
	if err != nil {
		return FindVerifyScopesOut{}, temporalError(ctx, err)
	}
	return FindVerifyScopesOut{ScopeIDs: slices.DeleteFunc(ids, func(id int64) bool {
		scope := findScope(known, id)
		return len(places) > 0 && (scope == nil || !places.Has(scope.Scope))
	})}, nil
}

func findScope(known []store.KnownScope, id int64) *store.KnownScope {
	if i := slices.IndexFunc(known, func(scope store.KnownScope) bool { return scope.ID == id }); i >= 0 {
		return &known[i]
	}
	return nil
}

// VerifyScopes reads the rows of scopes, computes their uid and hash from the
// columns, and records those that do not fit. With Repair it marks them, so that
// the next sync finds them modified and writes what the cloud has.
func (a *Activities) VerifyScopes(ctx context.Context, in VerifyScopesIn) (Verified, error) {
	v := &verification{store: a.deps.Store, in: in, beat: startBeat(ctx)}
	defer v.beat.stop()
	var err error
	if v.kind, err = a.deps.Kinds.Kind(in.Kind); err != nil {
		return Verified{}, nonRetryable(NotConfiguredType, err)
	}
	v.resume(ctx)
	if err := v.run(ctx); err != nil {
		return Verified{}, temporalError(ctx, err)
	}
	return v.Verified, nil
}

// verifyProgress is what a retried VerifyScopes goes on from.
type verifyProgress struct {
	Verified
	Done  int           `json:"done"`            // scopes
	After *resource.UID `json:"after,omitempty"` // the last row read of the next scope
}

// verification is one attempt to verify scopes.
type verification struct {
	verifyProgress
	store *store.Store
	kind  *resource.Kind
	in    VerifyScopesIn
	known []store.KnownScope
	since time.Time
	beat  *beat
}

// resume goes on where an earlier attempt left a checkpoint.
func (v *verification) resume(ctx context.Context) {
	var saved verifyProgress
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &saved) == nil {
		v.verifyProgress = saved
		v.beat.save(saved)
	}
}

func (v *verification) run(ctx context.Context) (err error) {
	if v.since, err = v.store.HashedSince(ctx, v.kind); err != nil {
		return err
	}
	if v.known, err = v.store.KnownScopes(ctx, v.in.Kind); err != nil {
		return err
	}
	for v.Done < len(v.in.ScopeIDs) {
		if err := v.page(ctx, v.in.ScopeIDs[v.Done]); err != nil {
			return err
		}
		v.checkpoint()
		if v.beat.workerStops() {
			return errWorkerStops
		}
	}
	return nil
}

// checkpoint saves a copy: the beats read it.
func (v *verification) checkpoint() {
	saved := v.verifyProgress
	saved.Sample = slices.Clone(v.Sample)
	v.beat.save(saved)
}

// page verifies the next rows of the scope.
func (v *verification) page(ctx context.Context, scopeID int64) error {
	page, err := v.store.ReadStored(ctx, v.kind, scopeID, v.After)
	if err != nil {
		return err
	}
	found := Verified{Rows: int64(len(page.Rows) + len(page.Unreadable))}
	scope := findScope(v.known, scopeID)
	drifted := v.judge(scope, scopeID, page, &found)
	found.Drifted = int64(len(drifted))
	if found.Marked, err = v.store.RecordDrift(ctx, v.kind, drifted, v.in.Repair); err != nil {
		return err
	}
	found.Sample = sampleOf(drifted, scope)
	v.Add(found)
	if v.After = page.Last; v.After == nil {
		v.Done++
	}
	return nil
}

func (v *verification) judge(scope *store.KnownScope, scopeID int64, page store.StoredPage, found *Verified) (drifted []store.Drift) {
	judge := verifier{kind: v.kind, scope: scope, since: v.since}
	for _, row := range page.Rows {
		stored := *row.RowMeta()
		result := judge.judge(row)
		if result.outdated {
			found.Outdated++
		}
		if result.what != "" {
			drift := v.drift(stored.Entry(), scopeID, result.what, result.reason)
			drift.NativeID = stored.NativeID
			drifted = append(drifted, drift)
		}
	}
	for _, row := range page.Unreadable {
		drift := v.drift(row.Entry, scopeID, DriftUnreadable, row.Problem)
		drift.NativeID, drift.Unreadable = row.NativeID, true
		drifted = append(drifted, drift)
	}
	return drifted
}

func (v *verification) drift(seen resource.Entry, scopeID int64, what DriftType, reason string) store.Drift {
	return store.Drift{
		RunID: v.in.RunID, UID: seen.UID, Kind: v.kind.Name(), ScopeID: scopeID, Hash: seen.Hash,
		What: string(what), Reason: reason, Marked: seen.Hash == store.MarkedHash,
	}
}

// maxSampleText bounds each text of a sample, in bytes.
const maxSampleText = 200

func sampleOf(drifted []store.Drift, scope *store.KnownScope) []DriftedRow {
	place := "?"
	if scope != nil {
		place = scope.Scope.Place()
	}
	sample := make([]DriftedRow, 0, min(len(drifted), maxDriftSample))
	for _, drift := range drifted[:cap(sample)] {
		sample = append(sample, DriftedRow{
			UID: drift.UID, NativeID: cutText(drift.NativeID), Place: cutText(place),
			What: DriftType(drift.What), Reason: cutText(drift.Reason), Marked: drift.Marked,
		})
	}
	return sample
}

// cutText shortens a text for a sample.
func cutText(text string) string {
	return cutAt(strings.ToValidUTF8(text, "\uFFFD"), maxSampleText)
}
