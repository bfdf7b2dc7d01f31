package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
)

const (
	// bundleScopes is how many scopes a bundle has at most: what an activity returns of
	// them stays far below 64 KiB.
	bundleScopes = 50
	// bundleRows is how many rows a bundle has at most, unless one scope alone has more.
	bundleRows = 150_000
	// newScopeRows is what a scope counts for of which nothing is stored: nobody knows how
	// many rows it has.
	newScopeRows = 7500
)

// bundlesOf divides scopes into bundles, each of one account, in the order of their first
// scopes. There are so many of them that all turns are used, where several bundles may be
// worked on at once.
func bundlesOf(scopes []activities.LocalScope, atOnce int) (bundles [][]activities.LocalScope) {
	type room struct {
		bundle, scopes int
		rows           int64
	}
	open := map[resource.Account]room{}
	ofTurn := ceilDiv(len(scopes), max(1, atOnce))
	for _, scope := range scopes {
		rows := scope.Local.Count
		if rows == 0 {
			rows = newScopeRows
		}
		if rows >= bundleRows { // the small ones after it go on with those before
			bundles = append(bundles, []activities.LocalScope{scope})
			continue
		}
		in, ok := open[scope.Owner()]
		if !ok || len(bundles[in.bundle]) == in.scopes || in.rows+rows > bundleRows {
			in = room{bundle: len(bundles), scopes: min(bundleScopes, ofTurn*scope.SideBySide())}
			bundles = append(bundles, nil)
		}
		in.rows += rows
		bundles[in.bundle] = append(bundles[in.bundle], scope)
		open[scope.Owner()] = in
	}
	return bundles
}

// bundleRun is the sync of a bundle. Each activity is given the scopes that need it; what
// happens to one of them stays with it.
type bundleRun struct {
	kind   string
	run    activities.RunRef
	scopes []*scopeRun
	// approved are the digests that an activity is told of, if any.
	approved []string
}

// do syncs the scopes. Their records say what became of them.
func (b *bundleRun) do(ctx workflow.Context) {
	b.fetch(ctx)
	b.compare(ctx)
	if b.run.IsPlan() {
		b.describe(ctx)
	} else {
		b.apply(ctx)
	}
	for _, s := range b.scopes {
		s.settle()
	}
}

// those are the scopes that nothing ended yet and for which the condition holds.
func (b *bundleRun) those(holds func(*scopeRun) bool) (some []*scopeRun) {
	for _, s := range b.scopes {
		if !s.ended && holds(s) {
			some = append(some, s)
		}
	}
	return some
}

func (b *bundleRun) fetch(ctx workflow.Context) {
	for _, s := range b.scopes {
		s.begin()
	}
	scopes := b.those(always)
	for _, s := range scopes {
		s.account.Asks()
	}
	ask(ctx, b, step{"list", a.FetchCloud}, scopes, (*scopeRun).in, (*scopeRun).takeSnapshot)
}

func (b *bundleRun) compare(ctx workflow.Context) {
	in := func(s *scopeRun) activities.ComputeDiffIn {
		return activities.ComputeDiffIn{ScopeIn: s.in(), Snapshot: s.snapshot}
	}
	ask(ctx, b, step{"compare", a.ComputeDiff}, b.those(always), in, (*scopeRun).takeFound)
}

// describe reads what a plan found, as far as it fits.
func (b *bundleRun) describe(ctx workflow.Context) {
	scopes := b.those((*scopeRun).hasChanges)
	in := func(s *scopeRun) activities.DescribePlanIn { // together they fit one payload
		return activities.DescribePlanIn{ScopeIn: s.in(), Writer: s.found.Writer, MaxBytes: min(s.planBytes, maxPlanBytes/len(scopes))}
	}
	ask(ctx, b, step{"describe the plan for", a.DescribePlan}, scopes, in,
		func(s *scopeRun, out activities.DescribePlanOut, err error) {
			s.planned = out.Changes
			s.fail(err)
		})
}

// apply applies what was found. Held deletions are kept before anything else: a run that
// ends in between would leave its additions, and the next one would not know what was
// held. Additions come before deletions, so that a resource that moved is in the
// inventory throughout.
func (b *bundleRun) apply(ctx workflow.Context) {
	b.keepHolds(ctx, func(s *scopeRun) bool { return s.held.rows > 0 }, (*scopeRun).keepStanding)
	together(ctx,
		func(ctx workflow.Context) { b.operate(ctx, additions) },
		func(ctx workflow.Context) { b.operate(ctx, modifications) },
		b.confirm)
	for _, s := range b.those((*scopeRun).isGoing) {
		s.takeConfirmed()
	}
	b.keepHolds(ctx, func(s *scopeRun) bool { return s.notConfirmed != nil }, (*scopeRun).keepUnconfirmed)
	b.operate(ctx, deletions)
}

// keepHolds keeps held sets for an approval.
func (b *bundleRun) keepHolds(ctx workflow.Context, holds func(*scopeRun) bool, in func(*scopeRun) activities.KeepHoldIn) {
	telling := *b // of the approvals, once
	if approval := b.scopes[0].approval; approval != nil {
		telling.approved = approval.Digests
	}
	ask(ctx, &telling, step{"hold deletions in", a.KeepHold}, b.those(holds), in, func(s *scopeRun, out activities.KeepHoldOut, err error) {
		if out.Mismatch != "" {
			s.record.Reason = join(s.record.Reason, out.Mismatch)
		}
		s.fail(err)
	})
}

// confirm asks for the deletions that go on by their ids.
func (b *bundleRun) confirm(ctx workflow.Context) {
	in := func(s *scopeRun) activities.ConfirmAbsentIn {
		return activities.ConfirmAbsentIn{
			ApplyIn: activities.ApplyIn{ScopeIn: s.in(), Writer: s.found.Writer}, Op: s.going.op,
			EndsHold: s.matched != "" || s.found.Back > 0 && s.held.rows == 0,
		}
	}
	ask(ctx, b, step{"look up deletions in", a.ConfirmAbsent}, b.those((*scopeRun).isGoing), in,
		func(s *scopeRun, out activities.ConfirmAbsentOut, err error) { s.absent, s.notConfirmed = out, err })
}

// operation is one of those that change the inventory.
type operation struct {
	step
	op diff.Op
	// rows is how many it has to do in a scope, and in which batches.
	rows   func(*scopeRun) int64
	writer func(*scopeRun) int
	done   func(*activities.Stats) *int64
}

var (
	additions = operation{
		step{"add to", a.ApplyAdds}, diff.Add,
		func(s *scopeRun) int64 {
			if s.addsWait {
				return 0
			}
			return s.found.ToAdd
		},
		func(s *scopeRun) int { return s.found.Writer },
		func(stats *activities.Stats) *int64 { return &stats.SuAdd },
	}
	modifications = operation{
		step{"modify in", a.ApplyMods}, diff.Modify,
		func(s *scopeRun) int64 { return s.found.ToMod },
		func(s *scopeRun) int { return s.found.Writer },
		func(stats *activities.Stats) *int64 { return &stats.SuMod },
	}
	deletions = operation{
		step{"delete from", a.BatchDelete}, diff.Delete,
		func(s *scopeRun) int64 { return s.absent.Absent },
		func(s *scopeRun) int { return s.absent.Writer },
		func(stats *activities.Stats) *int64 { return &stats.SuDel },
	}
)

func (o operation) in(s *scopeRun) activities.ApplyIn {
	return activities.ApplyIn{ScopeIn: s.in(), Writer: o.writer(s)}
}

// operate does an operation in the scopes that have rows for it, and counts what became
// of them, also where it failed or was cancelled.
func (b *bundleRun) operate(ctx workflow.Context, o operation) {
	take := func(s *scopeRun, counts activities.Counts) {
		*o.done(&s.record.Stats) = counts.Applied
		s.record.Stats.Rehashed += counts.Rehashed
		s.record.Stats.FailedRows += counts.Failed
		s.skipped += counts.Skipped
	}
	var broken []*scopeRun
	ask(ctx, b, o.step, b.those(func(s *scopeRun) bool { return o.rows(s) > 0 }), o.in, func(s *scopeRun, counts activities.Counts, err error) {
		take(s, counts)
		if err != nil {
			broken = append(broken, s)
		}
		s.fail(err)
	})
	b.countApplied(ctx, o, broken, take)
}

// countApplied counts what an operation did before it failed, for the progress that the
// run shows. If a newer run has swept the ledger, only the record of the run will tell.
func (b *bundleRun) countApplied(ctx workflow.Context, o operation, scopes []*scopeRun, take func(*scopeRun, activities.Counts)) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	in := func(s *scopeRun) activities.CountAppliedIn {
		return activities.CountAppliedIn{ApplyIn: o.in(s), Op: o.op}
	}
	ask(ctx, b, step{"count what was done: " + o.doing, a.CountApplied}, scopes, in, func(s *scopeRun, counts activities.Counts, err error) {
		if err != nil {
			workflow.GetLogger(ctx).Warn("rows of a failed operation are not counted", "scope", s.record.Place, "op", o.op, "error", err)
			return
		}
		take(s, counts)
	})
}

// step is an activity of a bundle, with the words for it that stand before a place.
type step struct {
	doing    string
	activity any
}

// ask has an activity do its work for scopes of the bundle, and gives each what became of
// it. If the activity fails as a whole, it failed for all of them.
func ask[In, Out any](ctx workflow.Context, b *bundleRun, step step, scopes []*scopeRun, in func(*scopeRun) In, take func(*scopeRun, Out, error)) {
	if len(scopes) == 0 {
		return
	}
	bundle := activities.Bundle[In]{Kind: b.kind, Run: b.run, Approved: b.approved}
	for _, s := range scopes {
		bundle.Scopes = append(bundle.Scopes, in(s))
	}
	var out activities.Results[Out]
	ctx = work(ctx, step.doing+" "+nameOf(scopes))
	err := workflow.ExecuteActivity(ctx, step.activity, bundle).Get(ctx, &out)
	if err == nil && len(out.Scopes) != len(scopes) {
		err = fmt.Errorf("the activity answered for %d of %d scopes", len(out.Scopes), len(scopes))
	}
	for i, s := range scopes {
		if err != nil {
			var nothing Out
			take(s, nothing, err)
			continue
		}
		take(s, out.Scopes[i].Out, out.Scopes[i].Failure.Err())
	}
}

// nameOf names scopes of one account in few words.
func nameOf(scopes []*scopeRun) string {
	if len(scopes) == 1 {
		return scopes[0].scope.Place()
	}
	return fmt.Sprintf("%d scopes of %s", len(scopes), scopes[0].scope.Owner())
}

func always(*scopeRun) bool { return true }
