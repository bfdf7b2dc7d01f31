package aws_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// memberID is that of the nth member, 0 for the organisation's own account.
func memberID(n int) string { return fmt.Sprintf("%012d", 123456789012+n) }

// organisationOf is a cloud with an organisation of some accounts, the first of which knows
// the others. Each has one region with a few hosts.
func organisationOf(members ...cloud.Member) *fake.Cloud {
	c := newCloud(few())
	for _, member := range members {
		if member.ID != accountID {
			c.Add(&fake.Account{ID: member.ID, KeyID: "AKIA" + member.ID, Key: secretKey, Regions: []*fake.Region{few()}})
		}
	}
	c.Update(func(accounts []*fake.Account) { accounts[0].Organisation = &fake.Organisation{Members: members} })
	return c
}

func some(n int) (members []cloud.Member) {
	for i := range n {
		members = append(members, cloud.Member{ID: memberID(i), Name: fmt.Sprintf("team %d", i), State: cloud.Active})
	}
	return members
}

func organisation(t testing.TB, c *fake.Cloud, discover cloud.Discover) cloud.Organisation {
	t.Helper()
	settings := settingsOf(t, c)
	if discover.Role == "" {
		discover.Role = "cloudsync-reader"
	}
	settings.Discover = &discover
	return aws.Adapter().New(settings).(cloud.Organisation)
}

func TestMembersAreOnSeveralPages(t *testing.T) {
	t.Parallel()
	members := some(45)
	members[7].State = cloud.Suspended
	c := organisationOf(members...)
	c.Update(func(accounts []*fake.Account) { accounts[0].Organisation.EmptyPage = 2 })

	found, err := organisation(t, c, cloud.Discover{}).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, members, found)
	require.Equal(t, 4, requests(c)["ListAccounts"], "three pages, and one that is empty and has a next one")
}

func TestMembersOfUnits(t *testing.T) {
	t.Parallel()
	members := some(4)
	members[1].Units = []string{"ou-prod", "r-fake"}
	members[2].Units = []string{"ou-shop", "ou-prod", "r-fake"}
	members[3].Units = []string{"ou-test", "r-fake"}
	rooted := func(m cloud.Member) cloud.Member {
		if m.Units == nil {
			m.Units = []string{"r-fake"}
		}
		return m
	}

	inUnits, err := organisation(t, organisationOf(members...), cloud.Discover{Include: cloud.Selection{{Unit: "ou-prod"}}}).Members(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []cloud.Member{rooted(members[0]), members[1], members[2], members[3]}, inUnits)

	below, err := organisation(t, organisationOf(members...), cloud.Discover{Parent: "ou-prod"}).Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{memberID(1), memberID(2)}, idsOf(below))
	require.Equal(t, []string{"ou-shop", "ou-prod"}, below[1].Units)
}

func idsOf(members []cloud.Member) (ids []string) {
	for _, member := range members {
		ids = append(ids, member.ID)
	}
	return ids
}

func TestTagsOfMembersAreAskedForWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	members := some(3)
	members[1].Tags = map[string]string{"env": "prod"}
	c := organisationOf(members...)
	discover := cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}

	found, err := organisation(t, c, discover).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, 3, requests(c)["ListTagsForResource"])
	judged := discover.Synced(found)
	require.Equal(t, []cloud.MemberState{cloud.Excluded, cloud.Active, cloud.Excluded}, []cloud.MemberState{judged[0].State, judged[1].State, judged[2].State})
}

// However many kinds and regions need a member, its role is assumed once.
func TestAMembersRoleIsAssumedOnce(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	o := organisation(t, c, cloud.Discover{})
	member := o.Member(memberID(1))

	for _, kind := range []*resource.Kind{resource.HostKind, resource.DiskKind} {
		rows, err := member.List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		require.NotEmpty(t, rows.Rows)
		_, err = member.Regions(t.Context())
		require.NoError(t, err)
	}
	require.Same(t, member, o.Member(memberID(1)))

	require.Equal(t, 1, requests(c)["AssumeRole"])
	require.Equal(t, 1, requests(c)["DescribeRegions"])
}

func TestTheOrganisationsOwnAccountNeedsNoRole(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)

	page, err := organisation(t, c, cloud.Discover{}).Member(accountID).List(t.Context(), scopeOf(resource.HostKind), "")

	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	require.Zero(t, requests(c)["AssumeRole"])
}

func TestTheNameOfARoleHasTheMembersID(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	c.Update(func(accounts []*fake.Account) { accounts[1].Role = "read/" + memberID(1) })

	_, err := organisation(t, c, cloud.Discover{Role: "read/{account_id}"}).Member(memberID(1)).Regions(t.Context())

	require.NoError(t, err)
}

// A member that cannot be entered fails alone, with an error of its account.
func TestAMemberWithoutTheRole(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	c.Update(func(accounts []*fake.Account) { accounts[1].Role = "another" })
	o := organisation(t, c, cloud.Discover{})

	_, err := o.Member(memberID(1)).List(t.Context(), scopeOf(resource.HostKind), "")

	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cloud.Denied, failure.Class)
	require.True(t, failure.OfAccount)
	require.ErrorContains(t, err, "aws/demo/"+memberID(1)+": AssumeRole")
	_, err = o.Member(memberID(2)).List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
}

// A role that gives the keys of another account is refused: none of the member's resources
// would be seen.
func TestARoleOfAnotherAccount(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	keyOfAnother, _, ok := c.Assume(memberID(2), "any")
	require.True(t, ok)
	c.Record("AssumeRole", []byte(fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
		<AccessKeyId>%s</AccessKeyId><SecretAccessKey>s3cret-of-the-role</SecretAccessKey><SessionToken>token-of-the-role</SessionToken><Expiration>%s</Expiration>
		</Credentials></AssumeRoleResult></AssumeRoleResponse>`, keyOfAnother, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))))

	_, err := organisation(t, c, cloud.Discover{}).Member(memberID(1)).List(t.Context(), scopeOf(resource.HostKind), "")

	require.ErrorContains(t, err, "the credential is of account "+memberID(2))
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
}

// A listing goes on while the keys of the role that it is read with are renewed.
func TestARoleIsRenewedInTheMiddleOfAListing(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	c.SessionLasts, c.PageSize = 400*time.Millisecond, 1
	member := organisation(t, c, cloud.Discover{}).Member(memberID(1))

	page, err := member.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	require.Eventually(t, func() bool {
		_, err = member.List(t.Context(), scopeOf(resource.HostKind), page.Next)
		return err != nil || requests(c)["AssumeRole"] >= 3
	}, time.Minute, 20*time.Millisecond)
	require.NoError(t, err)
}

// Keys that end before their time cost one attempt: the role is assumed anew.
func TestARoleWhoseKeysEndBeforeTheirTime(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	c.PageSize = 1
	member := organisation(t, c, cloud.Discover{}).Member(memberID(1))
	page, err := member.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	c.EndSessions()

	_, err = member.List(t.Context(), scopeOf(resource.HostKind), page.Next)
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err), "%v", err)
	_, err = member.List(t.Context(), scopeOf(resource.HostKind), page.Next)

	require.NoError(t, err)
	require.Equal(t, 2, requests(c)["AssumeRole"])
}

func TestAnOrganisationThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		knows *fake.Organisation
		fault fake.Fault
		class cloud.Class
	}{
		"none":      {nil, fake.Fault{}, cloud.Denied},
		"empty":     {&fake.Organisation{}, fake.Fault{}, cloud.Denied},
		"denied":    {&fake.Organisation{Members: some(2)}, fake.Fault{Action: "ListAccounts", Verdict: fake.Denied}, cloud.Denied},
		"throttled": {&fake.Organisation{Members: some(2)}, fake.Fault{Action: "ListAccounts", Verdict: fake.Throttled}, cloud.Throttled},
		"away":      {&fake.Organisation{Members: some(2)}, fake.Fault{Action: "ListAccounts", Verdict: fake.ServerError}, cloud.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(few())
			c.Update(func(accounts []*fake.Account) { accounts[0].Organisation = of.knows })
			if of.fault.Action != "" {
				c.Break(of.fault)
			}

			_, err := organisation(t, c, cloud.Discover{}).Members(t.Context())

			require.Equal(t, of.class, cloud.ClassOf(err), "%v", err)
		})
	}
}
