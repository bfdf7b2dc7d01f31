package activities

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// ListAccounts lists the accounts of this worker's configuration, each with the members
// that it finds.
func (a *Activities) ListAccounts(ctx context.Context) (ListAccountsOut, error) {
	defer startBeat(ctx).stop()
	out := ListAccountsOut{Accounts: []resource.Account{}}
	for _, account := range a.deps.Accounts {
		out.Accounts = append(out.Accounts, account.Account)
		if of, isOrganisation := account.Client.(cloud.Organisation); isOrganisation {
			for _, member := range a.membersOf(ctx, account, of, true).accounts {
				out.Accounts = append(out.Accounts, member.Account)
			}
		}
	}
	return out, nil
}

// CheckAccount does all that a sync does: it enters an account, reads the first page of
// each configured kind in each of its regions, and looks one of the listed resources up
// by id. Its result says what is wrong.
func (a *Activities) CheckAccount(ctx context.Context, in resource.Account) (AccountCheck, error) {
	defer startBeat(ctx).stop()
	client, err := a.deps.Accounts.Client(resource.Scope{Provider: in.Provider, Account: in.Name})
	if err != nil {
		return AccountCheck{}, nonRetryable(NotConfiguredType, err)
	}
	c := accountCheck{client: client, out: AccountCheck{Account: in, Kinds: []KindCheck{}}}
	if names, err := a.memberNames(ctx, in); err == nil {
		c.out.CloudName = names[in] // the check is worth as much without
	}
	if err := c.run(ctx, a.configuredKinds()); err != nil {
		if ctx.Err() != nil {
			return AccountCheck{}, temporalError(ctx, err)
		}
		c.out.Error = shortText(err)
	}
	return c.out, nil
}

func (a *Activities) configuredKinds() (kinds []string) {
	for _, kind := range a.deps.Kinds.Names() {
		if _, configured := a.deps.Settings[kind]; configured {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// accountCheck is the check of one account.
type accountCheck struct {
	client cloud.Provider
	out    AccountCheck
}

func (c *accountCheck) run(ctx context.Context, kinds []string) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	if of, isOrganisation := c.client.(cloud.Organisation); isOrganisation {
		return c.countMembers(ctx, of)
	}
	regions, err := regionsOf(ctx, c.out.Account, c.client)
	if err != nil {
		return err
	}
	c.out.Regions = len(regions)
	if err := c.compareRegions(ctx, regions); err != nil {
		return err
	}
	for _, kind := range kinds {
		if c.client.Lists(kind) {
			c.out.Kinds = append(c.out.Kinds, c.readKind(ctx, kind, regions))
		}
	}
	return ctx.Err()
}

// enter finds out whose credential it is.
func (c *accountCheck) enter(ctx context.Context) error {
	entered, ok := c.client.(cloud.Entered)
	if !ok {
		return nil
	}
	identity, err := callProvider(ctx, enterSpan, ofAccount(c.out.Account), "enter "+c.out.Account.String(), entered.Identity)
	if err == nil {
		c.out.Identity = identity
	}
	return err
}

func (c *accountCheck) countMembers(ctx context.Context, of cloud.Organisation) error {
	members, err := findMembers(ctx, c.out.Account, of)
	if err != nil {
		return err
	}
	c.out.Members = map[cloud.MemberState]int64{}
	for _, member := range of.Discovers().Synced(members) {
		c.out.Members[member.State]++
	}
	return nil
}

// maxRegionsNamed bounds the names of regions in a check.
const maxRegionsNamed = 50

// dispensable are the classes of failure to find the enabled regions that keep nobody
// from syncing the configured ones: a missing permission, or an endpoint of one's own
// without that part of the API.
var dispensable = map[cloud.Class]bool{cloud.Denied: true, cloud.NotFound: true, cloud.BadAnswer: true}

// compareRegions compares the regions with those that the account has enabled.
func (c *accountCheck) compareRegions(ctx context.Context, regions []string) error {
	entered, ok := c.client.(cloud.Entered)
	if !ok {
		return nil
	}
	enabled, err := callProvider(ctx, regionsSpan, ofAccount(c.out.Account), "list the regions of "+c.out.Account.String(), entered.EnabledRegions)
	switch {
	case err == nil:
	case dispensable[cloud.ClassOf(err)]:
		return nil
	default:
		return err
	}
	c.out.NotEnabled, c.out.NotListed = without(regions, enabled), without(enabled, regions)
	return nil
}

func without(all, some []string) (rest []string) {
	for _, one := range all {
		if !slices.Contains(some, one) && len(rest) < maxRegionsNamed {
			rest = append(rest, one)
		}
	}
	return rest
}

// regionsAtOnce is how many regions of an account are checked at the same time.
const regionsAtOnce = 4

// maxFailuresNamed bounds the regions of a kind whose failures are told.
const maxFailuresNamed = 40

func (c *accountCheck) readKind(ctx context.Context, kind string, regions []string) KindCheck {
	failures := make([]error, len(regions))
	var group errgroup.Group
	group.SetLimit(regionsAtOnce)
	for i, region := range regions {
		group.Go(func() error {
			failures[i] = c.readScope(ctx, resource.Scope{Kind: kind, Provider: c.out.Provider, Account: c.out.Name, Region: region})
			return nil
		})
	}
	_ = group.Wait() // a failure costs its region alone
	check := KindCheck{Kind: kind}
	for i, err := range failures {
		if err == nil {
			check.Readable++
			continue
		}
		check.Failed++
		if len(check.Failures) < maxFailuresNamed {
			check.Failures = append(check.Failures, RegionCheck{Region: regions[i], Error: shortText(err)})
		}
	}
	return check
}

func (c *accountCheck) readScope(ctx context.Context, scope resource.Scope) error {
	page, err := callProvider(ctx, listSpan, scope, "list "+scope.Place(), func(ctx context.Context) (cloud.Page, error) {
		return c.client.List(ctx, scope, "")
	})
	if err != nil || len(page.Rows) == 0 {
		return err
	}
	return c.lookUp(ctx, scope, page.Rows)
}

// lookedUp is how many listed resources are looked up again: one may be deleted in
// between, but not all of them.
const lookedUp = 5

func (c *accountCheck) lookUp(ctx context.Context, scope resource.Scope, rows []resource.Row) error {
	var ids []string
	for _, row := range rows[:min(len(rows), lookedUp, c.client.LookupLimit(scope.Kind))] {
		ids = append(ids, row.RowMeta().NativeID)
	}
	doing := "look up ids in " + scope.Place()
	existing, err := callProvider(ctx, lookupSpan, scope, doing, func(ctx context.Context) ([]string, error) {
		return c.client.Lookup(ctx, scope, ids)
	})
	if err == nil && len(existing) == 0 {
		err = &cloud.Error{Class: cloud.BadAnswer, Doing: doing,
			Err: fmt.Errorf("%s and others were listed and are not found by their ids", ids[0])}
	}
	return err
}
