package tencent_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

func organised(t testing.TB) membertest.World {
	c := newCloud(filled(3))
	return membertest.World{
		Cloud: c, Adapter: tencent.Adapter(), Settings: settings(serve(t, tencentfake.New(c))),
		Region: func() *fake.Region { return filled(3) },
		ID:     memberID, List: "DescribeOrganizationMembers", Assume: "AssumeRole",
		Assumed: func(keyID string, ends time.Time) string {
			return fmt.Sprintf(`{"Response":{"Credentials":{"TmpSecretId":%q,"TmpSecretKey":"key-of-the-role","Token":%q},"Expiration":%q}}`,
				keyID, "session-of-"+tencentfake.Planted, ends.UTC().Format(time.RFC3339))
		},
		Root: "1", Unit: func(n int) string { return strconv.Itoa(100 + n) },
		NoRole: cloud.InvalidCredential,
	}
}

func memberID(n int) string { return fmt.Sprint(100001234567 + n) }

func TestAccountsOfAnOrganisation(t *testing.T) {
	t.Parallel()
	membertest.Check(t, organised)
}

// Departments are asked for where something needs them, 50 at a time.
func TestDepartmentsAreAskedForWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	w := organised(t)
	members := w.Some(60)
	for i := range members {
		members[i].Units = []string{w.Unit(i), w.Root}
	}
	w.Organise(members)
	found, err := w.Open(cloud.Discover{}).Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{w.Unit(7)}, found[7].Units)
	require.Zero(t, w.Asked("DescribeOrganizationNodes"))

	found, err = w.Open(cloud.Discover{Exclude: cloud.Selection{{Unit: w.Unit(0)}}}).Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, members[59].Units, found[59].Units)
	require.Equal(t, 2, w.Asked("DescribeOrganizationNodes"))
}

// Pages are counted: one who leaves moves all that follow, and one of them would be missed.
func TestAnOrganisationThatChangesWhileItIsListed(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(60))
	body := func(from, to, total int) string {
		items := ""
		for i := from; i < to; i++ {
			items += fmt.Sprintf(`,{"MemberUin":%s,"Name":"a","NodeId":1}`, memberID(i))
		}
		return fmt.Sprintf(`{"Response":{"Items":[%s],"Total":%d}}`, items[1:], total)
	}
	w.Cloud.Break(fake.Fault{Action: w.List, Times: 1, Body: body(0, 50, 60)})
	w.Cloud.Break(fake.Fault{Action: w.List, Times: 1, Body: body(51, 60, 59)})

	_, err := w.Open(cloud.Discover{}).Members(t.Context())

	require.Equal(t, cloud.Incomplete, cloud.ClassOf(err), "%v", err)
}

// Without the number of all, a page that is not the last would be taken for it.
func TestAListOfAnOrganisationWithoutATotal(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(2))
	for _, total := range []string{``, `,"Total":null`, `,"Total":""`} {
		w.Cloud.Record(w.List, fmt.Appendf(nil, `{"Response":{"Items":[{"MemberUin":%s,"Name":"a","NodeId":1}]%s}}`, memberID(0), total))

		_, err := w.Open(cloud.Discover{}).Members(t.Context())

		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "%s: %v", total, err)
	}
}

// Whether the managing account is in its own list is not documented.
func TestAnOrganisationWhoseListLacksItsOwnAccount(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(3))
	w.Cloud.Update(func(accounts []*fake.Account) {
		of := accounts[0].Organisation
		of.Members = of.Members[1:]
	})

	found, err := w.Open(cloud.Discover{}).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, cloud.Member{ID: accountID, State: cloud.Active}, found[2])
}

// A configured account may be entered by a role, too, COS and all.
func TestARoleOfAConfiguredAccount(t *testing.T) {
	t.Parallel()
	w := organised(t)
	w.Organise(w.Some(2))
	server := &heard{Handler: tencentfake.New(w.Cloud)}
	s := settings(serve(t, server))
	s.AccountID = memberID(1)
	s.Credential.RoleARN, s.Credential.ExternalID = "qcs::cam::uin/"+memberID(1)+":roleName/reader", "agreed-upon"
	client := newProvider(s)

	require.Len(t, list(t, client, resource.HostKind), 3)
	list(t, client, resource.BucketKind)
	require.Equal(t, 1, w.Asked("AssumeRole"))

	s.Credential.RoleARN = "qcs::cam::uin/" + accountID + ":roleName/reader"
	_, err := newProvider(s).List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.ErrorContains(t, err, "role_arn is no role of account "+memberID(1))
	require.Equal(t, 1, w.Asked("AssumeRole"))
}
