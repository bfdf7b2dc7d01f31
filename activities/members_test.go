package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
)

// fakeOrganisation is an account that knows others.
type fakeOrganisation struct {
	fakeCloud
	discover cloud.Discover

	gate chan struct{} // the members are told when it is closed; nil: at once

	mu      sync.Mutex
	members []cloud.Member
	err     error
	asked   int
	read    int // what it discovers
	entered map[string]*fakeCloud
}

// organised is an organisation of as many active members, each with one region.
func organised(ids ...string) *fakeOrganisation {
	o := &fakeOrganisation{discover: cloud.Discover{FreshFor: time.Hour}, entered: map[string]*fakeCloud{}}
	for _, id := range ids {
		o.members = append(o.members, cloud.Member{ID: id, Name: "team " + id, State: cloud.Active, Units: []string{"ou-1"}})
	}
	return o
}

func (o *fakeOrganisation) Discovers() cloud.Discover {
	o.change(func() { o.read++ })
	return o.discover
}

func (o *fakeOrganisation) Members(context.Context) ([]cloud.Member, error) {
	if o.gate != nil {
		<-o.gate
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	return o.members, o.err
}

func (o *fakeOrganisation) Member(id string) cloud.Provider {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.entered[id] == nil {
		o.entered[id] = &fakeCloud{regions: []string{"beijing"}}
	}
	return o.entered[id]
}

// change changes what the organisation has; expired: what was found is not fresh any more.
func (o *fakeOrganisation) change(do func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	do()
}

func corp(o *fakeOrganisation) cloud.Account {
	return cloud.Account{Account: resource.Account{Provider: "aws", Name: "corp"}, ID: "0", Client: o}
}

// listed are the places that a run would list, what it cannot, and what it counts as
// orphans.
func (b *bundle) listed(t *testing.T, run string) (places []string, out activities.ListScopesOut) {
	t.Helper()
	out, err := execute(t, attempt{}, b.ListScopes, listIn(run))
	require.NoError(t, err)
	known, err := b.store.KnownScopes(t.Context(), kind)
	require.NoError(t, err)
	at := map[int64]string{}
	for _, scope := range known {
		at[scope.ID] = scope.Scope.Place()
	}
	for _, id := range scopeIDs(out) {
		places = append(places, at[id])
	}
	return places, out
}

func (b *bundle) statesOf(t *testing.T) map[string]string {
	t.Helper()
	found, err := b.store.FoundAccounts(t.Context())
	require.NoError(t, err)
	states := map[string]string{}
	for _, account := range found {
		states[account.Account] = account.State
	}
	return states
}

func TestMembersAreFoundOnceForAllKinds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2", "3")
	o.discover.Exclude = cloud.Selection{{ID: "3"}}
	o.members[1].State = cloud.Suspended
	b.accounts(corp(o))

	for _, run := range []string{"run-2", "run-3"} {
		places, out := b.listed(t, run)
		require.Equal(t, []string{"aws/corp/1/beijing"}, places)
		require.Empty(t, out.Unlisted)
	}

	require.Equal(t, 1, o.asked, "what was found is fresh for the next run")
	_, out := b.listed(t, "run-4")
	local, err := execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: out.Run, ScopeIDs: scopeIDs(out)})
	require.NoError(t, err)
	require.Equal(t, "team 1", local.Scopes[0].AccountName)
	require.Equal(t, map[string]string{"corp/1": "active", "corp/2": "suspended", "corp/3": "excluded"}, b.statesOf(t))
	found, err := b.store.FoundAccounts(t.Context())
	require.NoError(t, err)
	require.Equal(t, "team 1", found[0].Name)
	require.Equal(t, "ou-1", found[0].Parent)
}

// What joins is synced at once; what left has rows that are told, not deleted.
func TestMembersJoinAndLeave(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	o.discover.FreshFor = 0
	b.accounts(corp(o))
	b.listed(t, "run-2")
	b.addRowOf(t, "corp/2")

	o.change(func() { o.members = append(o.members[:1:1], cloud.Member{ID: "3", Name: "new", State: cloud.Active}) })
	places, out := b.listed(t, "run-3")

	require.ElementsMatch(t, []string{"aws/corp/1/beijing", "aws/corp/3/beijing"}, places)
	require.Equal(t, activities.Orphans{OrphanScopes: 1, OrphanRows: 1}, out.Orphans)
	require.Equal(t, "left", b.statesOf(t)["corp/2"])

	o.change(func() { o.members = append(o.members, cloud.Member{ID: "2", Name: "back", State: cloud.Active}) })
	places, out = b.listed(t, "run-4")
	require.Len(t, places, 3)
	require.Zero(t, out.OrphanScopes)
}

// addRowOf stores a host of an account.
func (b *bundle) addRowOf(t *testing.T, account string) {
	t.Helper()
	b.exec(t, "INSERT INTO resource_host (uid, hash, scope_id, provider, account, region, native_id, created_at, updated_at) "+
		"SELECT UNHEX(REPEAT('ab', 16)), UNHEX(REPEAT('cd', 16)), id, provider, account, region, 'i-1', NOW(6), NOW(6) FROM sync_scope WHERE account = ?", account)
}

// What was known of an account before is no reason to take it for gone: the settings, or the
// organisation, may have changed since.
func TestNobodyIsAnOrphanWhileTheAccountsCannotBeFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	o.discover.FreshFor = 0
	b.accounts(corp(o))
	b.listed(t, "run-2")
	b.addRowOf(t, "corp/2")
	o.change(func() { o.discover.Exclude = cloud.Selection{{ID: "2"}} })
	_, out := b.listed(t, "run-3")
	require.Equal(t, activities.Orphans{OrphanScopes: 1, OrphanRows: 1}, out.Orphans)

	o.change(func() {
		o.discover.Exclude = nil
		o.err = &cloud.Error{Class: cloud.Denied, Doing: "find the accounts of aws/corp", Err: fmt.Errorf("no")}
	})
	_, out = b.listed(t, "run-4")

	require.Zero(t, out.OrphanScopes)
	plan := b.planPrune(t, activities.PlanPruneIn{Only: []string{"aws/corp/2/beijing"}})
	require.Empty(t, plan.Orphans)
	require.Len(t, plan.Refused, 1)
	require.Contains(t, plan.Refused[0].Why, "could not be found")
}

// Where the accounts cannot be found, those that are known go on, the run says why, and
// nobody is an orphan for it.
func TestAFindingThatFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	o.discover.FreshFor = 0
	b.accounts(corp(o))
	b.listed(t, "run-2")

	o.change(func() {
		o.err = &cloud.Error{Class: cloud.Denied, Doing: "find the accounts of aws/corp", Err: fmt.Errorf("no")}
	})
	places, out := b.listed(t, "run-3")

	require.Len(t, places, 2)
	require.Len(t, out.Unlisted, 1)
	require.Equal(t, "aws/corp", out.Unlisted[0].Place)
	require.Contains(t, out.Unlisted[0].Error, "the 2 known ones go on alone: find the accounts of aws/corp: denied: no")
	require.Zero(t, out.OrphanScopes)
}

func TestTheFirstSearchForMembersFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1")
	o.err = &cloud.Error{Class: cloud.Denied, Doing: "find the accounts of aws/corp", Err: fmt.Errorf("no")}
	b.accounts(corp(o))

	places, out := b.listed(t, "run-1")

	require.Empty(t, places)
	require.Len(t, out.Unlisted, 1)
	require.Contains(t, out.Unlisted[0].Error, "could not be found, and none are known yet: find the accounts of aws/corp: denied: no")
}

// A plan changes nothing, not even what is known of an organisation.
func TestAPlanRecordsNoMembers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts(corp(organised("1")))
	in := listIn("plan")
	in.Plan = true

	out, err := execute(t, attempt{}, b.ListScopes, in)

	require.NoError(t, err)
	require.Len(t, scopeIDs(out), 1)
	require.Empty(t, b.statesOf(t))
}

// Other settings find anew, however fresh what was found is.
func TestOtherSettingsFindAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	b.accounts(corp(o))
	b.listed(t, "run-2")
	o.discover.Exclude = cloud.Selection{{ID: "2"}}

	places, _ := b.listed(t, "run-3")

	require.Equal(t, []string{"aws/corp/1/beijing"}, places)
}

func TestAnAccountThatIsFoundAndConfigured(t *testing.T) {
	t.Parallel()
	b := setup(t)
	byHand := cloud.Account{Account: resource.Account{Provider: "aws", Name: "prod"}, ID: "2", Client: &fakeCloud{regions: []string{"beijing"}}}
	b.accounts(corp(organised("1", "2")), byHand)

	places, out := b.listed(t, "run-2")

	require.ElementsMatch(t, []string{"aws/corp/1/beijing", "aws/prod/beijing"}, places)
	require.Equal(t, []activities.UnlistedScope{{
		Place: "aws/corp/2", AccountName: "team 2",
		Error: `skipped: it is the account aws/prod, too, and its rows would stand twice: add "2" to exclude of the account aws/corp, or take the other out of the configuration`,
	}}, out.Unlisted)
}

// Azure's ids may be configured in capitals.
func TestAnAccountThatIsFoundAndConfiguredInAnotherCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	byHand := cloud.Account{Account: resource.Account{Provider: "aws", Name: "prod"}, ID: "2A", Client: &fakeCloud{regions: []string{"beijing"}}}
	b.accounts(corp(organised("1", "2a")), byHand)

	places, out := b.listed(t, "run-2")

	require.ElementsMatch(t, []string{"aws/corp/1/beijing", "aws/prod/beijing"}, places)
	require.Len(t, out.Unlisted, 1)
}

// The policy of an organisation's account is that of its members.
func TestMembersHaveTheirOrganisationsPolicy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts(corp(organised("1")))
	deps := b.deps()
	deps.Accounts = cloud.Accounts{corp(organised("1"))}
	settings := deps.Settings[kind]
	settings.AccountPolicies = []activities.AccountPolicy{{Provider: "aws", Account: "corp", Policy: diff.Policy{Deletes: diff.Never}}}
	deps.Settings = map[string]activities.Settings{kind: settings}
	b.Activities = activities.New(deps)

	_, out := b.listed(t, "run-2")

	require.Contains(t, out.AccountPolicies, activities.AccountPolicy{Provider: "aws", Account: "corp/1", Policy: diff.Policy{Deletes: diff.Never}})
}

func TestACheckOfAnOrganisation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	o.discover.Exclude = cloud.Selection{{ID: "2"}}
	b.accounts(corp(o))
	b.listed(t, "run-2")

	listed, err := execute(t, attempt{}, func(ctx context.Context, _ struct{}) (activities.ListAccountsOut, error) { return b.ListAccounts(ctx) }, struct{}{})
	require.NoError(t, err)
	require.Equal(t, []resource.Account{{Provider: "aws", Name: "corp"}, {Provider: "aws", Name: "corp/1"}}, listed.Accounts)

	check, err := execute(t, attempt{}, b.CheckAccount, listed.Accounts[0])
	require.NoError(t, err)
	require.Equal(t, map[cloud.MemberState]int64{cloud.Active: 1, cloud.Excluded: 1}, check.Members)
	check, err = execute(t, attempt{}, b.CheckAccount, listed.Accounts[1])
	require.NoError(t, err)
	require.Equal(t, "team 1", check.CloudName)
	require.Equal(t, 1, check.Regions)
}

// Kinds that begin at the same time find the members together, and fail together.
func TestKindsThatBeginAtOnceFindMembersOnce(t *testing.T) {
	t.Parallel()
	const kinds = 5
	for name, failure := range map[string]error{"found": nil, "refused": &cloud.Error{Class: cloud.Denied, Doing: "find", Err: fmt.Errorf("no")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			o := organised("1", "2")
			o.gate, o.err = make(chan struct{}), failure
			b.accounts(corp(o))
			before := o.read
			var group errgroup.Group
			for i := range kinds {
				group.Go(func() error {
					in := listIn(fmt.Sprintf("run-%d", i+2))
					_, err := execute(t, attempt{}, b.ListScopes, in)
					return err
				})
			}
			require.Eventually(t, func() bool {
				o.mu.Lock()
				defer o.mu.Unlock()
				return o.read-before >= 2*kinds // each knows that what was found is not fresh
			}, time.Minute, time.Millisecond)

			close(o.gate)

			require.NoError(t, group.Wait())
			if failure == nil {
				require.Equal(t, 1, o.asked, "who came too late to wait finds what was found")
			}
			require.Less(t, o.asked, kinds)
		})
	}
}

// What is excluded is not entered, whether the organisation can be asked or not.
func TestAFindingThatFailsExcludes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2", "3")
	b.accounts(corp(o))
	b.listed(t, "run-2")
	o.discover.Exclude = cloud.Selection{{ID: "2"}, {Name: "team 3"}}
	o.err = &cloud.Error{Class: cloud.Denied, Doing: "find", Err: fmt.Errorf("no")}

	places, out := b.listed(t, "run-3")

	require.Equal(t, []string{"aws/corp/1/beijing"}, places)
	require.Contains(t, out.Unlisted[0].Error, "the 1 known ones go on alone")
}

// Another organisation may get the name of one, whose members it does not have.
func TestAnotherOrganisationFindsAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts(corp(organised("1")))
	b.listed(t, "run-2")
	another := corp(organised("2"))
	another.ID = "another"
	b.accounts(another)

	places, _ := b.listed(t, "run-3")

	require.Equal(t, []string{"aws/corp/2/beijing"}, places)
}

// Reports name some of the accounts that cannot be listed: these are told whole, and all fit
// a payload.
func TestManyMembersThatCannotBeListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised()
	for i := range 5000 {
		id := fmt.Sprintf("%012d", i)
		o.members = append(o.members, cloud.Member{ID: id, Name: strings.Repeat("名", 300), State: cloud.Active})
		o.entered[id] = &fakeCloud{regionsErr: &cloud.Error{Class: cloud.InvalidCredential, Doing: "list regions", Err: errors.New(strings.Repeat("x", 300))}}
	}
	b.accounts(corp(o))

	_, out := b.listed(t, "run-2")

	require.Len(t, out.Unlisted, 5000)
	require.Greater(t, len(out.Unlisted[19].Error), 300)
	payload, err := json.Marshal(out)
	require.NoError(t, err)
	require.Less(t, len(payload), 1<<20)
}

// A plan of one place is not concerned with accounts that it is not in.
func TestAPlanOfOnePlaceTellsItsOwnAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := organised("1", "2")
	o.entered["2"] = &fakeCloud{regionsErr: &cloud.Error{Class: cloud.Denied, Doing: "list regions", Err: errors.New("no role")}}
	b.accounts(corp(o))
	in := listIn("p")
	in.Plan, in.Only = true, []string{"aws/corp/1/beijing"}

	out, err := execute(t, attempt{}, b.ListScopes, in)
	require.NoError(t, err)
	require.Len(t, scopeIDs(out), 1)
	require.Empty(t, out.Unlisted)

	in.Only = []string{"aws/corp/2/beijing"}
	_, err = execute(t, attempt{}, b.ListScopes, in)
	require.ErrorContains(t, err, `aws/corp/2: list regions: denied: no role; no configured scope "aws/corp/2/beijing"`)
}
