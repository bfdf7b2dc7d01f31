package activities

import (
	"context"
	"maps"
	"slices"
	"time"

	"cloudsync/notice"
	"cloudsync/resource"
	"cloudsync/store"
)

// lateIntervals is how many intervals of a kind may pass before it is late.
const lateIntervals = 3

// maxLateGrace bounds how long a run has time after an outage.
const maxLateGrace = 15 * time.Minute

// observed is what is so now.
type observed struct {
	conditions []notice.Condition
	newest     map[string]store.Run     // that has ended, by kind
	late       map[string]bool          // kinds that did not run
	kinds      map[string]time.Duration // those that are configured
	paused     bool
	configured map[string]map[resource.Account]bool // accounts of a kind that it still has
	listed     map[string]map[resource.Account]bool // of these, those of which the newest run has a record
}

func (o *observed) add(c notice.Condition) { o.conditions = append(o.conditions, c) }

// missing judges a condition that was not found. Of kinds and accounts that are no longer synced
// nobody has to know anything; and nobody knows what became of an account if the newest run failed
// as a whole or could not list it.
func (o *observed) missing(c *notice.Condition) store.MissingCondition {
	account := resource.Account{Provider: c.Provider, Name: c.Account}
	_, synced := o.kinds[c.Kind]
	failed := o.newest[c.Kind].Outcome == string(Failed)
	ofAccount := c.Account != "" && (c.Event == notice.Partial || c.Event == notice.Late)
	switch {
	case !synced, c.Event == notice.Late && o.paused, ofAccount && !o.configured[c.Kind][account]:
		return store.ConditionWithdrawn
	case c.Event == notice.Orphans && failed, c.Event == notice.Partial && failed,
		ofAccount && !o.listed[c.Kind][account], c.Event == notice.Late && c.Account != "" && o.late[c.Kind]:
		return store.ConditionUnknown
	default:
		return store.ConditionOver
	}
}

// observe reads what is so now of the kinds that are synced.
func (a *Activities) observe(ctx context.Context, now, last time.Time) (*observed, error) {
	o := &observed{
		newest: map[string]store.Run{}, late: map[string]bool{}, kinds: a.deps.Notices.Intervals, paused: a.deps.Notices.Paused,
		configured: map[string]map[resource.Account]bool{}, listed: map[string]map[resource.Account]bool{},
	}
	for _, step := range []func(context.Context, *observed, time.Time) error{a.observeRuns, a.observeHolds, a.observeScopes} {
		if err := step(ctx, o, now); err != nil {
			return nil, err
		}
	}
	return o, a.observeChanges(ctx, o, now, last)
}

// observeRuns looks at the newest run of each kind that has ended.
func (a *Activities) observeRuns(ctx context.Context, o *observed, now time.Time) error {
	newest, err := a.deps.Store.NewestEnded(ctx)
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(a.deps.Notices.Intervals)) {
		run, ended := newest[kind]
		if !ended {
			o.addLate(notice.Condition{
				Place: notice.Place{Kind: kind}, Grace: a.deps.Notices.lateLimit(kind),
				Reason: "no run has ended yet: is a worker running, and was `starter apply` done?",
			})
			continue
		}
		o.newest[kind] = run
		a.observeRun(o, &run, now)
	}
	return nil
}

// addLate adds that a kind did not run.
func (o *observed) addLate(c notice.Condition) {
	o.late[c.Kind] = true
	if !o.paused {
		c.Event = notice.Late
		o.add(c)
	}
}

// lateLimit is from which age on a kind is late.
func (n *Notices) lateLimit(kind string) time.Duration {
	return max(n.LateAfter, lateIntervals*n.Intervals[kind])
}

func (a *Activities) observeRun(o *observed, run *store.Run, now time.Time) {
	c := notice.Condition{Place: notice.Place{Kind: run.Kind}, Since: run.FinishedAt, RunID: run.RunID, WorkflowID: run.WorkflowID}
	if now.Sub(run.FinishedAt) >= a.deps.Notices.lateLimit(run.Kind) {
		late := c
		// After an outage the first look comes before the first run ends.
		late.Grace = min(2*a.deps.Notices.Intervals[run.Kind], maxLateGrace)
		late.Reason = "no run has ended since then: its schedule may be paused, a run may hang, or no worker runs"
		o.addLate(late)
	}
	if run.Outcome == string(Failed) {
		failed := c
		failed.Event, failed.Reason = notice.Failed, run.Error
		o.add(failed)
	}
	if run.OrphanRows > 0 {
		orphans := c
		orphans.Event, orphans.Rows, orphans.Scopes = notice.Orphans, run.OrphanRows, run.OrphanScopes
		orphans.Reason = "the configuration no longer has their scopes: put them back, or delete the rows with `starter prune`"
		o.add(orphans)
	}
}

// observeHolds looks for deletions that wait for a decision.
func (a *Activities) observeHolds(ctx context.Context, o *observed, _ time.Time) error {
	held, err := a.deps.Store.StandingHolds(ctx)
	if err != nil {
		return err
	}
	runIDs := make([]string, 0, len(held))
	for i := range held {
		runIDs = append(runIDs, held[i].SinceRunID)
	}
	slices.Sort(runIDs)
	runIDs = slices.Compact(runIDs)
	of, err := a.deps.Store.WorkflowsOf(ctx, runIDs)
	if err != nil {
		return err
	}
	for i := range held {
		hold := &held[i]
		if _, synced := a.deps.Notices.Intervals[hold.Scope.Kind]; !hold.Stands || !synced {
			continue
		}
		o.add(notice.Condition{
			Event: notice.Held, Place: placeOf(hold.Scope), Since: hold.At, ScopeID: hold.ScopeID,
			RunID: hold.SinceRunID, WorkflowID: of[hold.SinceRunID], Rows: hold.Rows, Base: hold.Base, Scopes: 1, Reason: hold.Reason,
		})
	}
	return nil
}

func placeOf(scope resource.Scope) notice.Place {
	return notice.Place{Kind: scope.Kind, Provider: scope.Provider, Account: scope.Account, Region: scope.Region}
}

// observeScopes looks for accounts whose scopes failed in the newest run, or have not been
// complete for too long.
func (a *Activities) observeScopes(ctx context.Context, o *observed, now time.Time) error {
	scopes, err := a.deps.Store.Freshness(ctx)
	if err != nil {
		return err
	}
	failing, late := accountConditions{event: notice.Partial}, accountConditions{event: notice.Late}
	failedOnRecord := map[string]int64{}
	for i := range scopes {
		scope := &scopes[i]
		kind := scope.Scope.Kind
		run, known := o.newest[kind]
		if known && scope.Outcome == string(Failed) {
			failedOnRecord[kind]++
		}
		if !known || !scope.Configured {
			continue
		}
		o.noteAccount(scope)
		if run.Outcome != string(Failed) && (scope.Outcome == string(Failed) || scope.Outcome == string(Partial)) {
			failing.add(scope, run.FinishedAt, 0, scope.Reason)
		}
		limit := a.deps.Notices.lateLimit(kind)
		switch {
		case o.late[kind], o.paused, scope.Outcome == "":
		case scope.CompleteAt.IsZero():
			late.add(scope, time.Time{}, limit, scope.Reason)
		case now.Sub(scope.CompleteAt) >= limit:
			late.add(scope, scope.CompleteAt, 0, scope.Reason)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(o.newest)) {
		run := o.newest[kind]
		o.addUnlisted(&run, run.ScopesFailed-failedOnRecord[kind])
	}
	for _, c := range append(failing.conditions, late.conditions...) {
		run := o.newest[c.Kind]
		c.RunID, c.WorkflowID = run.RunID, run.WorkflowID
		o.add(*c)
	}
	return nil
}

// addUnlisted adds that a run could not list so many scopes, which have no record for that reason:
// those of accounts whose regions nobody knows.
func (o *observed) addUnlisted(run *store.Run, scopes int64) {
	if run.Outcome == string(Failed) || scopes <= 0 {
		return
	}
	o.add(notice.Condition{
		Event: notice.Partial, Place: notice.Place{Kind: run.Kind}, Since: run.FinishedAt, RunID: run.RunID, WorkflowID: run.WorkflowID,
		Scopes: scopes, Reason: run.Error,
	})
}

// noteAccount notes that an account is configured, and whether the newest run has a record of it.
func (o *observed) noteAccount(scope *store.ScopeFreshness) {
	kind, account := scope.Scope.Kind, scope.Scope.Owner()
	if o.configured[kind] == nil {
		o.configured[kind], o.listed[kind] = map[resource.Account]bool{}, map[resource.Account]bool{}
	}
	o.configured[kind][account] = true
	if scope.Outcome != "" {
		o.listed[kind][account] = true
	}
}

// accountConditions are conditions of an event, one for each kind and account.
type accountConditions struct {
	event      notice.Event
	conditions []*notice.Condition
	at         map[notice.Place]*notice.Condition
}

// add counts a scope. since is when it began, zero if it always was so: then grace is how long
// that is nothing to tell of.
func (a *accountConditions) add(scope *store.ScopeFreshness, since time.Time, grace time.Duration, reason string) {
	place := notice.Place{Kind: scope.Scope.Kind, Provider: scope.Scope.Provider, Account: scope.Scope.Account}
	c := a.at[place]
	if c == nil {
		if a.at == nil {
			a.at = map[notice.Place]*notice.Condition{}
		}
		c = &notice.Condition{Event: a.event, Place: place, Since: since, Grace: grace}
		if reason != "" {
			c.Reason = scope.Scope.Region + ": " + reason
		}
		a.at[place] = c
		a.conditions = append(a.conditions, c)
	}
	c.Scopes++
	c.Grace = min(c.Grace, grace)
	if !since.IsZero() && (c.Since.IsZero() || since.Before(c.Since)) {
		c.Since = since
	}
}

// The look for runs that changed much goes back to the look before it, and some more, since a
// run's end may be recorded late.
const (
	changesLookedBack = 10 * time.Minute
	maxChangesBack    = 48 * time.Hour
	runsLookedAt      = 5000
)

// observeChanges looks for runs that changed more than somebody takes for normal.
func (a *Activities) observeChanges(ctx context.Context, o *observed, now, last time.Time) error {
	wanted := slices.ContainsFunc(a.deps.Notices.Receivers, func(r notice.Receiver) bool { return slices.Contains(r.Events, notice.Changed) })
	if !wanted || last.IsZero() {
		return nil
	}
	since := last.Add(-changesLookedBack)
	if earliest := now.Add(-maxChangesBack); since.Before(earliest) {
		since = earliest
	}
	runs, err := a.deps.Store.FilterRuns(ctx, store.RunFilter{Syncs: true, Limit: runsLookedAt})
	if err != nil {
		return err
	}
	for i := range runs {
		run := &runs[i]
		c := notice.Condition{
			Event: notice.Changed, Place: notice.Place{Kind: run.Kind}, Since: run.FinishedAt, RunID: run.RunID, WorkflowID: run.WorkflowID,
			Rows: run.Changes(), Base: run.DBNum,
		}
		if run.FinishedAt.After(since) && slices.ContainsFunc(a.deps.Notices.Receivers, func(r notice.Receiver) bool { return r.Wants(&c) }) {
			o.add(c)
		}
	}
	return nil
}
