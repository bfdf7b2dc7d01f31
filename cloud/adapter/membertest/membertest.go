// Package membertest checks how an adapter finds the accounts of an organisation, and how it
// enters them, at the fake server of its cloud.
package membertest

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// World is a cloud whose first account knows the others.
type World struct {
	Cloud   *fake.Cloud
	Adapter adapter.Adapter
	// Settings enter the first account.
	Settings cloud.Settings
	// Region makes a region with some hosts and disks.
	Region func() *fake.Region
	// ID is that of the nth account, 0 for the first.
	ID func(n int) string
	// List and Assume are the actions that list accounts and assume a role.
	List, Assume string
	// Assumed is what a server answers that gives a key of a role.
	Assumed func(keyID string, ends time.Time) string
	// Root is the unit that all accounts are in.
	Root string
	// Unit is the id of the nth unit.
	Unit func(n int) string
	// HasTokens says that pages go on by tokens, so that one may be empty and have a next one.
	HasTokens bool
	// TellsStates says that the list tells which accounts are suspended.
	TellsStates bool
	// IsAlone says that the list lacks the first account, which is no member.
	IsAlone bool
	// NoRole is the class of the error where a member does not have the role.
	NoRole cloud.Class
	// NoList is that of an answer without the list of accounts, where it is another than
	// cloud.BadAnswer.
	NoList cloud.Class
	// Regions is the action that lists regions, where Settings name none and nothing else asks
	// for it.
	Regions string
	// Refused is an answer of the cloud that says this, where it is none in JSON.
	Refused func(message string) string
}

// Some are the first n accounts.
func (w World) Some(n int) (members []cloud.Member) {
	for i := range n {
		members = append(members, cloud.Member{ID: w.ID(i), Name: fmt.Sprintf("team %d", i), State: cloud.Active})
	}
	if w.IsAlone {
		members[0].Name = ""
	}
	return members
}

// Organise makes accounts of the members, and has the first know them.
func (w World) Organise(members []cloud.Member) {
	for _, member := range members {
		if member.ID != w.ID(0) {
			w.Cloud.Add(&fake.Account{ID: member.ID, KeyID: "KEY" + member.ID, Key: "key-of-" + member.ID, Regions: []*fake.Region{w.Region()}})
		}
	}
	listed := members
	if w.IsAlone {
		listed = members[1:]
	}
	w.Cloud.Update(func(accounts []*fake.Account) { accounts[0].Organisation = &fake.Organisation{Members: listed} })
}

// Open is the first account as a new worker has it.
func (w World) Open(discover cloud.Discover) cloud.Organisation {
	if discover.Role == "" {
		discover.Role = "cloudsync-reader"
	}
	settings := w.Settings
	settings.Discover = &discover
	return w.Adapter.New(settings).(cloud.Organisation)
}

// Asked counts the requests for an action.
func (w World) Asked(action string) (times int) {
	for _, request := range w.Cloud.Requests() {
		if request.Action == action {
			times++
		}
	}
	return times
}

func (w World) list(t testing.TB, client cloud.Provider, kind *resource.Kind, cursor string) (cloud.Page, error) {
	scope := resource.Scope{Kind: kind.Name(), Provider: w.Settings.Provider, Account: w.Settings.Name, Region: w.Region().Name}
	return client.List(t.Context(), scope, cursor)
}

// inOrder has the first account last where the list lacks it.
func (w World) inOrder(members []cloud.Member) []cloud.Member {
	if w.IsAlone {
		return append(members[1:len(members):len(members)], members[0])
	}
	return members
}

// Check runs all checks.
func Check(t *testing.T, world func(testing.TB) World) {
	for name, check := range map[string]func(*testing.T, World){
		"on several pages":            onSeveralPages,
		"in a circle":                 inACircle,
		"of units":                    ofUnits,
		"below a unit without any":    belowNothing,
		"enters once":                 entersOnce,
		"its own needs no role":       itsOwn,
		"a role with the id in it":    roleWithID,
		"without the role":            withoutRole,
		"a role of another account":   roleOfAnother,
		"an answer without keys":      withoutKeys,
		"renewed in mid-listing":      renewed,
		"keys that end early":         endedEarly,
		"secrets are in no error":     secretsStay,
		"cannot be asked":             cannotBeAsked(world),
		"what cannot be read is none": cannotBeRead,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, world(t))
		})
	}
}

func onSeveralPages(t *testing.T, w World) {
	members := w.Some(45)
	if w.TellsStates {
		members[7].State = cloud.Suspended
	}
	w.Organise(members)
	w.Cloud.Update(func(accounts []*fake.Account) { accounts[0].Organisation.PageSize = 15 })
	o := w.Open(cloud.Discover{})

	found, err := o.Members(t.Context())
	require.NoError(t, err)
	require.Equal(t, withoutUnits(w.inOrder(members)), withoutUnits(found))
	require.Equal(t, 3, w.Asked(w.List))
	require.NotContains(t, fmt.Sprint(found), "planted", "addresses of people are nobody's business")

	w.Cloud.Update(func(accounts []*fake.Account) { accounts[0].Organisation.EmptyPage = 2 })
	found, err = o.Members(t.Context())
	if !w.HasTokens {
		require.Equal(t, cloud.Incomplete, cloud.ClassOf(err), "%v", err)
		return
	}
	require.NoError(t, err)
	require.Len(t, found, 45)
	require.Equal(t, 3+4, w.Asked(w.List), "three pages, and one that is empty and has a next one")
}

// withoutUnits leaves out what not every list tells unasked.
func withoutUnits(members []cloud.Member) (bare []cloud.Member) {
	for _, member := range members {
		member.Units = nil
		bare = append(bare, member)
	}
	return bare
}

// An account that is listed twice is the sign of a list that lacks another.
func inACircle(t *testing.T, w World) {
	members := w.Some(6)
	w.Organise(members)
	w.Cloud.Update(func(accounts []*fake.Account) {
		of := accounts[0].Organisation
		of.Members[4] = of.Members[3]
	})

	_, err := w.Open(cloud.Discover{}).Members(t.Context())

	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "%v", err)
}

func ofUnits(t *testing.T, w World) {
	members := w.Some(4)
	members[1].Units = []string{w.Unit(1), w.Root}
	members[2].Units = []string{w.Unit(2), w.Unit(1), w.Root}
	members[3].Units = []string{w.Unit(3), w.Root}
	w.Organise(members)
	found, err := w.Open(cloud.Discover{Include: cloud.Selection{{Unit: w.Unit(1)}}}).Members(t.Context())
	require.NoError(t, err)
	units := map[string][]string{}
	for _, member := range found {
		units[member.ID] = member.Units
	}
	for _, member := range members[1:] {
		require.Equal(t, member.Units, units[member.ID])
	}
	require.Len(t, found, len(members))

	below, err := w.Open(cloud.Discover{Parent: w.Unit(1)}).Members(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{w.ID(1), w.ID(2)}, idsOf(below))
}

func idsOf(members []cloud.Member) (ids []string) {
	for _, member := range members {
		ids = append(ids, member.ID)
	}
	return ids
}

// A parent that is not there, or has no account, takes no account from anybody.
func belowNothing(t *testing.T, w World) {
	w.Organise(w.Some(4))

	_, err := w.Open(cloud.Discover{Parent: w.Unit(7)}).Members(t.Context())

	require.Error(t, err)
}

// However many kinds and regions need a member, its role is assumed once.
func entersOnce(t *testing.T, w World) {
	w.Organise(w.Some(2))
	o := w.Open(cloud.Discover{})
	member := o.Member(w.ID(1))

	for _, kind := range []*resource.Kind{resource.HostKind, resource.DiskKind} {
		page, err := w.list(t, member, kind, "")
		require.NoError(t, err)
		require.NotEmpty(t, page.Rows)
		_, err = member.Regions(t.Context())
		require.NoError(t, err)
	}
	require.Same(t, member, o.Member(w.ID(1)))
	require.Equal(t, 1, w.Asked(w.Assume))
	if w.Regions != "" {
		require.Equal(t, 1, w.Asked(w.Regions))
	}
}

func itsOwn(t *testing.T, w World) {
	w.Organise(w.Some(2))

	page, err := w.list(t, w.Open(cloud.Discover{}).Member(w.ID(0)), resource.HostKind, "")

	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	require.Zero(t, w.Asked(w.Assume))
}

func roleWithID(t *testing.T, w World) {
	w.Organise(w.Some(2))
	w.Cloud.Update(func(accounts []*fake.Account) { accounts[1].Role = "read-" + w.ID(1) })

	_, err := w.list(t, w.Open(cloud.Discover{Role: "read-" + cloud.AccountInRole}).Member(w.ID(1)), resource.HostKind, "")

	require.NoError(t, err)
}

// A member that cannot be entered fails alone, with an error of its account.
func withoutRole(t *testing.T, w World) {
	w.Organise(w.Some(3))
	w.Cloud.Update(func(accounts []*fake.Account) { accounts[1].Role = "another" })
	o := w.Open(cloud.Discover{})

	_, err := w.list(t, o.Member(w.ID(1)), resource.HostKind, "")

	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, w.NoRole, failure.Class, "%v", err)
	require.True(t, failure.OfAccount)
	require.ErrorContains(t, err, w.Settings.Place()+"/"+w.ID(1)+": "+w.Assume)
	_, err = w.list(t, o.Member(w.ID(2)), resource.HostKind, "")
	require.NoError(t, err)
}

// None of the member's resources would be seen with the keys of another account.
func roleOfAnother(t *testing.T, w World) {
	w.Organise(w.Some(3))
	keyOfAnother, _, ok := w.Cloud.Assume(w.ID(2), "any")
	require.True(t, ok)
	w.Cloud.Record(w.Assume, []byte(w.Assumed(keyOfAnother, time.Now().Add(time.Hour))))

	_, err := w.list(t, w.Open(cloud.Discover{}).Member(w.ID(1)), resource.HostKind, "")

	require.ErrorContains(t, err, "the credential is of account "+w.ID(2))
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
}

func withoutKeys(t *testing.T, w World) {
	w.Organise(w.Some(2))
	w.Cloud.Record(w.Assume, []byte(w.Assumed("", time.Now().Add(time.Hour))))

	_, err := w.list(t, w.Open(cloud.Discover{}).Member(w.ID(1)), resource.HostKind, "")

	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "%v", err)
}

// A listing goes on while the keys of the role that it is read with are renewed.
func renewed(t *testing.T, w World) {
	w.Cloud.SessionLasts, w.Cloud.PageSize = 400*time.Millisecond, 1
	w.Organise(w.Some(2))
	member := w.Open(cloud.Discover{}).Member(w.ID(1))

	page, err := w.list(t, member, resource.HostKind, "")
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	require.Eventually(t, func() bool {
		_, err = w.list(t, member, resource.HostKind, page.Next)
		return err != nil && cloud.ClassOf(err) != cloud.Unavailable || w.Asked(w.Assume) >= 3
	}, time.Minute, 20*time.Millisecond)
	require.GreaterOrEqual(t, w.Asked(w.Assume), 3, "%v", err)
}

// Keys that end before their time cost one attempt: the role is assumed anew.
func endedEarly(t *testing.T, w World) {
	w.Cloud.PageSize = 1
	w.Organise(w.Some(2))
	member := w.Open(cloud.Discover{}).Member(w.ID(1))
	page, err := w.list(t, member, resource.HostKind, "")
	require.NoError(t, err)
	w.Cloud.EndSessions()

	_, err = w.list(t, member, resource.HostKind, page.Next)
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err), "%v", err)
	_, err = w.list(t, member, resource.HostKind, page.Next)

	require.NoError(t, err)
	require.Equal(t, 2, w.Asked(w.Assume))
}

// A server may quote the keys that a role was assumed with.
func secretsStay(t *testing.T, w World) {
	w.Organise(w.Some(2))
	key, err := w.Settings.Credential.Key.Reveal()
	require.NoError(t, err)
	refused := w.Refused
	if refused == nil {
		refused = refusedInJSON
	}
	w.Cloud.Break(fake.Fault{Action: w.Assume, Status: 403, Body: refused("signed with " + key)})

	_, err = w.list(t, w.Open(cloud.Discover{}).Member(w.ID(1)), resource.HostKind, "")

	require.ErrorContains(t, err, "signed with [secret]")
}

func refusedInJSON(message string) string {
	return fmt.Sprintf(`{"Code":"X.1","Message":%[1]q,"error_code":"X.1","error_msg":%[1]q,"Response":{"Error":{"Code":"X.1","Message":%[1]q}}}`, message)
}

func cannotBeAsked(world func(testing.TB) World) func(*testing.T, World) {
	return func(t *testing.T, w World) {
		members := w.Some(2)
		for name, of := range map[string]struct {
			knows   *fake.Organisation
			verdict fake.Verdict
			class   cloud.Class
		}{
			"none":      {nil, fake.Answer, cloud.Denied},
			"empty":     {&fake.Organisation{}, fake.Answer, cloud.Denied},
			"denied":    {&fake.Organisation{Members: members}, fake.Denied, cloud.Denied},
			"throttled": {&fake.Organisation{Members: members}, fake.Throttled, cloud.Throttled},
			"away":      {&fake.Organisation{Members: members}, fake.ServerError, cloud.Unavailable},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := world(t)
				w.Cloud.Update(func(accounts []*fake.Account) { accounts[0].Organisation = of.knows })
				if of.verdict != fake.Answer {
					w.Cloud.Break(fake.Fault{Action: w.List, Verdict: of.verdict})
				}

				_, err := w.Open(cloud.Discover{}).Members(t.Context())

				require.Equal(t, of.class, cloud.ClassOf(err), "%v", err)
			})
		}
	}
}

// An answer of a proxy, or of another version of the API, is no organisation without accounts.
func cannotBeRead(t *testing.T, w World) {
	w.Organise(w.Some(2))
	noList := cmp.Or(w.NoList, cloud.BadAnswer)
	for body, class := range map[string]cloud.Class{
		`{}`: noList, `{"Response":{}}`: noList, `null`: cloud.BadAnswer, `[]`: cloud.BadAnswer, `<html>`: cloud.BadAnswer,
	} {
		w.Cloud.Record(w.List, []byte(body))

		_, err := w.Open(cloud.Discover{}).Members(t.Context())

		require.Equal(t, class, cloud.ClassOf(err), "%s: %v", body, err)
	}
}
