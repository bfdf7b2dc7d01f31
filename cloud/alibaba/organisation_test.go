package alibaba_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/alibaba"
	"cloudsync/cloud/fake"
)

func organised(t testing.TB) membertest.World {
	w := newWorld(t, manyHosts(3))
	return membertest.World{
		Cloud: w.Cloud, Adapter: alibaba.Adapter(), Settings: w.settings(),
		Region: func() *fake.Region { return manyHosts(3) },
		ID:     func(n int) string { return fmt.Sprint(1968132000123456 + n) },
		List:   "ListAccounts", Assume: "AssumeRole", Regions: "DescribeRegions",
		Assumed: func(keyID string, ends time.Time) string {
			account, _, _ := strings.Cut(keyID, "-session-")
			prefixed := ""
			if keyID != "" {
				prefixed = "STS." + keyID
			}
			return fmt.Sprintf(`{"Credentials":{"AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":"token-of-%s","Expiration":%q}}`,
				prefixed, "secret-of-"+account, account, ends.UTC().Format(time.RFC3339))
		},
		Root: "r-fake", Unit: func(n int) string { return fmt.Sprintf("fd-%010d", n) },
		HasTokens: true, TellsStates: true, IsAlone: true, NoRole: cloud.InvalidCredential,
	}
}

func TestAccountsOfAResourceDirectory(t *testing.T) {
	t.Parallel()
	membertest.Check(t, organised)
}

func TestTagsOfMembersAreInTheirList(t *testing.T) {
	t.Parallel()
	w := organised(t)
	members := w.Some(3)
	members[1].Tags = map[string]string{"env": "prod"}
	w.Organise(members)
	discover := cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}

	found, err := w.Open(discover).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, 1, w.Asked("ListAccounts"))
	states := map[string]cloud.MemberState{}
	for _, member := range discover.Synced(found) {
		states[member.ID] = member.State
	}
	require.Equal(t, map[string]cloud.MemberState{w.ID(0): cloud.Excluded, w.ID(1): cloud.Active, w.ID(2): cloud.Excluded}, states)
}

// A member is active once it is one, whatever becomes of its type.
func TestStatesOfMembers(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]cloud.MemberState{
		"CreateSuccess": cloud.Active, "InviteSuccess": cloud.Active, "PromoteSuccess": cloud.Active, "PromoteVerifying": cloud.Active, "PromoteFailed": cloud.Active,
		"CreateVerifying": cloud.Suspended, "CreateFailed": cloud.Suspended, "": cloud.Suspended, "Deleting": cloud.Suspended,
	} {
		w := organised(t)
		w.Cloud.Record("ListAccounts", fmt.Appendf(nil, `{"Accounts":{"Account":[{"AccountId":"7","Status":%q,"FolderId":"fd-1"}]}}`, status))
		found, err := w.Open(cloud.Discover{}).Members(t.Context())
		require.NoError(t, err)
		require.Equal(t, []cloud.Member{{ID: "7", State: want, Units: []string{"fd-1"}}, {ID: accountID, State: cloud.Active}}, found, status)

		_, err = w.Open(cloud.Discover{Exclude: cloud.Selection{{Unit: "fd-2"}}}).Members(t.Context())
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "the folders above are not told: nobody knows whether it is excluded")
	}
}

// A cloud that knows no tokens answers the first of its numbered pages, which is not all.
func TestADirectoryWithoutTokens(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Cloud.Record("ListAccounts", []byte(`{"Accounts":{"Account":[{"AccountId":"7","Status":"CreateSuccess"}]},"TotalCount":12,"PageSize":1}`))

	_, err := w.Open(cloud.Discover{}).Members(t.Context())

	require.Equal(t, cloud.Incomplete, cloud.ClassOf(err), "%v", err)
}
