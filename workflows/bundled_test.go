package workflows_test

import (
	"context"
	"encoding/json"
	"errors"

	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
)

// bundledWorld is a world whose scopes are asked for in bundles.
type bundledWorld struct{ *world }

// ofEach asks for each scope of a bundle: what fails for good is that scope's, another
// error the attempt's.
func ofEach[In, Out any](ctx context.Context, in activities.Bundle[In], do func(context.Context, In) (Out, error)) (activities.Results[Out], error) {
	var all activities.Results[Out]
	for _, scope := range in.Scopes {
		out, err := do(ctx, scope)
		var application *temporal.ApplicationError
		if errors.As(err, &application) && application.NonRetryable() {
			failure := &activities.Failure{Type: application.Type(), Text: application.Message(), Refusal: activities.Refusal{OfAccount: activities.IsOfAccount(err)}}
			all.Scopes = append(all.Scopes, activities.Result[Out]{Failure: failure})
			continue
		}
		if err != nil {
			return all, err
		}
		all.Scopes = append(all.Scopes, activities.Result[Out]{Out: out})
	}
	return all, nil
}

func (w bundledWorld) FetchCloud(ctx context.Context, in activities.Bundle[activities.ScopeIn]) (activities.Results[activities.FetchCloudOut], error) {
	if w.bundled != nil {
		w.bundled(in.Scopes)
	}
	return ofEach(ctx, in, w.world.FetchCloud)
}

func (w bundledWorld) ComputeDiff(ctx context.Context, in activities.Bundle[activities.ComputeDiffIn]) (activities.Results[activities.ComputeDiffOut], error) {
	return ofEach(ctx, in, w.world.ComputeDiff)
}

func (w bundledWorld) ApplyAdds(ctx context.Context, in activities.Bundle[activities.ApplyIn]) (activities.Results[activities.Counts], error) {
	return ofEach(ctx, in, w.world.ApplyAdds)
}

func (w bundledWorld) ApplyMods(ctx context.Context, in activities.Bundle[activities.ApplyIn]) (activities.Results[activities.Counts], error) {
	return ofEach(ctx, in, w.world.ApplyMods)
}

func (w bundledWorld) BatchDelete(ctx context.Context, in activities.Bundle[activities.ApplyIn]) (activities.Results[activities.Counts], error) {
	return ofEach(ctx, in, w.world.BatchDelete)
}

func (w bundledWorld) ConfirmAbsent(ctx context.Context, in activities.Bundle[activities.ConfirmAbsentIn]) (activities.Results[activities.ConfirmAbsentOut], error) {
	return ofEach(ctx, in, w.world.ConfirmAbsent)
}

func (w bundledWorld) KeepHold(ctx context.Context, in activities.Bundle[activities.KeepHoldIn]) (activities.Results[activities.KeepHoldOut], error) {
	encoded, err := json.Marshal(in)
	if err != nil || len(encoded) >= 64<<10 {
		return activities.Results[activities.KeepHoldOut]{}, temporal.NewNonRetryableApplicationError("a payload of 64 KiB", "PanicError", err)
	}
	return ofEach(ctx, in, func(ctx context.Context, scope activities.KeepHoldIn) (activities.KeepHoldOut, error) {
		scope.Approved = in.Approved
		return w.world.KeepHold(ctx, scope)
	})
}

func (w bundledWorld) DescribePlan(ctx context.Context, in activities.Bundle[activities.DescribePlanIn]) (activities.Results[activities.DescribePlanOut], error) {
	return ofEach(ctx, in, w.world.DescribePlan)
}

func (w bundledWorld) CountApplied(ctx context.Context, in activities.Bundle[activities.CountAppliedIn]) (activities.Results[activities.Counts], error) {
	return ofEach(ctx, in, w.world.CountApplied)
}
