package activities_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

const kind = "resource_host"

var beijing = resource.Scope{Kind: kind, Provider: "mock", Account: "demo", Region: "beijing"}

// bundle is a run of its own: activities over a database and one account that
// does what the test scripts.
type bundle struct {
	single
	store *store.Store
	dsn   string
	cloud *fakeCloud
	run   store.RunRef
	scope activities.LocalScope
	// confirmed are the candidates that were asked for, by their batches' writer.
	confirmed map[int]activities.ConfirmAbsentOut
}

// setup begins a run and claims its one scope.
func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{dsn: storetest.NewMigrated(t), cloud: &fakeCloud{regions: []string{"beijing"}}}
	b.store = storetest.OpenDSN(t, b.dsn)
	b.Activities = activities.New(b.deps())
	b.begin(t, "run-1")
	return b
}

func (b *bundle) deps() activities.Deps {
	return activities.Deps{
		Store: b.store, Kinds: resource.Standard(),
		Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: b.cloud}},
		Settings: map[string]activities.Settings{kind: {Policy: diff.DefaultPolicy(), MaxParallel: 3}},
		TagKeys:  resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "stree_app"},
	}
}

// tagKeys are those of the cloud that is synced.
func (b *bundle) tagKeys() resource.TagKeys {
	keys := b.deps().TagKeys
	keys.Caseless = b.cloud.caseless
	return keys
}

// begin is the beginning of a run, up to its claim.
func (b *bundle) begin(t *testing.T, runID string) {
	t.Helper()
	listed, err := execute(t, attempt{}, b.ListScopes, activities.ListScopesIn{
		Kind: kind, RunID: runID, WorkflowID: "cloud-sync/" + kind, StartedAt: time.Now(),
	})
	require.NoError(t, err)
	require.Len(t, scopeIDs(listed), 1)
	b.run = listed.Run
	b.load(t)
}

// load claims the scope for the run and takes the digest of what is stored.
func (b *bundle) load(t *testing.T) {
	t.Helper()
	local, err := execute(t, attempt{}, b.LoadLocalHashes, b.loadIn())
	require.NoError(t, err)
	require.Len(t, local.Scopes, 1)
	b.scope = local.Scopes[0]
}

func (b *bundle) loadIn() activities.LoadLocalHashesIn {
	ids := []int64{1} // the first scope of a new database
	return activities.LoadLocalHashesIn{Kind: kind, Run: b.run, ScopeIDs: ids}
}

func (b *bundle) scopeIn() activities.ScopeIn {
	return activities.ScopeIn{Kind: kind, Run: b.run, Scope: b.scope}
}

func (b *bundle) lease() store.Lease {
	return store.Lease{RunID: b.run.ID, ScopeID: b.scope.ID, Fence: b.run.Number}
}

func (b *bundle) compareIn(snapshot activities.FetchCloudOut) activities.ComputeDiffIn {
	return activities.ComputeDiffIn{ScopeIn: b.scopeIn(), Snapshot: snapshot}
}

func (b *bundle) applyIn(writer int) activities.ApplyIn {
	return activities.ApplyIn{ScopeIn: b.scopeIn(), Writer: writer}
}

// fetch lists the scope, which must succeed.
func (b *bundle) fetch(t *testing.T) activities.FetchCloudOut {
	t.Helper()
	snapshot, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	return snapshot
}

// compare compares the snapshot, which must succeed.
func (b *bundle) compare(t *testing.T, snapshot activities.FetchCloudOut) activities.ComputeDiffOut {
	t.Helper()
	found, err := execute(t, attempt{}, b.ComputeDiff, b.compareIn(snapshot))
	require.NoError(t, err)
	return found
}

// apply applies all that was found and returns the rows added, modified and
// deleted.
func (b *bundle) apply(t *testing.T, found activities.ComputeDiffOut) (applied [3]int64) {
	t.Helper()
	for i, part := range []struct {
		rows int64
		do   func(context.Context, activities.ApplyIn) (store.Counts, error)
	}{{found.ToAdd, b.ApplyAdds}, {found.ToMod, b.ApplyMods}, {found.ToDel, b.confirmAndDelete}} {
		if part.rows == 0 {
			continue
		}
		counts, err := execute(t, attempt{}, part.do, b.applyIn(found.Writer))
		require.NoError(t, err)
		applied[i] = counts.Applied
	}
	return applied
}

// confirmAndDelete is the way of deletions: as in the workflow, what was
// confirmed once is applied, however often that is tried.
func (b *bundle) confirmAndDelete(ctx context.Context, in activities.ApplyIn) (store.Counts, error) {
	if b.confirmed == nil {
		b.confirmed = map[int]activities.ConfirmAbsentOut{}
	}
	absent, done := b.confirmed[in.Writer]
	if !done {
		var err error
		if absent, err = b.ConfirmAbsent(ctx, activities.ConfirmAbsentIn{ApplyIn: in}); err != nil {
			return store.Counts{}, err
		}
		b.confirmed[in.Writer] = absent
	}
	if absent.Absent == 0 {
		return store.Counts{}, nil
	}
	in.Writer = absent.Writer
	return b.BatchDelete(ctx, in)
}

// sync makes the inventory what the cloud lists now, as a run of its own.
func (b *bundle) sync(t *testing.T, runID string) {
	t.Helper()
	b.begin(t, runID)
	b.apply(t, b.compare(t, b.fetch(t)))
	_, err := executeBare(t, attempt{}, b.CleanStaging, activities.CleanStagingIn{Run: b.run})
	require.NoError(t, err)
	b.requireInventory(t, b.cloud.listed()...)
}

// requireInventory checks that the inventory has these rows, with their hashes,
// and no other.
func (b *bundle) requireInventory(t *testing.T, rows ...*resource.Host) {
	t.Helper()
	var want []resource.Entry
	for _, row := range rows {
		sealed := *row
		resource.HostKind.PlaceInTree(&sealed, b.tagKeys())
		require.NoError(t, resource.HostKind.Seal(&sealed, beijing, b.scope.ID))
		want = append(want, sealed.Entry())
	}
	stored, err := b.store.LoadScope(t.Context(), resource.HostKind, b.scope.ID, 0)
	require.NoError(t, err)
	require.Equal(t, byUID(want), byUID(stored.Entries))
}

func byUID(entries []resource.Entry) []resource.Entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
}

func (b *bundle) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, storetest.Connect(t, b.dsn).QueryRow(query, args...).Scan(&n))
	return n
}

// requireNothingStaged checks that nothing is in flight.
func (b *bundle) requireNothingStaged(t *testing.T) {
	t.Helper()
	require.Zero(t, b.count(t, "SELECT (SELECT COUNT(*) FROM sync_stage) + (SELECT COUNT(*) FROM sync_batch)"))
}

func host(id string, change ...func(h *resource.Host)) *resource.Host {
	h := &resource.Host{
		Meta: resource.Meta{NativeID: id}, Name: "host " + id, VCPU: 4,
		PrivateIPs: []string{"10.0.0.2", "10.0.0.1"}, Tags: map[string]string{"stree_group": "inf", "os": "linux"},
	}
	for _, change := range change {
		change(h)
	}
	return h
}

func hosts(from, to int) (rows []*resource.Host) {
	for i := from; i < to; i++ {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	return rows
}

func renamed(h *resource.Host) { h.Name = "renamed" }

// big makes a row so large that two of them fill a chunk.
func big(h *resource.Host) {
	h.Tags = map[string]string{"note": strings.Repeat(h.NativeID, (5<<20)/len(h.NativeID))}
}

// unusable makes a row that cannot be stored.
func unusable(h *resource.Host) { h.Name = "a\xffb" }

// fakeCloud is an account whose listing is scripted. The cursor of page N is
// "pN", but for the first.
type fakeCloud struct {
	regions    []string
	regionsErr error
	lists      string // the only kind it has, "" for all
	caseless   bool   // its tags

	hidden    []string // ids that exist although the listing lacks them
	lookupErr func(nth int) error
	lookups   [][]string

	mu    sync.Mutex
	pages map[string]cloud.Page
	fault func(ctx context.Context, cursor string, nth int) error // nth: how often that cursor was asked for
	asked []string
}

func (c *fakeCloud) HasCaselessTags() bool { return c.caseless }

// set scripts a listing that announces as many rows as it has.
func (c *fakeCloud) set(pages ...[]*resource.Host) {
	total := 0
	for _, rows := range pages {
		total += len(rows)
	}
	c.announce(total, pages...)
}

// announce scripts a listing that announces total rows.
func (c *fakeCloud) announce(total int, pages ...[]*resource.Host) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages, c.asked = map[string]cloud.Page{}, nil
	for i, rows := range pages {
		page := cloud.Page{Total: int64(total)}
		for _, row := range rows {
			page.Rows = append(page.Rows, row)
		}
		if i+1 < len(pages) {
			page.Next = cursor(i + 1)
		}
		c.pages[cursor(i)] = page
	}
}

// report puts problems into the first page.
func (c *fakeCloud) report(problems ...cloud.Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	page := c.pages[cursor(0)]
	page.Problems = problems
	c.pages[cursor(0)] = page
}

func cursor(page int) string {
	if page == 0 {
		return ""
	}
	return fmt.Sprintf("p%d", page)
}

// failOnce lets the first call for the page fail.
func (c *fakeCloud) failOnce(page int, err error) {
	c.fault = func(_ context.Context, asked string, nth int) error {
		if asked == cursor(page) && nth == 1 {
			return err
		}
		return nil
	}
}

// failAlways lets each call fail.
func (c *fakeCloud) failAlways(err error) {
	c.fault = func(context.Context, string, int) error { return err }
}

// listed are all rows of the script.
func (c *fakeCloud) listed() (rows []*resource.Host) {
	for _, page := range c.pages {
		for _, row := range page.Rows {
			rows = append(rows, row.(*resource.Host))
		}
	}
	return rows
}

// takeAsked returns the cursors asked for since the last time.
func (c *fakeCloud) takeAsked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	return asked
}

func (c *fakeCloud) Lists(kind string) bool { return c.lists == "" || c.lists == kind }

func (c *fakeCloud) Regions(context.Context) ([]string, error) { return c.regions, c.regionsErr }

func (c *fakeCloud) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	c.mu.Lock()
	c.asked = append(c.asked, cursor)
	nth := 0
	for _, asked := range c.asked {
		if asked == cursor {
			nth++
		}
	}
	page, ok := c.pages[cursor]
	c.mu.Unlock()
	if c.fault != nil {
		if err := c.fault(ctx, cursor, nth); err != nil {
			return cloud.Page{}, err
		}
	}
	if !ok || scope != beijing {
		return cloud.Page{}, &cloud.Error{Class: cloud.NotFound, Doing: "list " + scope.Place(), Err: fmt.Errorf("no page %q", cursor)}
	}
	page.Rows = slices.Clone(page.Rows)
	for i, row := range page.Rows {
		copied := *row.(*resource.Host) // the sync seals the rows it gets
		page.Rows[i] = &copied
	}
	return page, nil
}

// LookupLimit is small, so that a few ids take several calls.
func (c *fakeCloud) LookupLimit(string) int { return 3 }

func (c *fakeCloud) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	c.lookups = append(c.lookups, ids)
	if c.lookupErr != nil {
		if err := c.lookupErr(len(c.lookups)); err != nil {
			return nil, err
		}
	}
	for _, row := range c.listed() {
		if slices.Contains(ids, row.NativeID) {
			existing = append(existing, row.NativeID)
		}
	}
	for _, id := range c.hidden {
		if slices.Contains(ids, id) {
			existing = append(existing, id)
		}
	}
	return existing, nil
}

// attempt is one attempt of an activity, under the conditions that the test
// wants.
type attempt struct {
	number int           // 1 if not set
	resume any           // the checkpoint of the attempt before
	stop   chan struct{} // closed when the worker stops
	beats  *beats
	cancel chan struct{} // closed when the run is cancelled
}

// beats are the heartbeats that an attempt records.
type beats struct {
	mu   sync.Mutex
	last []any
	hear func(details []any)
}

// checkpoint is what the next attempt of the activity is given.
func (b *beats) checkpoint(t *testing.T) any {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Len(t, b.last, 1, "a checkpoint was recorded")
	return b.last[0]
}

func (b *beats) none(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(t, b.last, "no checkpoint was recorded")
}

// execute runs an activity in the SDK's test environment. Input and result are
// converted as on the way through a server.
func execute[In, Out any](t *testing.T, a attempt, do func(context.Context, In) (Out, error), in In) (out Out, err error) {
	t.Helper()
	// What a scope is given without its bundle is not as it travels: see alone.
	doIt := func(ctx context.Context) (Out, error) { return do(ctx, in) }
	value, err := a.environment(doIt).ExecuteActivity(doIt)
	if err != nil {
		return out, err
	}
	require.NoError(t, value.Get(&out))
	return out, nil
}

// executeBare is execute for an activity without a result.
func executeBare[In any](t *testing.T, a attempt, do func(context.Context, In) error, in In) (struct{}, error) {
	t.Helper()
	_, err := a.environment(do).ExecuteActivity(do, in)
	return struct{}{}, err
}

func (a attempt) environment(do any) *testsuite.TestActivityEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(do)
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&conditions{attempt: a}}})
	if a.resume != nil {
		env.SetHeartbeatDetails(a.resume)
	}
	if a.stop != nil {
		env.SetWorkerStopChannel(a.stop)
	}
	return env
}

// conditions gives an attempt its number, and hears its heartbeats: the test
// environment knows attempt 1 only.
type conditions struct {
	interceptor.WorkerInterceptorBase
	attempt
}

func (c *conditions) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &inbound{interceptor.ActivityInboundInterceptorBase{Next: next}, c}
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
	*conditions
}

func (i *inbound) Init(next interceptor.ActivityOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.ActivityOutboundInterceptorBase{Next: next}, i.conditions})
}

func (i *inbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if i.cancel != nil {
		go func() {
			select {
			case <-i.cancel:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return i.Next.ExecuteActivity(ctx, in)
}

type outbound struct {
	interceptor.ActivityOutboundInterceptorBase
	*conditions
}

func (o *outbound) GetInfo(ctx context.Context) activity.Info {
	info := o.Next.GetInfo(ctx)
	info.Attempt = int32(max(1, o.number))
	return info
}

func (o *outbound) RecordHeartbeat(ctx context.Context, details ...any) {
	o.Next.RecordHeartbeat(ctx, details...)
	if o.beats == nil {
		return
	}
	o.beats.mu.Lock()
	o.beats.last = details
	o.beats.mu.Unlock()
	if o.beats.hear != nil {
		o.beats.hear(details)
	}
}

// breakInserts makes the server refuse each row of a table, as something that may
// pass, until mend.
func (b *bundle) breakInserts(t *testing.T, table string) (mend func()) {
	t.Helper()
	db := storetest.Connect(t, b.dsn)
	_, err := db.Exec("CREATE TRIGGER broken BEFORE INSERT ON " + table + " FOR EACH ROW SIGNAL SQLSTATE '45000'")
	require.NoError(t, err)
	return func() {
		_, err := db.Exec("DROP TRIGGER broken")
		require.NoError(t, err)
	}
}

// requireFailure checks the type of an activity's error and whether Temporal
// tries again.
func requireFailure(t *testing.T, err error, typ string, retried bool) {
	t.Helper()
	require.NotNil(t, failureOf(t, err, typ, retried))
}

// failureOf is requireFailure, and gives the error as Temporal has it.
func failureOf(t *testing.T, err error, typ string, retried bool) *temporal.ApplicationError {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, typ, application.Type(), "%v", err)
	require.Equal(t, retried, !application.NonRetryable(), "%v", err)
	require.NoError(t, errors.Unwrap(application), "the cause would go into the history whole")
	return application
}
