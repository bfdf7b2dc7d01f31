package activities

import (
	"context"
	"fmt"

	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store"
)

// coverage is what the configuration of this worker looks after of a kind.
type coverage struct {
	kind     string
	synced   bool                      // the kind is configured
	accounts map[resource.Account]bool // whether it has the kind
	states   map[resource.Account]cloud.MemberState
	scopes   map[resource.Scope]bool
	unlisted map[string]string // why the regions, or the members, of an account, provider/account, are not known
}

// coverageOf finds out what is configured of the kind. It records nothing.
func (a *Activities) coverageOf(ctx context.Context, kind string) coverage {
	return a.coverageWith(kind, a.configuredScopes(ctx, kind, true))
}

// coverageWith is coverageOf, where the accounts have been asked already.
func (a *Activities) coverageWith(kind string, of configured) coverage {
	c := coverage{kind: kind, accounts: map[resource.Account]bool{}, states: of.states, scopes: map[resource.Scope]bool{}, unlisted: map[string]string{}}
	_, c.synced = a.deps.Settings[kind]
	for _, account := range a.deps.Accounts {
		if _, isOrganisation := account.Client.(cloud.Organisation); !isOrganisation {
			c.accounts[account.Account] = account.Client.Lists(kind)
		}
	}
	for _, account := range of.accounts {
		c.accounts[account.Account] = true
	}
	for _, scope := range of.scopes {
		c.scopes[scope] = true
	}
	for _, account := range of.unlisted {
		c.unlisted[account.Place] = account.Error
	}
	return c
}

// judge says why nobody looks after the scope any more, or why it is no orphan:
// one of the two. Unknown is not gone.
//
//	                                      | it is
//	--------------------------------------+-----------
//	the kind is not configured            | an orphan
//	the organisation cannot be asked, and
//	this is none of those that go on      | no orphan
//	the member is not active, or excluded | an orphan
//	the account is not configured         | an orphan
//	the account does not have the kind    | an orphan
//	the account's regions are not known   | no orphan
//	the account has the region            | no orphan
//	the account does not have it          | an orphan
func (c coverage) judge(scope resource.Scope) (orphan, covered string) {
	if !c.synced {
		return "the kind is not configured", ""
	}
	account := scope.Owner()
	lists, isConfigured := c.accounts[account]
	if !isConfigured {
		if why := c.membersUnknown(account); why != "" {
			return "", why
		}
		if state, isMember := c.states[account]; isMember {
			return fmt.Sprintf("account %s is %s", account, wordOf[state]), ""
		}
		return fmt.Sprintf("no account %s is configured", account), ""
	}
	if !lists {
		return fmt.Sprintf("account %s does not have this kind", account), ""
	}
	if c.scopes[scope] {
		return "", "the configuration has it"
	}
	if why, unlisted := c.unlisted[account.String()]; unlisted {
		return "", "its account's regions are not known: " + why
	}
	return fmt.Sprintf("account %s does not have the region", account), ""
}

// wordOf is what a member is that is not synced.
var wordOf = map[cloud.MemberState]string{
	cloud.Suspended: "suspended, says the organisation",
	cloud.Excluded:  "excluded by the configuration",
	cloud.Left:      "no account of the organisation any more",
}

// membersUnknown is why the members of the organisation that the account may be of are not
// known.
func (c coverage) membersUnknown(account resource.Account) string {
	organisation, _, isMember := cloud.SplitMember(account)
	if !isMember {
		return ""
	}
	return c.unlisted[organisation.String()]
}

// countOrphans counts the rows that no run of the kind looks after any more.
func (a *Activities) countOrphans(ctx context.Context, c coverage) (Orphans, error) {
	kind, err := a.deps.Kinds.Kind(c.kind)
	if err != nil {
		return Orphans{}, notConfigured(c.kind)
	}
	known, err := a.deps.Store.KnownScopes(ctx, c.kind)
	if err != nil {
		return Orphans{}, err
	}
	var ids []int64
	for _, scope := range known {
		if orphan, _ := c.judge(scope.Scope); orphan != "" {
			ids = append(ids, scope.ID)
		}
	}
	counts, err := a.deps.Store.CountScopes(ctx, kind, ids)
	orphans := Orphans{OrphanScopes: int64(len(counts))}
	for _, rows := range counts {
		orphans.OrphanRows += rows
	}
	return orphans, err
}

// prunePlan collects what a pruning would delete.
type prunePlan struct {
	store   *store.Store
	only    resource.Places
	sampled int // rows
	out     PlanPruneOut
}

// addKind adds the orphan scopes of a kind that have rows.
func (p *prunePlan) addKind(ctx context.Context, kind *resource.Kind, c coverage) error {
	known, err := p.store.KnownScopes(ctx, kind.Name())
	if err != nil {
		return err
	}
	for _, scope := range known {
		if !p.only.Has(scope.Scope) {
			continue
		}
		why, covered := c.judge(scope.Scope)
		if covered != "" {
			p.refuse(scope.Scope, covered)
			continue
		}
		if err := p.addOrphan(ctx, kind, scope, why); err != nil {
			return err
		}
	}
	return nil
}

func (p *prunePlan) refuse(scope resource.Scope, why string) {
	if len(p.only) > 0 && len(p.out.Refused) < maxRefused {
		p.out.Refused = append(p.out.Refused, RefusedScope{Kind: scope.Kind, Place: placeText(scope), Why: why})
	}
}

func (p *prunePlan) addOrphan(ctx context.Context, kind *resource.Kind, scope store.KnownScope, why string) error {
	digest, err := p.store.FoldScope(ctx, kind, scope.ID)
	if err != nil || digest.Count == 0 {
		return err
	}
	if len(p.out.Orphans) == MaxOrphans {
		p.out.More++
		return nil
	}
	sample, err := p.sample(ctx, kind, scope.ID)
	p.out.Orphans = append(p.out.Orphans, OrphanScope{
		Kind: kind.Name(), ID: scope.ID, Place: placeText(scope.Scope), Why: why,
		Digest: digest.String(), Rows: digest.Count, Sample: sample,
	})
	return err
}

func (p *prunePlan) sample(ctx context.Context, kind *resource.Kind, scopeID int64) ([]OrphanRow, error) {
	limit := min(maxOrphanSample, maxOrphanRows-p.sampled)
	if limit == 0 {
		return nil, nil
	}
	rows, err := p.store.SampleScope(ctx, kind, scopeID, limit)
	p.sampled += len(rows)
	sample := make([]OrphanRow, len(rows))
	for i, row := range rows {
		sample[i] = orphanRow(row.NativeID, row.UpdatedAt)
	}
	return sample, err
}
