package aws_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func organised(t testing.TB) membertest.World {
	c := newCloud(few())
	return membertest.World{
		Cloud: c, Adapter: aws.Adapter(), Settings: settingsOf(t, c), Region: few,
		ID:   func(n int) string { return fmt.Sprintf("%012d", 123456789012+n) },
		List: "ListAccounts", Assume: "AssumeRole", Regions: "DescribeRegions",
		Assumed: func(keyID string, ends time.Time) string {
			return fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
				<AccessKeyId>%s</AccessKeyId><SecretAccessKey>s3cret-of-the-role</SecretAccessKey><SessionToken>token-of-the-role</SessionToken><Expiration>%s</Expiration>
				</Credentials></AssumeRoleResult></AssumeRoleResponse>`, keyID, ends.UTC().Format(time.RFC3339))
		},
		Refused: func(message string) string {
			return `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>` + message + `</Message></Error></ErrorResponse>`
		},
		Root: "r-fake", Unit: func(n int) string { return fmt.Sprintf("ou-b2c3-%08d", n) },
		HasTokens: true, TellsStates: true, NoRole: cloud.Denied,
	}
}

func TestAccountsOfAnOrganisation(t *testing.T) {
	t.Parallel()
	membertest.Check(t, organised)
}

// Units go up to the parent, without one to the root.
func TestUnitsOfMembers(t *testing.T) {
	t.Parallel()
	w := organised(t)
	members := w.Some(4)
	members[1].Units = []string{"ou-prod", "r-fake"}
	members[2].Units = []string{"ou-shop", "ou-prod", "r-fake"}
	members[3].Units = []string{"ou-test", "r-fake"}
	w.Organise(members)

	all, err := w.Open(cloud.Discover{Include: cloud.Selection{{Unit: "ou-prod"}}}).Members(t.Context())
	require.NoError(t, err)
	members[0].Units = []string{"r-fake"}
	require.ElementsMatch(t, members, all)

	below, err := w.Open(cloud.Discover{Parent: "ou-prod"}).Members(t.Context())
	require.NoError(t, err)
	require.Len(t, below, 2)
	require.Equal(t, []string{"ou-prod"}, below[0].Units)
	require.Equal(t, []string{"ou-shop", "ou-prod"}, below[1].Units)
}

func TestTagsOfMembersAreAskedForWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	w := organised(t)
	members := w.Some(3)
	members[1].Tags = map[string]string{"env": "prod"}
	w.Organise(members)
	discover := cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}

	found, err := w.Open(discover).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, 3, w.Asked("ListTagsForResource"))
	judged := discover.Synced(found)
	require.Equal(t, []cloud.MemberState{cloud.Excluded, cloud.Active, cloud.Excluded}, []cloud.MemberState{judged[0].State, judged[1].State, judged[2].State})
}

// Roles have paths.
func TestTheNameOfARoleHasAPath(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(2))
	w.Cloud.Update(func(accounts []*fake.Account) { accounts[1].Role = "read/" + w.ID(1) })

	_, err := w.Open(cloud.Discover{Role: "read/" + cloud.AccountInRole}).Member(w.ID(1)).List(t.Context(), scopeOf(resource.HostKind), "")

	require.NoError(t, err)
}
