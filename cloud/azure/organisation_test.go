package azure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
)

const tenant = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

// memberID is that of the nth member.
func memberID(n int) string { return fmt.Sprintf("11111111-2222-3333-4444-%012d", n) }

func some(n int) (members []cloud.Member) {
	for i := range n {
		members = append(members, cloud.Member{ID: memberID(i), Name: fmt.Sprintf("team %d", i), State: cloud.Active})
	}
	return members
}

// organisationOf is a cloud with a tenant of some subscriptions, each with the resources of the
// usual account.
func organisationOf(members ...cloud.Member) *fake.Cloud {
	c := &fake.Cloud{}
	c.Add(&fake.Account{ID: subscription, KeyID: clientID, Key: clientSecret, Organisation: &fake.Organisation{ID: tenant, Members: members}})
	for _, member := range members {
		of := account()
		of.ID, of.KeyID = member.ID, "nobody's"
		c.Add(of)
	}
	return c
}

func finding(t *testing.T, c *fake.Cloud, discover cloud.Discover) cloud.Organisation {
	t.Helper()
	return findingAt(serve(t, c), discover)
}

func findingAt(settings cloud.Settings, discover cloud.Discover) cloud.Organisation {
	settings.AccountID, settings.Discover = tenant, &discover
	return open(settings).(cloud.Organisation)
}

func TestMembersAreOnSeveralPages(t *testing.T) {
	t.Parallel()
	members := some(45)
	members[7].State = cloud.Suspended
	members[8].Tags = map[string]string{"env": "prod"}
	c := organisationOf(members...)
	c.Update(func(accounts []*fake.Account) { accounts[0].Organisation.EmptyPage = 2 })

	found, err := finding(t, c, cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, members, found)
	require.Equal(t, map[string]int{"token": 1, "tenant_list": 1, "subscription_list": 4}, calls(c), "three pages, and one that is empty and has a next one")
}

// What is below a management group has names; the rest is in the list of what is seen.
func TestMembersBelowAManagementGroup(t *testing.T) {
	t.Parallel()
	members := some(25)
	for i := range members {
		members[i].Units = []string{"shop", "prod", tenant}
	}
	members[0].Units = []string{tenant}
	members[1].Units = []string{"prod", tenant}
	members[2].State = cloud.Suspended
	members[3].Tags = map[string]string{"env": "prod"}
	members[4].Units = []string{"test", tenant}
	c := organisationOf(members...)

	all, err := finding(t, c, cloud.Discover{Exclude: cloud.Selection{{Unit: "shop"}}}).Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, members, all)
	require.Equal(t, 2, calls(c)["descendant_list"])

	below, err := finding(t, organisationOf(members...), cloud.Discover{Parent: "prod"}).Members(t.Context())
	require.NoError(t, err)
	require.Len(t, below, 23)
	require.Equal(t, []string{"prod"}, below[0].Units)
	require.Equal(t, []string{"shop", "prod"}, below[1].Units)
	require.Equal(t, cloud.Suspended, below[1].State)
	require.Equal(t, members[3].Tags, below[2].Tags)
}

// One that is below the group and that the credential does not see is not passed over in
// silence: it fails alone, with an error of its account.
func TestAMemberWithoutTheRole(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	c.Update(func(accounts []*fake.Account) { accounts[2].Role = "another" })
	o := finding(t, c, cloud.Discover{Parent: tenant})
	found, err := o.Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, cloud.Member{ID: memberID(1), Name: "team 1", State: cloud.Active, Units: []string{tenant}}, found[1])

	_, err = o.Member(memberID(1)).List(t.Context(), hostScope, "")

	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cloud.InvalidCredential, failure.Class)
	require.True(t, failure.OfAccount)
	require.ErrorContains(t, err, "azure/demo/"+memberID(1)+": subscription_get")
	require.Len(t, listAll(t, o.Member(memberID(2)), hostScope), 2)
}

// A subscription of another tenant may be seen, where it was delegated. It is no member.
func TestSubscriptionsOfAnotherTenant(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(1)...)
	c.Record("subscription_list", []byte(`{"value":[
		{"subscriptionId":"`+memberID(1)+`","tenantId":"00000000-0000-0000-0000-000000000009","displayName":"a customer's","state":"Enabled","managedByTenants":[{"tenantId":"`+tenant+`"}]},
		{"subscriptionId":"`+strings.ToUpper(memberID(0))+`","tenantId":"`+strings.ToUpper(tenant)+`","displayName":"ours","state":"Warned"}]}`))

	found, err := finding(t, c, cloud.Discover{}).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, []cloud.Member{{ID: memberID(0), Name: "ours", State: cloud.Active}}, found)
}

// However many members, kinds and regions there are, there is one token. Whether the credential
// sees a subscription is asked once for each.
func TestAllMembersHaveOneToken(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	o := finding(t, c, cloud.Discover{})

	for n := range 3 {
		member := o.Member(memberID(n))
		require.Len(t, listAll(t, member, hostScope), 2)
		require.NotEmpty(t, listAll(t, member, diskScope))
		regions, err := member.Regions(t.Context())
		require.NoError(t, err)
		require.Contains(t, regions, region)
		require.Same(t, member, o.Member(memberID(n)))
	}

	require.Equal(t, 1, calls(c)["token"])
	require.Equal(t, 3, calls(c)["subscription_get"])
}

// A token that is refused to several members is asked for anew once.
func TestARefusedTokenIsAskedForAnewForAllMembers(t *testing.T) {
	t.Parallel()
	const members = 3
	c := organisationOf(some(members)...)

	o := membertest.Tokens{
		Cloud: c, Handler: azurefake.New(c), IDs: []string{memberID(0), memberID(1), memberID(2)}, Scope: diskScope, Action: "disk_list", Path: "/disks",
		Open: func(url string) cloud.Organisation { return findingAt(settingsFor(url), cloud.Discover{}) },
	}.RefuseAll(t)

	for n := range members {
		require.NotEmpty(t, listAll(t, o.Member(memberID(n)), diskScope))
	}
	require.Equal(t, 2, calls(c)["token"])
}

// A subscription with another id than the member's is refused: none of the member's resources
// would be seen.
func TestAMemberThatIsAnotherSubscription(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	c.Record("subscription_get", []byte(`{"subscriptionId":"`+memberID(2)+`","state":"Enabled"}`))

	_, err := finding(t, c, cloud.Discover{}).Member(memberID(1)).List(t.Context(), hostScope, "")

	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "the credential is of account "+memberID(2))
}

func TestATenantThatIsAnother(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(1)...)
	settings := serve(t, c)
	settings.AccountID, settings.Discover = "00000000-0000-0000-0000-000000000009", &cloud.Discover{}

	_, err := open(settings).(cloud.Organisation).Members(t.Context())

	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "the configuration says account_id 00000000-0000-0000-0000-000000000009")
}

func TestATenantThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	const group = "/providers/Microsoft.Management/managementGroups/"
	below := cloud.Discover{Parent: "prod"}
	for name, of := range map[string]struct {
		discover cloud.Discover
		fault    fake.Fault
		record   string // the answer to the fault's action
		class    cloud.Class
	}{
		"empty":             {cloud.Discover{}, fake.Fault{Action: "subscription_list"}, `{"value":[]}`, cloud.Denied},
		"a strange group":   {cloud.Discover{Parent: "nowhere"}, fake.Fault{}, "", cloud.Denied},
		"no such group":     {below, fake.Fault{Action: "descendant_list", Status: 404, Body: armBody("NotFound")}, "", cloud.NotFound},
		"denied":            {below, fake.Fault{Action: "descendant_list", Verdict: fake.Denied}, "", cloud.Denied},
		"throttled":         {cloud.Discover{}, fake.Fault{Action: "subscription_list", Verdict: fake.Throttled}, "", cloud.Throttled},
		"away":              {cloud.Discover{}, fake.Fault{Action: "tenant_list", Verdict: fake.ServerError}, "", cloud.Unavailable},
		"refused":           {cloud.Discover{}, fake.Fault{Action: "token", Verdict: fake.InvalidCredential}, "", cloud.InvalidCredential},
		"no tenant":         {cloud.Discover{}, fake.Fault{Action: "tenant_list"}, `{"value":[]}`, cloud.BadAnswer},
		"no list":           {cloud.Discover{}, fake.Fault{Action: "subscription_list"}, `{}`, cloud.BadAnswer},
		"no id":             {cloud.Discover{}, fake.Fault{Action: "subscription_list"}, `{"value":[{"tenantId":"` + tenant + `","state":"Enabled"}]}`, cloud.BadAnswer},
		"pages in a circle": {cloud.Discover{}, fake.Fault{Action: "subscription_list"}, `{"value":[],"nextLink":"{base}/subscriptions?$skiptoken=7"}`, cloud.BadAnswer},
		"a link elsewhere":  {cloud.Discover{}, fake.Fault{Action: "subscription_list"}, `{"value":[],"nextLink":"https://elsewhere.example/subscriptions?$skiptoken=7"}`, cloud.BadAnswer},
		"a group is missing": {below, fake.Fault{Action: "descendant_list"},
			`{"value":[{"id":"/subscriptions/` + memberID(0) + `","properties":{"parent":{"id":"` + group + `lost"}}}]}`, cloud.BadAnswer},
		"in a circle": {below, fake.Fault{Action: "descendant_list"},
			`{"value":[{"id":"/subscriptions/` + memberID(0) + `","properties":{"parent":{"id":"` + group + `a"}}},{"id":"` + group + `A","properties":{"parent":{"id":"` + group + `a"}}}]}`, cloud.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members := some(2)
			members[1].Units = []string{"prod", tenant}
			c := organisationOf(members...)
			settings := serve(t, c)
			if of.record != "" {
				c.Record(of.fault.Action, []byte(strings.ReplaceAll(of.record, "{base}", settings.Endpoint)))
			} else if of.fault.Action != "" {
				c.Break(of.fault)
			}

			_, err := findingAt(settings, of.discover).Members(t.Context())

			requireClass(t, of.class, err)
			var failure *cloud.Error
			require.ErrorAs(t, err, &failure)
			require.True(t, failure.OfAccount)
		})
	}
}
