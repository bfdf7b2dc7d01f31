package google_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter/membertest"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/resource"
)

const (
	organization = "organizations/123456789012"
	projectList  = "cloudresourcemanager.projects.list"
	folderList   = "cloudresourcemanager.folders.list"
)

// memberID is that of the nth member.
func memberID(n int) string { return fmt.Sprintf("team-project-%d", n) }

func some(n int) (members []cloud.Member) {
	for i := range n {
		members = append(members, cloud.Member{ID: memberID(i), Name: fmt.Sprintf("Team %d", i), State: cloud.Active, Units: []string{organization}})
	}
	return members
}

// organisationOf is a cloud with an organization of some projects, each with the resources of
// the usual account.
func organisationOf(members ...cloud.Member) *fake.Cloud {
	c := &fake.Cloud{}
	c.Add(&fake.Account{ID: "the-project-of-the-key", KeyID: keyID, Key: secret, Organisation: &fake.Organisation{ID: organization, Members: members}})
	for _, member := range members {
		of := account()
		of.ID, of.KeyID = member.ID, "nobody's"
		c.Add(of)
	}
	return c
}

func finding(t *testing.T, c *fake.Cloud, discover cloud.Discover) cloud.Organisation {
	t.Helper()
	settings := serve(t, c)
	settings.AccountID, settings.Discover = organization, &discover
	return open(settings).(cloud.Organisation)
}

func idsOf(members []cloud.Member) (ids []string) {
	for _, member := range members {
		ids = append(ids, member.ID)
	}
	return ids
}

func TestMembersAreOnSeveralPages(t *testing.T) {
	t.Parallel()
	members := some(45)
	members[7].State = cloud.Suspended
	c := organisationOf(members...)
	c.Update(func(accounts []*fake.Account) { accounts[0].Organisation.EmptyPage = 2 })

	found, err := finding(t, c, cloud.Discover{}).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, members, found)
	require.Equal(t, 4, calls(c)[projectList], "three pages, and one that is empty and has a next one")
	require.Equal(t, 1, calls(c)["cloudresourcemanager.organizations.get"])
	require.Zero(t, calls(c)[projectGet])
}

func TestMembersInFolders(t *testing.T) {
	t.Parallel()
	members := some(5)
	members[1].Units = []string{"folders/1", organization}
	members[2].Units = []string{"folders/12", "folders/1", organization}
	members[3].Units = []string{"folders/2", organization}
	members[4].Units = []string{"folders/12", "folders/1", organization}
	c := organisationOf(members...)

	all, err := finding(t, c, cloud.Discover{}).Members(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, members, all)
	require.Equal(t, 4, calls(c)[folderList], "one for the organization and each folder")

	below, err := finding(t, organisationOf(members...), cloud.Discover{Parent: "folders/1"}).Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{memberID(1), memberID(2), memberID(4)}, idsOf(below))
	require.Equal(t, []string{"folders/12", "folders/1"}, below[1].Units)
	excluding := cloud.Discover{Exclude: cloud.Selection{{Unit: "folders/12"}}}
	states := map[string]cloud.MemberState{}
	for _, member := range excluding.Synced(all) {
		states[member.ID] = member.State
	}
	require.Equal(t, map[string]cloud.MemberState{
		memberID(0): cloud.Active, memberID(1): cloud.Active, memberID(2): cloud.Excluded, memberID(3): cloud.Active, memberID(4): cloud.Excluded,
	}, states)
}

// A folder is an account that finds others, too.
func TestAFolderFindsItsProjects(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	c.Update(func(accounts []*fake.Account) {
		accounts[0].Organisation.ID = "folders/77"
		accounts[0].Organisation.Members[0].Units, accounts[0].Organisation.Members[1].Units = nil, nil
	})
	settings := serve(t, c)
	settings.AccountID, settings.Discover = "folders/77", &cloud.Discover{}

	found, err := open(settings).(cloud.Organisation).Members(t.Context())

	require.NoError(t, err)
	require.Equal(t, []string{"folders/77"}, found[1].Units)
	require.Equal(t, 1, calls(c)["cloudresourcemanager.folders.get"])
}

// The list of projects has their labels: nothing more is asked for.
func TestLabelsAreTheTagsOfMembers(t *testing.T) {
	t.Parallel()
	members := some(3)
	members[1].Tags = map[string]string{"env": "prod"}
	c := organisationOf(members...)
	discover := cloud.Discover{Include: cloud.Selection{{Tag: "env=prod"}}}

	found, err := finding(t, c, discover).Members(t.Context())

	require.NoError(t, err)
	judged := discover.Synced(found)
	require.Equal(t, []cloud.MemberState{cloud.Excluded, cloud.Active, cloud.Excluded}, []cloud.MemberState{judged[0].State, judged[1].State, judged[2].State})
	require.Equal(t, map[string]int{"token": 1, "cloudresourcemanager.organizations.get": 1, projectList: 1, folderList: 1}, calls(c))
}

// However many members, kinds and regions there are, there is one token. Whose project the
// credential sees is asked once for each member.
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
	require.Equal(t, 3, calls(c)[projectGet])
}

// A token that is refused to several members is asked for anew once.
func TestARefusedTokenIsAskedForAnewForAllMembers(t *testing.T) {
	t.Parallel()
	const members = 3
	c := organisationOf(some(members)...)

	o := membertest.Tokens{
		Cloud: c, Handler: googlefake.New(c), IDs: []string{memberID(0), memberID(1), memberID(2)}, Scope: hostScope, Action: instanceList, Path: "/aggregated/instances",
		Open: func(url string) cloud.Organisation {
			settings := settingsFor(url)
			settings.AccountID, settings.Discover = organization, &cloud.Discover{}
			return open(settings).(cloud.Organisation)
		},
	}.RefuseAll(t)

	for n := range members {
		require.Len(t, listAll(t, o.Member(memberID(n)), hostScope), 2)
	}
	require.Equal(t, 2, calls(c)["token"])
}

// A member that the credential does not see fails alone, with an error of its account.
func TestAMemberWithoutTheRole(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	c.Update(func(accounts []*fake.Account) { accounts[2].Role = "another" })
	o := finding(t, c, cloud.Discover{})

	_, err := o.Member(memberID(1)).List(t.Context(), hostScope, "")

	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cloud.InvalidCredential, failure.Class)
	require.True(t, failure.OfAccount)
	require.ErrorContains(t, err, "google/demo/"+memberID(1)+": "+projectGet)
	require.ErrorContains(t, err, "the credential does not see project "+memberID(1))
	require.Len(t, listAll(t, o.Member(memberID(2)), hostScope), 2)
}

// Where an API is not enabled in a project, that member's kinds of it fail, and no others.
func TestAMemberWithoutAnAPI(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(2)...)
	c.Break(fake.Fault{Account: memberID(0), Action: databaseList, Status: http.StatusForbidden, Body: body("accessNotConfigured")})
	o := finding(t, c, cloud.Discover{})

	_, err := o.Member(memberID(0)).List(t.Context(), databaseScope, "")

	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cloud.Denied, failure.Class)
	require.False(t, failure.OfAccount)
	require.Len(t, listAll(t, o.Member(memberID(0)), hostScope), 2)
	require.Len(t, listAll(t, o.Member(memberID(1)), databaseScope), 2)
}

// A project with another id than the member's is refused: none of the member's resources would
// be seen.
func TestAMemberThatIsAnotherProject(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(3)...)
	c.Record(projectGet, []byte(`{"name":"projects/1","projectId":"`+memberID(2)+`","state":"ACTIVE"}`))

	_, err := finding(t, c, cloud.Discover{}).Member(memberID(1)).List(t.Context(), hostScope, "")

	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "the credential is of account "+memberID(2))
}

// No error of a member tells the organisation's token, or what it was asked for with.
func TestErrorsOfMembersTellNoToken(t *testing.T) {
	t.Parallel()
	c := organisationOf(some(1)...)
	member := finding(t, c, cloud.Discover{}).Member(memberID(0))
	_, err := member.Regions(t.Context())
	require.NoError(t, err)
	c.Break(fake.Fault{Action: instanceList, Status: http.StatusForbidden, Body: `{"error":{"code":403,"message":"token fake-token-of-` + keyID + ` of ` + secret + ` and planted-refresh-token-of-` + keyID + `"}}`})

	_, err = member.List(t.Context(), resource.Scope{Kind: hostScope.Kind, Provider: "google", Account: "demo/" + memberID(0), Region: region}, "")

	requireClass(t, cloud.Denied, err)
	require.ErrorContains(t, err, "token [secret] of [secret] and [secret]")
	requireClean(t, err)
}

func TestAnOrganizationThatIsAnother(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct{ answer, says string }{
		"another":       {`{"name":"organizations/9","state":"ACTIVE"}`, "the credential is of account organizations/9"},
		"to be deleted": {`{"name":"` + organization + `","state":"DELETE_REQUESTED"}`, `organizations/123456789012 is in state "DELETE_REQUESTED"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := organisationOf(some(1)...)
			c.Record("cloudresourcemanager.organizations.get", []byte(of.answer))

			_, err := finding(t, c, cloud.Discover{}).Members(t.Context())

			requireClass(t, cloud.InvalidCredential, err)
			require.ErrorContains(t, err, of.says)
		})
	}
}

func TestAnOrganizationThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	const get = "cloudresourcemanager.organizations.get"
	for name, of := range map[string]struct {
		discover cloud.Discover
		fault    fake.Fault
		record   string // the answer to the fault's action
		class    cloud.Class
	}{
		"empty":             {cloud.Discover{Parent: "folders/3"}, fake.Fault{Action: projectList}, `{}`, cloud.Denied},
		"a strange parent":  {cloud.Discover{Parent: "folders/9"}, fake.Fault{}, "", cloud.Denied},
		"not seen":          {cloud.Discover{}, fake.Fault{Action: get, Verdict: fake.Denied}, "", cloud.InvalidCredential},
		"not enabled":       {cloud.Discover{}, fake.Fault{Action: get, Status: 403, Body: body("accessNotConfigured")}, "", cloud.Denied},
		"denied":            {cloud.Discover{}, fake.Fault{Action: projectList, Verdict: fake.Denied}, "", cloud.Denied},
		"a denied folder":   {cloud.Discover{}, fake.Fault{Action: folderList, Verdict: fake.Denied}, "", cloud.Denied},
		"throttled":         {cloud.Discover{}, fake.Fault{Action: projectList, Verdict: fake.Throttled}, "", cloud.Throttled},
		"away":              {cloud.Discover{}, fake.Fault{Action: folderList, Verdict: fake.ServerError}, "", cloud.Unavailable},
		"refused":           {cloud.Discover{}, fake.Fault{Action: "token", Verdict: fake.InvalidCredential}, "", cloud.InvalidCredential},
		"no id":             {cloud.Discover{}, fake.Fault{Action: projectList}, `{"projects":[{"displayName":"x","state":"ACTIVE"}]}`, cloud.BadAnswer},
		"an odd one":        {cloud.Discover{}, fake.Fault{Action: projectList}, `{"projects":[{"projectId":"demo-x","labels":[1]}]}`, cloud.BadAnswer},
		"one twice":         {cloud.Discover{}, fake.Fault{Action: projectList}, `{"projects":[{"projectId":"demo-x"},{"projectId":"demo-x"}]}`, cloud.BadAnswer},
		"pages in a circle": {cloud.Discover{}, fake.Fault{Action: projectList}, `{"nextPageToken":"again"}`, cloud.BadAnswer},
		"in a circle":       {cloud.Discover{}, fake.Fault{Action: folderList}, `{"folders":[{"name":"folders/3"}]}`, cloud.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members := some(2)
			members[1].Units = []string{"folders/3", organization}
			c := organisationOf(members...)
			if of.record != "" {
				c.Record(of.fault.Action, []byte(of.record))
			} else if of.fault.Action != "" {
				c.Break(of.fault)
			}

			_, err := finding(t, c, of.discover).Members(t.Context())

			requireClass(t, of.class, err)
			var failure *cloud.Error
			require.ErrorAs(t, err, &failure)
			require.True(t, failure.OfAccount)
		})
	}
}
