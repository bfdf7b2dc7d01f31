package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/dev/layout"
	"cloudsync/resource"
	"cloudsync/worker/service"
	"cloudsync/workflows"
)

// regression is something that went wrong in another program of this kind, and
// the tests that fail should it go wrong here. The text of each test, its comment
// included, names the project; together they name every issue.
type regression struct {
	what    string
	project string
	issues  []string
	tests   []string // package folder, dot, name
}

var regressions = []regression{
	{
		what:    "a region that answered 403 was taken for an empty list, and the sweep after it deleted everything",
		project: "cartography", issues: []string{"#1398", "#2658"},
		tests: []string{"activities.TestFailuresOfTheProvider", "workflows.TestDeniedScopeIsLeftAlone", "dev/e2e.TestDeniedScopeIsLeftAlone"},
	},
	{
		what:    "a time-out of the API led to mass deletion",
		project: "external-dns", issues: []string{"#2858", "#3997"},
		tests: []string{"activities.TestFailuresOfTheProvider", "diff.TestPolicyNeverLetsAllThrough", "dev/e2e.TestTimeOutDeletesNothing"},
	},
	{
		what:    "of more than 1,000 machines in a region, only 1,000 were synced",
		project: "cloudpods", issues: []string{"#22974"},
		tests: []string{"activities.TestTruncatedListing", "activities.TestCutShortListings", "dev/e2e.TestMoreThanThousandHostsInARegion"},
	},
	{
		what:    "a row that failed to resolve was dropped, and the sweep of stale rows deleted the stored one",
		project: "cloudquery",
		tests: []string{
			"activities.TestUnusableRowKeepsWhatIsStored", "diff.TestUnreadableIsNotGone", "resource.TestSealRefusesWhatCannotBeStored",
		},
	},
	{
		what:    "the order of a list or of tags alone made every object modified at each run",
		project: "diffsync", issues: []string{"#25"},
		tests: []string{"resource.TestOrderZoneAndEmptinessMakeNoModification", "activities.TestUnchangedScopeStagesNothing"},
	},
	{
		what:    "a comparison of lists that was a subset test missed a removed IP",
		project: "bk-hcm",
		tests:   []string{"resource.TestRemovedElementChangesTheHash"},
	},
	{
		what:    "syncing accounts one by one, or narrowing the configuration, deleted the others' rows",
		project: "cloudquery", issues: []string{"#5456", "#12527"},
		tests: []string{"activities.TestAccountThatIsNoLongerConfiguredKeepsItsRows", "dev/e2e.TestAccountsOneByOne"},
	},
	{
		what:    "a suspended account failed the start, and its rows stayed for ever",
		project: "cloudquery", issues: []string{"#13869"},
		tests: []string{"activities.TestListScopesOfEachAccount", "dev/e2e.TestSuspendedAccount"},
	},
	{
		what:    "a host that was falsely marked destroyed was never revived",
		project: "bk-cmdb",
		tests:   []string{"activities.TestDeletedHostComesBack"},
	},
	{
		what:    "with expired credentials the last good status stayed on display",
		project: "bk-cmdb",
		tests:   []string{"store.TestEndRunRecordsTheLastFigures", "dev/e2e.TestExpiredCredential"},
	},
	{
		what:    "1,000 items took minutes with hundreds of throttles, and more concurrency did not help",
		project: "cloudquery", issues: []string{"#15780"},
		tests: []string{"dev/e2e.TestThrottledListing"},
	},
	{
		what:    "what a run held was deleted by the next one, since the first one's additions had made the share smaller",
		project: "cloudsync itself",
		tests:   []string{"dev/e2e.TestAHoldDoesNotLapse", "activities.TestHoldsNeverLapse"},
	},
}

// split tells a test's package folder from its name.
func split(test string) (folder, name string) {
	dot := strings.LastIndex(test, ".")
	return test[:dot], test[dot+1:]
}

// Every test that is listed exists and says what it is for.
func TestRegressionsAreNamed(t *testing.T) {
	t.Parallel()
	l, err := layout.Find(".")
	require.NoError(t, err)
	for _, r := range regressions {
		all := ""
		require.NotEmpty(t, r.tests, r.what)
		for _, test := range r.tests {
			folder, name := split(test)
			text := textOf(t, filepath.Join(l.Root, folder), name)
			require.Contains(t, text, r.project, test)
			all += text
		}
		for _, issue := range r.issues {
			require.Contains(t, all, issue, "%s: %s", r.project, r.what)
		}
	}
}

// textOf is a test's source with its comment.
func textOf(t *testing.T, folder, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	for _, path := range files {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, source, parser.ParseComments)
		require.NoError(t, err)
		for _, declared := range file.Decls {
			test, ok := declared.(*ast.FuncDecl)
			if !ok || test.Recv != nil || test.Name.Name != name {
				continue
			}
			begin := test.Pos()
			if test.Doc != nil {
				begin = test.Doc.Pos()
			}
			return string(source[set.Position(begin).Offset:set.Position(test.End()).Offset])
		}
	}
	require.Failf(t, "no such test", "%s has no %s", folder, name)
	return ""
}

// TestRegressions runs the tests of the list and nothing else, and fails for one
// that did not run. `make regressions` runs it.
func TestRegressions(t *testing.T) {
	if os.Getenv("CLOUDSYNC_REGRESSIONS") == "" {
		t.Skip("runs other tests, only for `make regressions`")
	}
	l, err := layout.Find(".")
	require.NoError(t, err)
	results := map[string]string{}
	for folder, names := range byFolder() {
		runTests(t, l.Root, folder, names, results)
	}
	for _, r := range regressions {
		t.Run(fmt.Sprintf("%s %s: %s", r.project, strings.Join(r.issues, " "), r.what), func(t *testing.T) {
			for _, test := range r.tests {
				require.Equal(t, "pass", results[test], test)
				t.Logf("%s passed", test)
			}
		})
	}
}

func byFolder() map[string][]string {
	folders := map[string][]string{}
	for _, r := range regressions {
		for _, test := range r.tests {
			folder, name := split(test)
			if !slices.Contains(folders[folder], name) {
				folders[folder] = append(folders[folder], name)
			}
		}
	}
	return folders
}

// runTests notes what became of the tests of a package: pass, fail or skip.
func runTests(t *testing.T, root, folder string, names []string, results map[string]string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-json", "-run", "^("+strings.Join(names, "|")+")$", ".")
	command.Dir = filepath.Join(root, folder)
	command.Env = append(os.Environ(), "CLOUDSYNC_REGRESSIONS=")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	failed := command.Run()
	for line := range strings.Lines(out.String()) {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal([]byte(line), &event) != nil {
			t.Log(line) // of the compiler
			continue
		}
		switch event.Action {
		case "pass", "fail", "skip":
			results[folder+"."+event.Test] = event.Action
		case "output":
			if failed != nil {
				t.Log(strings.TrimSuffix(event.Output, "\n"))
			}
		}
	}
}

// external-dns #2858, #3997: a time-out of the API led to mass deletion. Here the
// scope fails, and keeps its rows.
func TestTimeOutDeletesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	s.startWorker(t, s.deps(m))
	s.sync(t, hostKind)
	slow := scopeOf(hostKind, "beijing")
	kept := s.inventory(t, slow)
	require.NotEmpty(t, kept)

	m.SetTick(5)
	m.SetFaults([]mock.Fault{{Type: mock.Timeout, Region: "beijing"}})
	report := s.sync(t, hostKind)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Contains(t, report.Attention[0].Reason, "timeout")
	require.Equal(t, kept, s.inventory(t, slow))
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_change JOIN sync_scope AS scope ON scope.id = scope_id WHERE op = 'delete' AND region = 'beijing'"))
}

// cloudpods #22974: of more than 1,000 machines in a region, only 1,000 were
// synced.
func TestMoreThanThousandHostsInARegion(t *testing.T) {
	t.Parallel()
	const hosts = 2345
	for pageSize, pages := range map[int]int64{100: 24, 1000: 3} {
		t.Run(fmt.Sprintf("pages of %d", pageSize), func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			settings := mock.DefaultSettings()
			settings.Hosts, settings.PageSize = mock.ExactHosts(hosts), pageSize
			m := mock.New(settings, []string{"large"})
			deps := s.deps(m)
			s.startWorker(t, deps)
			report := s.sync(t, hostKind)
			require.EqualValues(t, hosts, report.CloudNum)
			require.EqualValues(t, hosts, report.SuAdd)
			require.Equal(t, pages, m.Calls(), "each page once")
			require.Equal(t, truth(t, deps, m, scopeOf(hostKind, "large"), 0), s.inventory(t, scopeOf(hostKind, "large")))
		})
	}
}

// cloudquery #15780: 1,000 items took minutes with hundreds of throttles, since
// each item was a call; more concurrency made more throttles. Here a call is a
// page, in one scope or in ten side by side, and a throttle costs one call.
func TestThrottledListing(t *testing.T) {
	t.Parallel()
	const hosts, throttles = 1000, 4
	for regions, pageSize := range map[int64]int{1: 100, 10: 10} {
		t.Run(fmt.Sprintf("%d regions", regions), func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			settings := mock.DefaultSettings()
			settings.Hosts, settings.PageSize = mock.ExactHosts(hosts), pageSize
			settings.Faults = []mock.Fault{{Type: mock.Throttled, Times: throttles, RetryAfter: 50 * time.Millisecond}}
			m := mock.New(settings, strings.Fields("r0 r1 r2 r3 r4 r5 r6 r7 r8 r9")[:regions])
			s.startWorker(t, s.deps(m))
			run := s.start(t, hostKind)
			report := s.report(t, run)
			require.Equal(t, activities.OK, report.Outcome)
			require.EqualValues(t, hosts, report.SuAdd)
			calls := regions * (hosts/regions/int64(pageSize) + throttles)
			if lost := s.attemptsLost(t, run); lost > 0 { // on a busy machine
				require.LessOrEqual(t, m.Calls(), calls*(1+lost))
			} else {
				require.Equal(t, calls, m.Calls())
			}
			t.Logf("%d calls in %.1f s", m.Calls(), report.TimeTook)
		})
	}
}

// account is a cloud of the name, as the configuration has it.
func account(name string, client cloud.Provider) cloud.Account {
	return cloud.Account{Account: resource.Account{Provider: "mock", Name: name}, Client: client}
}

func scopeIn(account, region string) resource.Scope {
	return resource.Scope{Kind: hostKind, Provider: "mock", Account: account, Region: region}
}

// syncWith is a run by a worker of its own that has these accounts.
func (s *stack) syncWith(t *testing.T, accounts ...cloud.Account) workflows.Report {
	t.Helper()
	deps := s.deps(nil)
	deps.Accounts = accounts
	w := service.New(s.temporal, deps, worker.Options{})
	require.NoError(t, w.Start())
	defer w.Stop()
	return s.reportOrFailure(t, s.start(t, hostKind))
}

// cloudquery #5456, #12527: syncing accounts one by one, or narrowing the
// configuration, deleted the others' rows.
func TestAccountsOneByOne(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	settings := mock.DefaultSettings()
	regions := []string{"r0", "r1"}
	one := account("one", mock.New(settings, regions))
	settings.Seed = 7
	other := account("other", mock.New(settings, regions))

	first := s.syncWith(t, one)
	second := s.syncWith(t, other)
	require.Equal(t, [2]activities.Outcome{activities.OK, activities.OK}, [2]activities.Outcome{first.Outcome, second.Outcome})
	require.Equal(t, first.SuAdd+second.SuAdd, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.Equal(t, activities.Orphans{OrphanScopes: 2, OrphanRows: first.SuAdd}, second.Orphans, "reported, and left alone")

	both := s.syncWith(t, one, other)
	require.Equal(t, activities.Unchanged, both.Outcome)
	require.Zero(t, both.OrphanRows)

	kept := s.inventory(t, scopeIn("one", "r1"))
	narrower := s.syncWith(t, account("one", mock.New(mock.DefaultSettings(), regions[:1])))
	require.Equal(t, activities.Orphans{OrphanScopes: 3, OrphanRows: second.SuAdd + int64(len(kept))}, narrower.Orphans)
	require.Equal(t, kept, s.inventory(t, scopeIn("one", "r1")))
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete' AND scope_id NOT IN (SELECT id FROM sync_scope WHERE account = 'one' AND region = 'r0')"))
}

// suspended is an account that does not even tell its regions.
type suspended struct{ cloud.Provider }

func (suspended) Regions(context.Context) ([]string, error) {
	return nil, &cloud.Error{Class: cloud.InvalidCredential, Doing: "list regions", Err: errors.New("the account is suspended")}
}

// cloudquery #13869: a suspended account failed the start, and its rows stayed
// for ever. Here each run says that it could not be synced, the others are, and
// once it is back, so are its deletions.
func TestSuspendedAccount(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	regions := []string{"r0", "r1"}
	settings := mock.DefaultSettings()
	well := mock.New(settings, regions)
	settings.Seed = 7
	ill := mock.New(settings, regions)
	accounts := []cloud.Account{account("well", well), account("ill", ill), account("gone", suspended{well})}

	first := s.syncWith(t, accounts...)
	require.Equal(t, activities.Partial, first.Outcome)
	require.Len(t, first.Attention, 1)
	require.Equal(t, "mock/gone/*", first.Attention[0].Place)
	require.Contains(t, first.Attention[0].Reason, "the account is suspended")
	kept := s.inventory(t, scopeIn("ill", "r0"))
	require.NotEmpty(t, kept)

	well.SetTick(6)
	ill.SetTick(6)
	ill.SetFaults([]mock.Fault{{Type: mock.InvalidCredential}})
	second := s.syncWith(t, accounts...)
	require.Equal(t, activities.Partial, second.Outcome)
	require.EqualValues(t, 3, second.ScopesFailed, "two of one account, and whatever the other has")
	require.EqualValues(t, 2, s.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ? AND outcome = 'failed' AND reason LIKE '%invalid_credential%'", second.RunID))
	require.Equal(t, kept, s.inventory(t, scopeIn("ill", "r0")))
	s.requireTrue(t, well, "well", regions, 6)

	ill.SetFaults(nil)
	require.Positive(t, s.syncWith(t, accounts...).SuDel)
	s.requireTrue(t, ill, "ill", regions, 6)
}

func (s *stack) requireTrue(t *testing.T, m *mock.Cloud, account string, regions []string, tick int64) {
	t.Helper()
	for _, region := range regions {
		scope := scopeIn(account, region)
		require.Equal(t, truth(t, s.deps(m), m, scope, tick), s.inventory(t, scope), scope)
	}
}

// bk-cmdb returned before it wrote the run's status when credentials had expired,
// so the last good status stayed on display.
func TestExpiredCredential(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	s.startWorker(t, s.deps(m))
	require.Equal(t, activities.OK, s.sync(t, hostKind).Outcome)

	m.SetFaults([]mock.Fault{{Type: mock.InvalidCredential}})
	failed := s.reportOrFailure(t, s.start(t, hostKind))
	require.Equal(t, activities.Failed, failed.Outcome)
	runs, err := s.store.Runs(t.Context(), hostKind, 1)
	require.NoError(t, err)
	require.Equal(t, failed.RunID, runs[0].RunID)
	require.Equal(t, string(activities.Failed), runs[0].Outcome)
	require.Contains(t, runs[0].Error, "the credential has expired")
	require.EqualValues(t, len(mock.DefaultRegions()),
		s.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ? AND outcome = 'failed'", failed.RunID))
	s.requireFound(t, `CloudSyncKind = "resource_host" AND CloudSyncOutcome = "failed"`, failed.RunID)
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = ?", failed.RunID), "their last complete run is the one before")
}
