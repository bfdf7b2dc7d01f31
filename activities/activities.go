// Package activities does the work of a run: everything that reads a clock, the
// network or the database. An activity is large, heartbeats, and can be run
// again after any failure.
package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/tracing"
)

// Activities are the activities of CloudSyncWorkflow over their dependencies.
// Its exported methods, and nothing else, are registered with the worker.
type Activities struct {
	deps     Deps
	stored   storedEntries
	applying *semaphore.Weighted // batches in flight
	finding  singleflight.Group  // of the accounts of organisations
}

// Deps are what the activities work with.
type Deps struct {
	Store    *store.Store
	Kinds    *resource.Registry
	Accounts cloud.Accounts
	// Settings are the configured kinds, by name.
	Settings map[string]Settings
	// TagKeys are the tags that place a host in the service tree.
	TagKeys resource.TagKeys
	Metrics *Metrics
	// Notices are how people are told; none are without receivers.
	Notices Notices
}

// Settings are how a kind is synced.
type Settings struct {
	Policy diff.Policy
	// AccountPolicies are those of accounts that have one of their own.
	AccountPolicies []AccountPolicy
	MaxParallel     int // scopes worked on at once
}

// New returns the activities over deps.
func New(deps Deps) *Activities {
	return &Activities{deps: deps, applying: semaphore.NewWeighted(batchesAtOnce)}
}

// ListScopes records that a run has begun and finds out its scopes: for each
// account that has the kind, its regions.
func (a *Activities) ListScopes(ctx context.Context, in ListScopesIn) (ListScopesOut, error) {
	defer startBeat(ctx).stop()
	settings, ok := a.deps.Settings[in.Kind]
	if !ok {
		return ListScopesOut{}, notConfigured(in.Kind)
	}
	run, err := a.begin(ctx, in)
	if err != nil {
		return ListScopesOut{}, temporalError(ctx, err)
	}
	all := a.configuredScopes(ctx, in.Kind, in.Plan)
	orphans, err := a.countOrphans(ctx, a.coverageWith(in.Kind, all))
	if err != nil {
		return ListScopesOut{}, temporalError(ctx, err)
	}
	scopes, err := narrow(all.scopes, in.Only)
	unlisted := concerning(all.unlisted, in.Only)
	if err != nil {
		return ListScopesOut{}, nonRetryable(BadInputType, withReasons(err, unlisted))
	}
	ids, err := a.deps.Store.EnsureScopes(ctx, in.Kind, scopes)
	if err != nil {
		return ListScopesOut{}, temporalError(ctx, err)
	}
	return ListScopesOut{
		Run: run, Scopes: byAccount(scopes, ids, run.Number), Unlisted: unlisted, Orphans: orphans,
		Policy: settings.Policy, AccountPolicies: all.policies(settings.AccountPolicies), MaxParallel: settings.MaxParallel,
	}, nil
}

// byAccount are the ids by account, both in the order of the configuration.
func byAccount(scopes []resource.Scope, ids []int64, run int64) (accounts []AccountScopes) {
	at := map[resource.Account]int{}
	for i, scope := range scopes {
		account := scope.Owner()
		if _, ok := at[account]; !ok {
			at[account] = len(accounts)
			accounts = append(accounts, AccountScopes{Account: account})
		}
		of := &accounts[at[account]]
		of.IDs = append(of.IDs, ids[i])
	}
	for i := range accounts {
		accounts[i].IDs = fromAnother(accounts[i].IDs, run)
	}
	return fromAnother(accounts, run)
}

// fromAnother lets each run begin with another account, and each account with another of
// its scopes: if a run gives an account up after some of its regions, the next run lists
// others first.
func fromAnother[T any](all []T, run int64) []T {
	if len(all) == 0 {
		return all
	}
	first := int(run % int64(len(all)))
	return append(slices.Clone(all[first:]), all[:first]...)
}

// begin records that a run has begun. A plan leaves no record.
func (a *Activities) begin(ctx context.Context, in ListScopesIn) (store.RunRef, error) {
	if in.Plan {
		return store.PlanRef(in.RunID), nil
	}
	if err := a.noteVersion(ctx, in.Kind); err != nil {
		return store.RunRef{}, err
	}
	return a.deps.Store.BeginRun(ctx, store.Run{
		RunID: in.RunID, WorkflowID: in.WorkflowID, Kind: in.Kind, StartedAt: in.StartedAt,
	})
}

// narrow keeps the scopes at the places; all, where none are named.
func narrow(scopes []resource.Scope, only []string) ([]resource.Scope, error) {
	if len(only) == 0 {
		return scopes, nil
	}
	var kept []resource.Scope
	for _, place := range only {
		i := slices.IndexFunc(scopes, func(scope resource.Scope) bool { return scope.Place() == place })
		if i < 0 {
			return nil, fmt.Errorf("no configured scope %q: %s", place, whichScopes(scopes))
		}
		kept = append(kept, scopes[i])
	}
	return kept, nil
}

// concerning keeps the accounts, and organisations, that the places are in; all, where none
// are named.
func concerning(unlisted []UnlistedScope, only []string) []UnlistedScope {
	if len(only) == 0 {
		return unlisted
	}
	return slices.DeleteFunc(unlisted, func(account UnlistedScope) bool {
		return !slices.ContainsFunc(only, func(place string) bool { return strings.HasPrefix(place, account.Place+"/") })
	})
}

// withReasons is an error about places with why their accounts could not be listed.
func withReasons(err error, unlisted []UnlistedScope) error {
	for _, account := range unlisted {
		err = fmt.Errorf("%s: %s; %w", account.Place, account.Error, err)
	}
	return err
}

// maxScopesNamed is how many scopes an error names.
const maxScopesNamed = 10

// whichScopes names the scopes that could have been meant.
func whichScopes(scopes []resource.Scope) string {
	if len(scopes) == 0 {
		return "no scope is known"
	}
	var places []string
	for _, scope := range scopes[:min(len(scopes), maxScopesNamed)] {
		places = append(places, scope.Place())
	}
	text := "the scopes are " + strings.Join(places, ", ")
	if more := len(scopes) - len(places); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// configured is what the configuration and the clouds say of a kind.
type configured struct {
	known
	scopes []resource.Scope
}

// configuredScopes asks each account for its regions. If one fails, its scopes are
// reported and left as they are; the other accounts go on.
func (a *Activities) configuredScopes(ctx context.Context, kind string, isPlan bool) configured {
	c := configured{known: a.knownAccounts(ctx, kind, isPlan)}
	isThere := map[resource.Scope]bool{}
	for _, found := range findRegions(ctx, c.accounts) {
		account := found.account
		if found.err != nil {
			c.unlisted = append(c.unlisted, UnlistedScope{Place: account.String(), Error: shortText(found.err), AccountName: c.names[account.Account]})
			continue
		}
		for _, region := range found.regions {
			scope := resource.Scope{Kind: kind, Provider: account.Provider, Account: account.Name, Region: region}
			if !isThere[scope] {
				isThere[scope] = true
				c.scopes = append(c.scopes, scope)
			}
		}
	}
	fitUnlisted(c.unlisted)
	return c
}

// fitUnlisted bounds the texts of accounts in one payload. A report names the first of them:
// the others are their places alone.
func fitUnlisted(unlisted []UnlistedScope) {
	for i := range unlisted {
		one := &unlisted[i]
		if i >= maxUnlistedTold {
			one.Error, one.AccountName = "…", ""
			continue
		}
		one.Error = cutAt(one.Error, maxUnlistedText/min(len(unlisted), maxUnlistedTold))
		one.AccountName = cutAt(one.AccountName, maxAccountName)
	}
}

// policies are those of the accounts that have one of their own. Members have their
// organisation's.
func (c configured) policies(of []AccountPolicy) (policies []AccountPolicy) {
	for _, own := range of {
		policies = append(policies, own)
		for _, account := range c.accounts {
			organisation, _, isMember := cloud.SplitMember(account.Account)
			if isMember && organisation == (resource.Account{Provider: own.Provider, Name: own.Account}) {
				policies = append(policies, AccountPolicy{Provider: own.Provider, Account: account.Name, Policy: own.Policy})
			}
		}
	}
	return policies
}

// accountRegions are the regions of an account, or why they are not known.
type accountRegions struct {
	account cloud.Account
	regions []string
	err     error
}

// accountsAtOnce is how many accounts are asked for their regions at the same time:
// those that do not answer must not keep the others waiting.
const accountsAtOnce = 8

// regionsLimit bounds the question for the regions of all accounts. Where hundreds do not
// answer, it would take longer than ListScopes may, and no account would be synced.
const regionsLimit = 14 * time.Minute

var errNotAsked = errors.New("not asked: other accounts did not answer for too long")

// findRegions asks the accounts, in their order.
func findRegions(ctx context.Context, accounts []cloud.Account) []accountRegions {
	ctx, cancel := context.WithTimeout(ctx, regionsLimit)
	defer cancel()
	found := make([]accountRegions, len(accounts))
	var group errgroup.Group
	group.SetLimit(accountsAtOnce)
	for i, account := range accounts {
		found[i].account = account
		group.Go(func() error {
			if ctx.Err() != nil {
				found[i].err = &cloud.Error{Class: cloud.Timeout, Doing: "list regions", Err: errNotAsked}
				return nil
			}
			found[i].regions, found[i].err = regionsOf(ctx, account.Account, account.Client)
			return nil
		})
	}
	_ = group.Wait() // each error is the account's
	return found
}

const (
	// maxUnlistedText bounds the errors of accounts in one payload, in bytes.
	maxUnlistedText = 16 << 10
	// maxUnlistedTold is of how many accounts that have one a payload has the error: more than
	// a report names.
	maxUnlistedTold = 40
)

const (
	regionsTimeout  = 30 * time.Second
	regionsAttempts = 3
	regionsPause    = 500 * time.Millisecond // at least, between attempts
	maxRegion       = 64                     // characters of the region columns
)

// regionsOf asks an account for its regions, and asks again if that may help.
func regionsOf(ctx context.Context, account resource.Account, client cloud.Provider) (regions []string, err error) {
	err = askAgain(ctx, func() error {
		regions, err = regionsOnce(ctx, account, client)
		return err
	})
	return regions, err
}

// askAgain asks for what is of an account, and asks again if that may help. It pauses
// only briefly: an account that is throttled or hangs must not keep the others waiting.
func askAgain(ctx context.Context, ask func() error) error {
	for attempt := 1; ; attempt++ {
		err := ask()
		if err == nil || attempt == regionsAttempts || !retriedClasses[cloud.ClassOf(err)] || ctx.Err() != nil {
			return err
		}
		if pauseFor(ctx, min(max(regionsPause, retryAfter(err)), maxPageWait)) != nil {
			return err
		}
	}
}

// retryAfter is how long a provider asks to wait, 0 if it does not say.
func retryAfter(err error) time.Duration {
	var failure *cloud.Error
	if errors.As(err, &failure) {
		return failure.RetryAfter
	}
	return 0
}

func regionsOnce(ctx context.Context, account resource.Account, client cloud.Provider) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, regionsTimeout)
	defer cancel()
	regions, err := traced(ctx, regionsSpan, ofAccount(account), client.Regions)
	if err != nil {
		return nil, err
	}
	for _, region := range regions {
		if n := utf8.RuneCountInString(region); n > maxRegion {
			return nil, &cloud.Error{Class: cloud.BadAnswer, Doing: "list regions", Err: fmt.Errorf("a region's name has %d characters, at most %d fit", n, maxRegion)}
		}
	}
	return regions, nil
}

// LoadLocalHashes claims the scopes for the run and folds the entries that the
// inventory holds of each. For a plan it claims nothing.
func (a *Activities) LoadLocalHashes(ctx context.Context, in LoadLocalHashesIn) (LoadLocalHashesOut, error) {
	defer startBeat(ctx).stop()
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return LoadLocalHashesOut{}, notConfigured(in.Kind)
	}
	take := a.deps.Store.ClaimScopes
	if in.Run.IsPlan() {
		take = a.deps.Store.ReadScopes
	}
	claims, err := take(ctx, in.Run, in.ScopeIDs)
	if err != nil {
		return LoadLocalHashesOut{}, temporalError(ctx, err)
	}
	held, err := a.deps.Store.ScopesWithHold(ctx, in.ScopeIDs)
	if err != nil {
		return LoadLocalHashesOut{}, temporalError(ctx, err)
	}
	local, err := a.foldAll(ctx, kind, claims)
	if err != nil {
		return LoadLocalHashesOut{}, temporalError(ctx, err)
	}
	names, err := a.memberNames(ctx, ownersOf(claims)...)
	if err != nil {
		return LoadLocalHashesOut{}, temporalError(ctx, err)
	}
	out := LoadLocalHashesOut{Scopes: make([]LocalScope, len(claims))}
	for i, claim := range claims {
		out.Scopes[i] = LocalScope{
			ID: claim.ScopeID, Provider: claim.Scope.Provider, Account: claim.Scope.Account, Region: claim.Scope.Region,
			Local: local[claim.ScopeID], Holds: held[claim.ScopeID],
			AccountName: names[claim.Scope.Owner()],
		}
	}
	return out, nil
}

func ownersOf(claims []store.Claim) (owners []resource.Account) {
	for _, claim := range claims {
		owners = append(owners, claim.Scope.Owner())
	}
	return owners
}

const (
	// foldParallel is how many groups of scopes are folded at once: nothing else of the run
	// works meanwhile, and each connection to MySQL keeps half of two cores busy.
	foldParallel = 4
	// foldGroups is among how many groups the scopes are divided: so many that scopes of
	// different sizes are spread well, and that fifty, which may be large, are read alone.
	foldGroups = 32
)

// foldAll returns the digests of the scopes' stored entries, by the scope's id. Scopes are
// read in groups, since most are small, and a statement costs more than such a scope.
func (a *Activities) foldAll(ctx context.Context, kind *resource.Kind, claims []store.Claim) (map[int64]resource.Digest, error) {
	var mu sync.Mutex
	local := make(map[int64]resource.Digest, len(claims))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(foldParallel)
	for some := range slices.Chunk(claims, max(1, min(len(claims)/foldGroups, store.MaxShownScopes))) {
		group.Go(func() error {
			leases := make([]store.Lease, len(some))
			for i, claim := range some {
				leases[i] = claim.Lease
			}
			digests, err := a.foldStored(ctx, kind, leases)
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(local, digests)
			return err
		})
	}
	return local, group.Wait()
}

// ApplyAdds applies the additions that ComputeDiff found.
func (a *Activities) ApplyAdds(ctx context.Context, in Bundle[ApplyIn]) (Results[Counts], error) {
	return a.apply(ctx, in, diff.Add)
}

// ApplyMods applies the modifications that ComputeDiff found.
func (a *Activities) ApplyMods(ctx context.Context, in Bundle[ApplyIn]) (Results[Counts], error) {
	return a.apply(ctx, in, diff.Modify)
}

// BatchDelete applies the deletions that policy, or an operator, let through and
// that ConfirmAbsent confirmed.
func (a *Activities) BatchDelete(ctx context.Context, in Bundle[ApplyIn]) (Results[Counts], error) {
	return a.apply(ctx, in, diff.Delete)
}

// applyParallel is how many batches of an activity are in flight: MySQL applies one
// while the rows of the other are encoded.
const applyParallel = 2

// batchesAtOnce is how many batches of all its activities a worker has in flight.
// More transactions wait for each other at the end of resource_change, where all of
// them write: sixteen cost a server of two cores a seventh more CPU time than four.
const batchesAtOnce = 4

// apply works off the batches that are not applied yet; the ledger in sync_batch is its
// checkpoint.
func (a *Activities) apply(ctx context.Context, in Bundle[ApplyIn], op diff.Op) (Results[Counts], error) {
	return onBundle(ctx, in, func(ctx context.Context, in ApplyIn, at *position) (Counts, error) {
		return a.applySet(ctx, in, op, at)
	})
}

func (a *Activities) applySet(ctx context.Context, in ApplyIn, op diff.Op, at *position) (Counts, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return Counts{}, notConfigured(in.Kind)
	}
	set := store.BatchSet{Lease: in.lease(), Writer: in.Writer, Op: op}
	seqs, err := a.deps.Store.PendingBatches(ctx, set)
	if err != nil {
		return store.Counts{}, temporalError(ctx, err)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(applyParallel)
	for _, seq := range seqs {
		group.Go(func() error {
			if err := a.applying.Acquire(groupCtx, 1); err != nil {
				return err
			}
			defer a.applying.Release(1)
			if at.workerStops() {
				return errWorkerStops
			}
			return a.applyBatch(groupCtx, kind, in, set, seq)
		})
	}
	if err := group.Wait(); err != nil {
		return store.Counts{}, temporalError(ctx, err)
	}
	counts, err := a.deps.Store.SumBatches(ctx, set)
	return counts, temporalError(ctx, err)
}

func (a *Activities) applyBatch(ctx context.Context, kind *resource.Kind, in ApplyIn, set store.BatchSet, seq int) error {
	ctx, span := tracing.Start(ctx, "apply batch")
	span.Of(in.scope())
	span.Text("op", string(set.Op))
	span.Count("batch", seq)
	err := a.deps.Store.ApplyBatch(ctx, kind, in.scope(), set, seq)
	span.Done(err, string(StoreType))
	return err
}

// CountApplied adds up what an operation that failed in the middle has done to the rows
// of each scope.
func (a *Activities) CountApplied(ctx context.Context, in Bundle[CountAppliedIn]) (Results[Counts], error) {
	return onScopes(ctx, in, func(ctx context.Context, in CountAppliedIn) (Counts, error) {
		counts, err := a.deps.Store.SumBatches(ctx, store.BatchSet{Lease: in.lease(), Writer: in.Writer, Op: in.Op})
		return counts, temporalError(ctx, err)
	})
}

// RecordRun records what became of scopes, and of the run. The transactions that
// changed the inventory have counted what they did. The workflow's own figures are not
// used: they lack what was done before a reset, and what a newer run has swept from the
// ledger.
func (a *Activities) RecordRun(ctx context.Context, in RecordRunIn) (RecordRunOut, error) {
	defer startBeat(ctx).stop()
	scopes := scopeRows(in.Scopes)
	for _, scope := range in.Unchanged {
		scopes = append(scopes, scopeRow(scope.record()))
	}
	if in.Final == nil {
		return RecordRunOut{}, temporalError(ctx, a.deps.Store.RecordScopes(ctx, in.Run, scopes))
	}
	concluded, err := a.deps.Store.Conclude(ctx, in.Run, runRow(in), scopes)
	if err != nil {
		return RecordRunOut{}, temporalError(ctx, err)
	}
	recorded := Recorded{
		Outcome: Outcome(concluded.Outcome), SuAdd: concluded.Added, SuMod: concluded.Modified, SuDel: concluded.Deleted,
		Rehashed: concluded.Rehashed,
	}
	a.deps.Metrics.record(ctx, in.Kind, recorded.correct(*in.Final))
	return RecordRunOut{Recorded: &recorded}, nil
}

// CleanStaging removes what the run has in flight.
func (a *Activities) CleanStaging(ctx context.Context, in CleanStagingIn) error {
	defer startBeat(ctx).stop()
	return temporalError(ctx, a.deps.Store.CleanStaging(ctx, in.Run.ID))
}

func scopeRows(records []ScopeRecord) []store.RunScope {
	rows := make([]store.RunScope, len(records))
	for i, record := range records {
		rows[i] = scopeRow(record)
	}
	return rows
}

func scopeRow(record ScopeRecord) store.RunScope {
	return store.RunScope{
		ScopeID: record.ID, Outcome: string(record.Outcome), Stats: record.Stats,
		HoldDigest: record.HoldDigest, Reason: record.Reason, Complete: record.Outcome != Failed,
	}
}

func runRow(in RecordRunIn) store.Run {
	final := in.Final
	return store.Run{
		RunID: in.Run.ID, WorkflowID: final.WorkflowID, Kind: in.Kind, Outcome: string(final.Outcome),
		StartedAt: final.StartedAt, FinishedAt: final.FinishedAt, TookMS: final.Took.Milliseconds(),
		Scopes: final.Scopes, ScopesFailed: final.ScopesFailed, ScopesHeld: final.ScopesHeld,
		Stats: final.Stats, OrphanScopes: final.OrphanScopes, OrphanRows: final.OrphanRows,
		ApprovedBy: final.ApprovedBy, ApprovalNote: final.ApprovalNote, Error: final.Error,
	}
}

func notConfigured(kind string) error {
	return nonRetryable(NotConfiguredType, fmt.Errorf(
		"this worker is not configured for kind %q: add it to public_cloud_sync.resources, or remove its schedule with `starter apply`", kind))
}
