package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/dev/process"
	"cloudsync/workflows"
)

// organisedCloud is what the test of a cloud's organisation has to know of it.
type organisedCloud struct {
	provider string
	member   func(n int) string // its id; 0 is the organisation's own account
	account  string             // account_id of the organisation, where it is none of its members
	discover string             // further settings of discover
	// list, assume and regionsBy are the actions that list the members, assume a role, and list
	// the regions of an account. The last is asked for an account perAccount times at most.
	list, assume, regionsBy string
	perAccount              int
	// counted says that pages begin after so many members, so that none is empty; stateless,
	// that the list tells of no member that it is suspended.
	counted, stateless bool
}

const tenantOfAzure = "00000000-0000-0000-0000-00000000000d"

var organisedClouds = []organisedCloud{
	{
		provider: "aws", member: func(n int) string { return fmt.Sprintf("%012d", 100000000001+n) },
		discover: "role: cloudsync-reader", list: "ListAccounts", assume: "AssumeRole", regionsBy: "DescribeRegions", perAccount: 1,
	},
	{
		provider: "alibaba", member: func(n int) string { return fmt.Sprint(1000000000000001 + n) },
		discover: "role: cloudsync-reader", list: "ListAccounts", assume: "AssumeRole", regionsBy: "DescribeRegions", perAccount: 1,
	},
	{
		provider: "tencent", member: func(n int) string { return fmt.Sprint(100000000001 + n) },
		discover: "role: cloudsync-reader", list: "DescribeOrganizationMembers", assume: "AssumeRole", regionsBy: "DescribeRegions", perAccount: 1,
		counted: true, stateless: true,
	},
	{
		provider: "huawei", member: func(n int) string { return fmt.Sprintf("%032x", n+1) },
		discover: "role: cloudsync-reader", list: "ListAccounts", assume: "AssumeAgency",
		regionsBy: "KeystoneListProjects", perAccount: 3, // it tells whose a credential is, too, and the first account is entered twice
	},
	{
		provider: "azure", member: func(n int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012x", 0xa1+n) },
		account: tenantOfAzure, discover: "parent: " + tenantOfAzure, list: "descendant_list", regionsBy: "location_list", perAccount: 1,
	},
	{
		provider: "google", member: func(n int) string { return fmt.Sprintf("team-project-%d", n) },
		account: "organizations/123456789012", discover: "fresh_for: 10m", list: "cloudresourcemanager.projects.list",
		regionsBy: "compute.regions.list", perAccount: 1,
	},
}

// suspended is how many members are known to be.
func (o organisedCloud) suspended() int {
	if o.stateless {
		return 0
	}
	return 1
}

// Of the forty accounts of the organisation, these are not as the others.
const (
	allMembers      = 40
	suspendedMember = 3
	withoutRole     = 4
	excluded        = 5
	leaving         = 6
	joining         = allMembers // it has the number after the last
)

// organisedStack is a stack whose worker finds the accounts of an organisation.
type organisedStack struct {
	*realStack
	organisedCloud
	worker *process.Child
}

// newOrganisedStack is one whose members have a host with a disk in each place. change makes
// the nth account another than the others.
func newOrganisedStack(t *testing.T, of organisedCloud, members int, places []string, change func(n int, account *fake.Account, member *cloud.Member)) *organisedStack {
	t.Helper()
	r := &realStack{stack: newStack(t), cloud: &fake.Cloud{PageSize: 100}}
	for _, real := range realClouds {
		if real.provider == of.provider {
			r.realCloud = real
		}
	}
	o := &organisedStack{realStack: r, organisedCloud: of}
	server := httptest.NewServer(r.handler(r.cloud))
	t.Cleanup(server.Close)
	organisation := &fake.Organisation{ID: of.account, PageSize: 15}
	if !of.counted {
		organisation.EmptyPage = 2
	}
	for n := range members + 1 {
		account := &fake.Account{ID: of.member(n), KeyID: fmt.Sprintf("KEYID%d", n), Key: planted + secretEnd + fmt.Sprint(n)}
		member := cloud.Member{ID: of.member(n), Name: fmt.Sprintf("team %d", n), State: cloud.Active}
		if n == 0 {
			account.KeyID, account.Key = "KEYIDone", planted+secretEnd+"one"
			account.Organisation = organisation
		}
		change(n, account, &member)
		for place, name := range places {
			region := &fake.Region{Name: name}
			r.addHost(region, 1+len(places)*n+place)
			account.Regions = append(account.Regions, region)
		}
		r.cloud.Add(account)
		if n != members { // who joins later
			organisation.Members = append(organisation.Members, member)
		}
	}
	o.config = o.writeConfig(t, server.URL)
	o.worker = o.startProcess(t, o.config)
	o.log = o.worker.LogFile()
	return o
}

func newFortyAccounts(t *testing.T, of organisedCloud) *organisedStack {
	t.Helper()
	regions := realClouds[slices.IndexFunc(realClouds, func(real realCloud) bool { return real.provider == of.provider })].regions
	return newOrganisedStack(t, of, allMembers, regions[:], func(n int, account *fake.Account, member *cloud.Member) {
		switch {
		case n == suspendedMember && !of.stateless:
			member.State = cloud.Suspended
		case n == withoutRole:
			account.Role = "another"
		}
	})
}

func (o *organisedStack) writeConfig(t *testing.T, endpoint string) string {
	t.Helper()
	account := o.account
	if account == "" {
		account = o.member(0)
	}
	also := ""
	if o.also != "" {
		also = ", " + o.also
	}
	text := fmt.Sprintf(`mysql_s: [{ name: test, addr: %q }]
public_cloud_sync:
  resources:
    resource_host: { interval: %s }
    resource_disk: { interval: %s }
  accounts:
    - { provider: %s, name: corp, account_id: %q, regions: [all], endpoint: %q, requests_per_second: 1000, %s%s,
        discover: { %s, exclude: [%q, "name:no such*"] } }
`, o.dsn, never, never, o.organisedCloud.provider, account, o.endpointAt(endpoint), o.writeKeys(t, endpoint, "one"), also, o.discover, o.member(excluded))
	path := filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// The accounts of each cloud's organisation, from the configuration of an operator to the
// tables.
func TestAccountsOfOrganisations(t *testing.T) {
	t.Parallel()
	for _, of := range organisedClouds {
		t.Run(of.provider, func(t *testing.T) {
			t.Parallel()
			o := newFortyAccounts(t, of)
			_, status := o.starter(t, o.config, "apply")
			require.Zero(t, status)
			o.requireFound(t)
			o.requireAskedOnce(t)
			o.requireListed(t)
			o.requireJoinedAndLeft(t)
			o.requireKnownOnesGoOn(t)
			o.requireNoSecret(t)
		})
	}
}

// synced are the members that can be synced at first: not the one without the role, the
// excluded one and the suspended one.
func (o *organisedStack) synced() int { return allMembers - 2 - o.suspended() }

// partly is the exit status of whatever comes across the member without the role.
const partly = 3

func (o *organisedStack) requireFound(t *testing.T) {
	t.Helper()
	for _, kind := range []string{hostKind, diskKind} {
		report := o.runKind(t, kind, partly)
		require.Equal(t, activities.Partial, report.Outcome)
		require.EqualValues(t, 2*o.synced(), report.Stats.SuAdd, "a host in each of two regions")
		require.Len(t, report.Attention, 1)
		require.Equal(t, o.place(withoutRole)+"/*", report.Attention[0].Place)
		require.Equal(t, "team 4", report.Attention[0].AccountName)
		require.EqualValues(t, 1, o.count(t, "SELECT COUNT(*) FROM "+kind+" WHERE account = ? AND region = ?", "corp/"+o.member(7), o.regions[1]))
	}
}

func (o *organisedStack) place(member int) string {
	return o.organisedCloud.provider + "/corp/" + o.member(member)
}

// requireAskedOnce counts what two kinds asked for that is of accounts.
func (o *organisedStack) requireAskedOnce(t *testing.T) {
	t.Helper()
	pages := 4
	if o.counted {
		pages = 3
	}
	require.Equal(t, pages, o.requests(o.list, ""), "three pages and an empty one, once for both kinds")
	for n := range allMembers {
		if n == withoutRole || n == suspendedMember || n == excluded {
			continue
		}
		asked := o.requests(o.regionsBy, o.member(n))
		require.Positive(t, asked, "of member %d", n)
		require.LessOrEqual(t, asked, o.perAccount+o.anew(), "of member %d", n)
	}
	if o.account != "" {
		require.Equal(t, 1, o.requests("token", ""), "one for all members")
	}
	if o.assume != "" {
		assumed := o.requests(o.assume, "")
		require.Greater(t, assumed, o.synced()-1)
		require.LessOrEqual(t, assumed, o.synced()-1+2*3, "each once; the one without the role as often as it is tried")
	}
}

// anew is how often lists may have asked again for the regions that they are of, on a machine
// that took minutes for what takes seconds: what they share serves for one.
func (o *organisedStack) anew() int {
	if !o.whole {
		return 0
	}
	return int(time.Since(o.cloud.Requests()[0].Began) / time.Minute)
}

// requests are those of an action, by an account or any.
func (o *organisedStack) requests(action, account string) (made int) {
	for _, request := range o.cloud.Requests() {
		if request.Action == action && (account == "" || request.Account == account) {
			made++
		}
	}
	return made
}

// requireListed has the accounts shown, by the inventory and by a worker.
func (o *organisedStack) requireListed(t *testing.T) {
	t.Helper()
	states := o.states(t)
	require.Len(t, states, allMembers)
	if !o.stateless {
		require.Equal(t, "suspended", states[o.member(suspendedMember)])
	}
	require.Equal(t, "excluded", states[o.member(excluded)])
	require.Equal(t, "active", states[o.member(withoutRole)])

	out, status := o.starter(t, o.config, "accounts", "--output", "json")
	require.Equal(t, partly, status)
	var report workflows.AccountsReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	active := allMembers - 1 - o.suspended()
	require.Len(t, report.Accounts, 1+active, "the organisation, and who is active")
	want := map[cloud.MemberState]int64{cloud.Active: int64(active), cloud.Suspended: int64(o.suspended()), cloud.Excluded: 1}
	maps.DeleteFunc(want, func(_ cloud.MemberState, n int64) bool { return n == 0 })
	require.Equal(t, want, report.Accounts[0].Members)
	for _, account := range report.Accounts[1:] {
		require.NotEmpty(t, account.CloudName)
		require.Equal(t, account.Account.String() != o.place(withoutRole), account.OK(), "%s: %s", account.Account, account.Error)
	}
}

func (o *organisedStack) states(t *testing.T) map[string]string {
	t.Helper()
	out, status := o.starter(t, o.config, "accounts", "--found", "--output", "json")
	require.Zero(t, status)
	var found []struct{ ID, State string }
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	states := map[string]string{}
	for _, account := range found {
		states[account.ID] = account.State
	}
	return states
}

// age makes what was found too old to serve.
func (o *organisedStack) age(t *testing.T) {
	t.Helper()
	_, err := o.sql.ExecContext(t.Context(), "UPDATE sync_discovery SET found_at = found_at - INTERVAL 1 DAY")
	require.NoError(t, err)
}

func (o *organisedStack) requireJoinedAndLeft(t *testing.T) {
	t.Helper()
	o.cloud.Update(func(accounts []*fake.Account) {
		knows := *accounts[0].Organisation
		members := append([]cloud.Member(nil), knows.Members[:leaving]...)
		members = append(members, knows.Members[leaving+1:]...)
		knows.Members = append(members, cloud.Member{ID: o.member(joining), Name: "who joined", State: cloud.Active})
		accounts[0].Organisation = &knows
	})
	o.age(t)

	report := o.runKind(t, hostKind, partly)

	require.EqualValues(t, 2, report.Stats.SuAdd, "who joined is synced at once")
	require.Zero(t, report.Stats.SuDel)
	require.EqualValues(t, 2, report.OrphanRows)
	require.EqualValues(t, 2, o.count(t, "SELECT COUNT(*) FROM resource_host WHERE account = ?", "corp/"+o.member(leaving)), "who left is told, not deleted")
	states := o.states(t)
	require.Equal(t, "left", states[o.member(leaving)])
	require.Equal(t, "active", states[o.member(joining)])
	out, _ := o.starter(t, o.config, "prune")
	require.Contains(t, out, o.member(leaving))
	require.Contains(t, strings.Join(strings.Fields(out), " "), "no account of the organisation any more", "on however many lines")
}

// requireKnownOnesGoOn has the organisation refuse to list its accounts.
func (o *organisedStack) requireKnownOnesGoOn(t *testing.T) {
	t.Helper()
	o.cloud.Break(fake.Fault{Action: o.list, Verdict: fake.Denied})
	o.age(t)
	o.cloud.Update(func(accounts []*fake.Account) { // of who is known
		region := accounts[7].Regions[0]
		o.addHost(region, 1000)
	})

	report := o.runKind(t, hostKind, partly)

	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 1, report.Stats.SuAdd)
	require.Zero(t, report.Stats.SuDel)
	require.Equal(t, o.organisedCloud.provider+"/corp/*", report.Attention[0].Place)
	require.Contains(t, report.Attention[0].Reason, "known ones go on alone")
	o.cloud.Mend()
}

// What is of accounts is asked for once by each worker, however many accounts, regions and
// kinds there are. It takes minutes: CLOUDSYNC_LARGE=1 runs it, with -v for its figures.
func TestAnOrganisationOfTwoHundredAccounts(t *testing.T) {
	if os.Getenv("CLOUDSYNC_LARGE") == "" {
		t.Skip("set CLOUDSYNC_LARGE=1 to run it")
	}
	const accounts, regions = 201, 17
	const synced = accounts - 1 // one is excluded
	var places []string
	for n := range regions {
		places = append(places, fmt.Sprintf("eu-west-%d", n+1))
	}
	places[0] = "us-east-1" // which is asked for what is of no region
	o := newOrganisedStack(t, organisedClouds[0], accounts, places, func(int, *fake.Account, *cloud.Member) {})
	_, status := o.starter(t, o.config, "apply")
	require.Zero(t, status)

	began := time.Now()
	for _, kind := range []string{hostKind, diskKind, hostKind, diskKind} {
		asked := time.Now()
		report := o.runKind(t, kind, 0)
		require.EqualValues(t, synced*regions, report.Scopes)
		require.EqualValues(t, synced*regions, report.CloudNum)
		t.Logf("%s: %s in %.1f s, %d requests so far", kind, report.Outcome, time.Since(asked).Seconds(), len(o.cloud.Requests()))
	}

	for _, action := range []string{"ListAccounts", "AssumeRole", "GetCallerIdentity", "DescribeRegions", "DescribeInstances", "DescribeVolumes"} {
		t.Logf("%s: %d", action, o.requests(action, ""))
	}
	require.Equal(t, synced-1, o.requests("AssumeRole", ""), "but for the organisation's own account")
	require.Equal(t, accounts/15+2, o.requests("ListAccounts", ""), "pages of 15, and an empty one")
	for n := range accounts {
		require.LessOrEqual(t, o.requests("DescribeRegions", o.member(n)), 1+int(time.Since(began)/(5*time.Minute)), "once in five minutes")
	}
	proc, err := procfs.NewProc(o.worker.PID())
	require.NoError(t, err)
	memory, err := proc.NewStatus()
	require.NoError(t, err)
	t.Logf("the worker took %d MiB of memory at most", memory.VmHWM>>20)
}
