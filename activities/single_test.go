package activities_test

import (
	"context"
	"encoding/json"

	"cloudsync/activities"
)

// single has the activities for one scope: as a bundle that has no other.
type single struct{ *activities.Activities }

// alone has an activity do its work for one scope. A result that is a failure is an
// error, as it is to the workflow.
func alone[In, Out any](ctx context.Context, do func(context.Context, activities.Bundle[In]) (activities.Results[Out], error), of activities.ScopeIn, in In) (out Out, err error) {
	asked, err := travelled(activities.Bundle[In]{Kind: of.Kind, Run: of.Run, Scopes: []In{in}})
	if err != nil {
		return out, err
	}
	all, err := do(ctx, asked)
	if err == nil {
		all, err = travelled(all)
	}
	if err != nil {
		return out, err
	}
	return all.Scopes[0].Out, all.Scopes[0].Failure.Err()
}

// travelled is a value after its way through a history.
func travelled[T any](value T) (arrived T, err error) {
	encoded, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(encoded, &arrived)
	}
	return arrived, err
}

func (s single) FetchCloud(ctx context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
	return alone(ctx, s.Activities.FetchCloud, in, in)
}

func (s single) ComputeDiff(ctx context.Context, in activities.ComputeDiffIn) (activities.ComputeDiffOut, error) {
	return alone(ctx, s.Activities.ComputeDiff, in.ScopeIn, in)
}

func (s single) ApplyAdds(ctx context.Context, in activities.ApplyIn) (activities.Counts, error) {
	return alone(ctx, s.Activities.ApplyAdds, in.ScopeIn, in)
}

func (s single) ApplyMods(ctx context.Context, in activities.ApplyIn) (activities.Counts, error) {
	return alone(ctx, s.Activities.ApplyMods, in.ScopeIn, in)
}

func (s single) BatchDelete(ctx context.Context, in activities.ApplyIn) (activities.Counts, error) {
	return alone(ctx, s.Activities.BatchDelete, in.ScopeIn, in)
}

func (s single) ConfirmAbsent(ctx context.Context, in activities.ConfirmAbsentIn) (activities.ConfirmAbsentOut, error) {
	return alone(ctx, s.Activities.ConfirmAbsent, in.ScopeIn, in)
}

func (s single) KeepHold(ctx context.Context, in activities.KeepHoldIn) (activities.KeepHoldOut, error) {
	keep := func(ctx context.Context, bundle activities.Bundle[activities.KeepHoldIn]) (activities.Results[activities.KeepHoldOut], error) {
		bundle.Approved = in.Approved
		return s.Activities.KeepHold(ctx, bundle)
	}
	return alone(ctx, keep, in.ScopeIn, in)
}

func (s single) DescribePlan(ctx context.Context, in activities.DescribePlanIn) (activities.DescribePlanOut, error) {
	return alone(ctx, s.Activities.DescribePlan, in.ScopeIn, in)
}

func (s single) CountApplied(ctx context.Context, in activities.CountAppliedIn) (activities.Counts, error) {
	return alone(ctx, s.Activities.CountApplied, in.ScopeIn, in)
}

// scopeIDs are all that were listed.
func scopeIDs(out activities.ListScopesOut) (ids []int64) {
	for _, account := range out.Scopes {
		ids = append(ids, account.IDs...)
	}
	return ids
}
