package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// KeepHoldIn asks to keep a set of held deletions.
type KeepHoldIn struct {
	ScopeIn
	Writer int             `json:"writer"` // of the candidates
	Digest resource.Digest `json:"digest"`
	// Op names the set; empty is diff.Candidates, which has all of them.
	Op diff.Op `json:"op,omitempty"`
	// Stands is set if the set waits for a decision, whatever runs come after. It says
	// since when, why, and of how many rows. Without it the set could not be confirmed,
	// and waits only until the next run asks again.
	Stands *diff.Standing `json:"stands,omitempty"`
	// Approved are those of the bundle, which says them once.
	Approved []string `json:"-"`
}

// KeepHoldOut says how the set differs from one that was approved.
type KeepHoldOut struct {
	// Mismatch is empty where nothing approved concerns the scope.
	Mismatch string `json:"mismatch,omitempty"`
}

// KeepHold keeps the held deletions of a scope under their digest, so that a set can be
// compared with the approval of another one. It does that for the approvals of this
// run.
func (a *Activities) KeepHold(ctx context.Context, in Bundle[KeepHoldIn]) (Results[KeepHoldOut], error) {
	return onScopes(ctx, in, func(ctx context.Context, scope KeepHoldIn) (KeepHoldOut, error) {
		scope.Approved = in.Approved
		return a.keepHold(ctx, scope)
	})
}

func (a *Activities) keepHold(ctx context.Context, in KeepHoldIn) (KeepHoldOut, error) {
	set := store.BatchSet{Lease: in.lease(), Writer: in.Writer, Op: cmp.Or(in.Op, diff.Candidates)}
	var stands *store.StandingHold
	if in.Stands != nil {
		stands = &store.StandingHold{Base: in.Stands.Base, Since: in.Stands.Since, Reason: in.Stands.Reason}
	}
	if err := a.deps.Store.KeepHold(ctx, set, in.Digest, stands); err != nil {
		return KeepHoldOut{}, temporalError(ctx, err)
	}
	if len(in.Approved) == 0 || slices.Contains(in.Approved, in.Digest.String()) { // approved, and held for another reason
		return KeepHoldOut{}, nil
	}
	mismatch, err := a.mismatch(ctx, in, set)
	return KeepHoldOut{Mismatch: mismatch}, temporalError(ctx, err)
}

// mismatch says how the set differs from the approved one of the scope; "" for none. Most
// of what is approved can be of other scopes.
func (a *Activities) mismatch(ctx context.Context, in KeepHoldIn, set store.BatchSet) (string, error) {
	kept, err := a.deps.Store.KeptHolds(ctx, in.Scope.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(in.Approved, func(digest string) bool { return slices.Contains(kept, digest) })
	if i < 0 {
		return "", nil
	}
	approved, err := a.deps.Store.LoadHold(ctx, in.Scope.ID, in.Approved[i])
	if errors.Is(err, store.ErrNotFound) {
		return "", nil // a newer run has just forgotten it
	}
	if err != nil {
		return "", err
	}
	return a.compareHold(ctx, in, set, approved)
}

// compareHold says how the set differs from the approved one.
func (a *Activities) compareHold(ctx context.Context, in KeepHoldIn, set store.BatchSet, approved []resource.Entry) (string, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return "", notConfigured(in.Kind)
	}
	since := diff.New(approved)
	var more, changed []resource.UID
	err = a.deps.Store.EachBatched(ctx, set, func(item staged.Item) error {
		switch since.See(item.Entry) {
		case diff.Add:
			more = append(more, item.UID)
		case diff.Modify:
			changed = append(changed, item.UID)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	var back []resource.UID
	for _, entry := range since.Gone() {
		back = append(back, entry.UID)
	}
	return a.describeMismatch(ctx, kind, map[string][]resource.UID{
		"more would be deleted": more, "no longer would": back, "changed since": changed,
	})
}

func (a *Activities) describeMismatch(ctx context.Context, kind *resource.Kind, sets map[string][]resource.UID) (string, error) {
	parts := []string{}
	for _, what := range [...]string{"more would be deleted", "no longer would", "changed since"} {
		if len(sets[what]) == 0 {
			continue
		}
		sample, err := a.sampleIDs(ctx, kind, sets[what])
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%d %s (%s)", len(sets[what]), what, sample))
	}
	return "the approved set has changed: " + strings.Join(parts, ", "), nil
}

// sampleIDs names the first few of the resources.
func (a *Activities) sampleIDs(ctx context.Context, kind *resource.Kind, uids []resource.UID) (string, error) {
	const few = 3
	first := uids[:min(few, len(uids))]
	nativeIDs, err := a.deps.Store.NativeIDs(ctx, kind, first)
	if err != nil {
		return "", err
	}
	names := make([]string, 0, few+1)
	for _, uid := range first {
		name, stored := nativeIDs[uid]
		if !stored {
			name = "uid " + uid.String()
		}
		names = append(names, name)
	}
	if len(uids) > few {
		names = append(names, "…")
	}
	return strings.Join(names, ", "), nil
}
