package huawei_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

func organised(t testing.TB) membertest.World {
	region := func() *fake.Region { return &fake.Region{Name: beijing, Hosts: someHosts(), Disks: someDisks()} }
	w := newWorld(t, *region())
	return membertest.World{
		Cloud: w.Cloud, Adapter: huawei.Adapter(), Settings: w.settings, Region: region,
		ID:   func(n int) string { return domain[:28] + fmt.Sprintf("%04x", 0xd0d0+n) },
		List: "ListAccounts", Assume: "AssumeAgency",
		Assumed: func(keyID string, ends time.Time) string {
			return fmt.Sprintf(`{"credentials":{"access_key_id":%q,"secret_access_key":"key-of-the-agency","security_token":"session-of-%s","expiration":%q}}`,
				keyID, huaweifake.Planted, ends.UTC().Format(time.RFC3339))
		},
		Root: "r-fake", Unit: func(n int) string { return fmt.Sprintf("ou-%08d", n) },
		HasTokens: true, TellsStates: true, NoRole: cloud.Denied,
	}
}

func TestAccountsOfAnOrganisation(t *testing.T) {
	t.Parallel()
	membertest.Check(t, organised)
}

func TestTagsOfMembersAreAskedForWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	w := organised(t)
	members := w.Some(3)
	members[1].Tags = map[string]string{"env": "prod"}
	members[2].State = cloud.Suspended
	w.Organise(members)
	_, err := w.Open(cloud.Discover{}).Members(t.Context())
	require.NoError(t, err)
	require.Zero(t, w.Asked("ListTagsForResource"))
	discover := cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}

	found, err := w.Open(discover).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, 2, w.Asked("ListTagsForResource"), "of the active ones")
	judged := discover.Synced(found)
	require.Equal(t, []cloud.MemberState{cloud.Excluded, cloud.Active, cloud.Suspended}, []cloud.MemberState{judged[0].State, judged[1].State, judged[2].State})
}

// An agency that is not there is no missing resource: the account has no credential.
func TestAnAgencyThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(2))
	w.Cloud.Break(fake.Fault{Action: "AssumeAgency", Status: http.StatusNotFound, Body: `{"error_code":"PAP5.9999","error_msg":"agency not found"}`})

	_, err := w.Open(cloud.Discover{}).Member(w.ID(1)).List(t.Context(), scopeOf(resource.HostKind), "")

	classed(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "agency not found")
}

// A full page without a word of what follows may not be the last.
func TestAFullPageOfMembersWithoutPageInfo(t *testing.T) {
	t.Parallel()
	w := organised(t)
	for n, want := range map[int]cloud.Class{199: "", 200: cloud.BadAnswer} {
		list := ""
		for i := range n {
			list += fmt.Sprintf(`,{"id":%q,"status":"active"}`, w.ID(i))
		}
		w.Cloud.Record("ListAccounts", []byte(`{"accounts":[`+list[1:]+`]}`))

		_, err := w.Open(cloud.Discover{}).Members(t.Context())

		if want == "" {
			require.NoError(t, err)
			continue
		}
		classed(t, want, err)
	}
}
