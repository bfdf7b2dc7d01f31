package workflows

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/visibility"
)

// Part is the share of a run's scopes that a child works on.
type Part struct {
	Run             activities.RunRef          `json:"run"`
	ScopeIDs        activities.IDs             `json:"scopeIds"`
	Lost            []LostAccount              `json:"lost,omitempty"`    // accounts that the run has given up
	Entered         *resource.Account          `json:"entered,omitempty"` // the part's only account, where the run has entered it
	Policy          diff.Policy                `json:"policy"`
	AccountPolicies []activities.AccountPolicy `json:"accountPolicies,omitempty"`
	MaxParallel     int                        `json:"maxParallel"`
	PlanBytes       int                        `json:"planBytes,omitempty"` // of a plan: what it may say of each scope
}

// scopesOfPart are the scopes of a part, and the accounts that they are of.
type scopesOfPart struct {
	accounts []resource.Account
	scopeIDs []int64
}

// owner is the account that the part takes turns with: the only one, or the first.
func (p scopesOfPart) owner() resource.Account { return p.accounts[0] }

// alone says that no other account's scopes are among them.
func (p scopesOfPart) alone() bool { return len(p.accounts) == 1 }

func (p scopesOfPart) has(account resource.Account) bool { return slices.Contains(p.accounts, account) }

func (p scopesOfPart) String() string {
	text := fmt.Sprintf("%d scopes of %s", len(p.scopeIDs), p.owner())
	if others := len(p.accounts) - 1; others > 0 {
		text += fmt.Sprintf(" and %d more", others)
	}
	return text
}

// partsOf divides the scopes of a run among children that are about as large as each other,
// so that as many as may be at work at once are until the end. Small accounts share one,
// whole; a large one has its own, up to half as large again, which are given their turns as
// the parts of one account.
func partsOf(accounts []activities.AccountScopes, atOnce int) (parts []scopesOfPart) {
	size := sizeOfParts(len(idsOf(accounts)), atOnce)
	enough := sizeOfShared(accounts, size, atOnce)
	shared, before := -1, 0 // the part that small accounts share, and how many scopes those before have
	for _, of := range accounts {
		if len(of.IDs) >= size {
			own := (len(of.IDs) + size/2) / size
			for some := range slices.Chunk(of.IDs, ceilDiv(len(of.IDs), own)) {
				parts = append(parts, scopesOfPart{accounts: []resource.Account{of.Account}, scopeIDs: some})
			}
			continue
		}
		if shared < 0 || before/enough > (before-len(parts[shared].scopeIDs))/enough {
			shared = len(parts)
			parts = append(parts, scopesOfPart{})
		}
		part := &parts[shared]
		part.scopeIDs = append(part.scopeIDs, of.IDs...)
		part.accounts = append(part.accounts, of.Account)
		before += len(of.IDs)
	}
	return parts
}

// sizeOfParts is how many scopes a part has, so that parts of one size are all at work until
// the end, and no few of them are left.
func sizeOfParts(scopes, atOnce int) int {
	rounds := ceilDiv(scopes, partScopes*atOnce)
	return ceilDiv(scopes, rounds*atOnce)
}

// sizeOfShared is how many scopes a part has that small accounts share. Each part has the
// same share of what a run works on at once: if few small accounts were all in one, beside
// a large account that has several, they would wait for it. So they are in all but one of
// the parts that are at work.
func sizeOfShared(accounts []activities.AccountScopes, size, atOnce int) int {
	small := 0
	for _, of := range accounts {
		if len(of.IDs) < size {
			small += len(of.IDs)
		}
	}
	return min(size, ceilDiv(max(1, small), max(1, atOnce-1)))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func idsOf(accounts []activities.AccountScopes) (ids []int64) {
	for _, of := range accounts {
		ids = append(ids, of.IDs...)
	}
	return ids
}

// syncParts gives each part of the scopes to a child and adds up the reports.
func (s *cloudSync) syncParts(ctx workflow.Context, accounts []activities.AccountScopes) error {
	s.staged = true // by some child, perhaps
	atOnce := max(1, min(parallelParts, s.parallel))
	parts := partsOf(accounts, atOnce)
	byAccount := turns{
		atOnce: atOnce,
		of:     func(i int) resource.Account { return parts[i].owner() },
		name:   func(i int) string { return fmt.Sprintf("part %d", i+1) },
	}
	byAccount.each(ctx, len(parts), func(ctx workflow.Context, i int) { s.syncPart(ctx, i+1, parts[i], shareOf(s.parallel, atOnce, i)) })
	return nil
}

// shareOf is what the part at a place works on at once, of what the run does. What is left
// over is for the first parts.
func shareOf(parallel, atOnce, place int) int {
	share := parallel / atOnce
	if place < parallel%atOnce {
		share++
	}
	return share
}

func (s *cloudSync) syncPart(ctx workflow.Context, number int, part scopesOfPart, parallel int) {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            fmt.Sprintf("%s/part-%d", id, number),
		StaticSummary:         summaryOf(part.String()),
		TypedSearchAttributes: temporal.NewSearchAttributes(visibility.Kind.ValueSet(s.in.Kind)),
		WaitForCancellation:   true,
		// A run that is reset may have left its parts at work: they give way.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING, //nolint:staticcheck // children have no conflict policy, which would replace it
	})
	in := Input{Kind: s.in.Kind, Approval: s.approval.forParts(), Plan: s.in.Plan, Part: &Part{
		Run: s.ref, ScopeIDs: part.scopeIDs, Lost: s.breaker.lost(part.has), MaxParallel: parallel, PlanBytes: s.planBytes,
		Policy: s.policies.ofKind, AccountPolicies: s.policies.own(part.has),
	}}
	if owner := part.owner(); part.alone() && s.breaker.of(owner).Entered() {
		in.Part.Entered = &owner
	}
	var report Report
	if err := workflow.ExecuteChildWorkflow(ctx, CloudSyncWorkflow, in).Get(ctx, &report); err != nil {
		s.report.addFailure(fmt.Sprintf("part %d", number), int64(len(part.scopeIDs)), explain(err))
		return
	}
	s.breaker.giveUp(report.Lost)
	if part.alone() && report.Entered {
		s.breaker.of(part.owner()).Enter()
	}
	s.report.addPart(report)
	s.showDetails(ctx)
}

// runPart is the execution of a child: scopes only, the run is its parent's.
func (s *cloudSync) runPart(ctx workflow.Context) (Report, error) {
	part := s.in.Part
	s.ref, s.parallel, s.planBytes = part.Run, part.MaxParallel, part.PlanBytes
	s.policies = policies{ofKind: part.Policy, ofAccounts: part.AccountPolicies}
	s.breaker.giveUp(part.Lost)
	if part.Entered != nil {
		s.breaker.of(*part.Entered).Enter()
	}
	s.report.RunID = s.ref.ID
	s.scopes = int64(len(part.ScopeIDs))
	err := errors.Join(s.syncScopes(ctx, part.ScopeIDs), s.recordScopes(ctx, s.unrecorded.none))
	s.report.Lost, s.report.Entered = s.breaker.lost(anyAccount), s.breaker.entered()
	s.report.settle(workflow.Now(ctx).Sub(s.started))
	s.showDetails(ctx)
	return s.report, err
}
