package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/process"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/workflows"
)

// seedVariable names the environment variable with the first seed of the random
// tests, to try others than the ones that each run of the tests has.
const seedVariable = "CLOUDSYNC_TEST_SEED"

func firstSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv(seedVariable)
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, seedVariable)
	return seed
}

// The size of the soak. The clouds of the first seeds are rough: their database
// is killed or stopped now and then, and their worker is killed.
const (
	soakClouds  = 6
	roughClouds = 2
	soakRuns    = 50 // of each cloud
)

// Random faults for 300 runs in all: after each, whatever became of it, what
// exists and was stored is stored still, and nothing is in flight. After one run
// without faults the inventory is the cloud, no resource was ever deleted that
// existed, and the history adds up and leads back to nothing.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	temporalAddress(t) // skip before a server is started
	var clouds sync.WaitGroup
	for number, first := uint64(0), firstSeed(t); number < soakClouds; number++ {
		seed, rough := first+number, number < roughClouds
		// Not parallel tests: they would wait for each other where cores are few, and a
		// run mostly waits for its faults to pass.
		clouds.Go(func() {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { soakCloud(t, seed, rough) })
		})
	}
	clouds.Wait()
}

func soakCloud(t *testing.T, seed uint64, rough bool) {
	began := time.Now()
	k := newSoak(t, seed, rough)
	for k.runs() < soakRuns {
		k.soakOnce(t)
	}
	k.runClean(t)
	k.requireEqualsCloud(t)
	k.requireDeletionsRight(t)
	k.requireCountsAddUp(t)
	k.requireLivesMakeSense(t)
	k.requireRewinds(t)
	require.Empty(t, k.asOf(t, resource.HostKind, began), "before the first run")
	if len(k.snapshots) > 0 {
		k.requireRebuilt(t, k.snapshots)
	}
	k.requireAllHappened(t)
	t.Logf("%d runs in %s: %v; %d databases and %d workers killed or stopped, %d approvals, %d restores; the cloud's faults: %v",
		k.runs(), time.Since(began).Round(time.Second), k.outcomes, k.outages, k.kills, k.approvals, k.restores, k.weather)
}

var soakRegions = []string{"r0", "r1", "r2"}

// soak is one cloud, and what an unlucky operator's installation makes of it.
type soak struct {
	*stack
	random   *rand.Rand
	cloud    *mock.Cloud // without faults: what there truly is
	deps     activities.Deps
	tickFile string
	tick     int64
	server   *mariadb.Server // of a rough cloud
	worker   *process.Child  // likewise
	config   string

	ticks     map[string]int64 // of each run, by id
	held      []string         // by the last run
	snapshots []snapshot
	outcomes  map[activities.Outcome]int
	weather   map[mock.FaultType]int

	kills, outages, approvals, restores int
}

func newSoak(t *testing.T, seed uint64, rough bool) *soak {
	t.Helper()
	k := &soak{
		random: rand.New(rand.NewPCG(seed, 0)), tickFile: filepath.Join(t.TempDir(), "tick"),
		ticks: map[string]int64{}, outcomes: map[activities.Outcome]int{}, weather: map[mock.FaultType]int{},
	}
	settings := mock.DefaultSettings()
	settings.Seed, settings.Hosts, settings.Churn = seed, mock.Hosts{Min: 40, Max: 60}, 0.2
	settings.PageSize, settings.TickFile = 4, k.tickFile // several pages, so that one can repeat another's rows
	k.cloud = mock.New(settings, soakRegions)
	for tick := int64(1); tick <= soakRuns; tick++ {
		settings.Faults = append(settings.Faults, k.weatherAt(tick)...)
	}
	if !rough {
		settings.Faults = append(settings.Faults, k.lasting())
	}
	if rough {
		k.startRough(t, settings)
		return k
	}
	k.stack = newStack(t)
	k.deps = k.stack.deps(k.cloud)
	k.startWorker(t, k.stack.deps(mock.New(settings, soakRegions)))
	return k
}

// startRough runs what can be killed: a database server of the cloud's own, and
// the worker as a process.
func (k *soak) startRough(t *testing.T, settings mock.Settings) {
	t.Helper()
	server, err := mariadb.Start(t.Context(), mariadb.Options{Dir: t.TempDir(), Database: "cloudsync"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	k.server, k.stack = server, newStackOn(t, server.DSN("cloudsync"))
	k.deps = k.stack.deps(k.cloud)
	encoded, err := yaml.MarshalWithOptions(settings, yaml.JSON())
	require.NoError(t, err)
	require.NoError(t, mock.WriteTick(k.tickFile, 0))
	k.config = k.writeConfig(t, strings.Join(soakRegions, ", "), string(encoded))
	k.worker = k.startProcess(t, k.config)
}

// hazards are what can go wrong at a tick, and how often compared with the
// others. A retry waits for a second or more, so that what needs one is rare.
var hazards = []struct {
	weight int
	fault  mock.Fault
}{
	{6, mock.Fault{Type: mock.Denied}},
	{2, mock.Fault{Type: mock.Denied, Call: "lookup"}},
	{2, mock.Fault{Type: mock.InvalidCredential}},
	{6, mock.Fault{Type: mock.Throttled, Times: 3, RetryAfter: 10 * time.Millisecond}},
	{1, mock.Fault{Type: mock.Throttled, Times: 1, Call: "lookup"}},
	{2, mock.Fault{Type: mock.Timeout, Times: 1}},
	{2, mock.Fault{Type: mock.Unavailable, Times: 1}},
	{2, mock.Fault{Type: mock.Truncated, Times: 1}},
	{6, mock.Fault{Type: mock.Empty}},
	{6, mock.Fault{Type: mock.Duplicate}},
	{6, mock.Fault{Type: mock.Poisoned}},
	{3, mock.Fault{Type: mock.PoisonedNoID}},
	{8, mock.Fault{Type: mock.Skipped, Rate: 0.15}},
	{6, mock.Fault{Type: mock.ExpiredCursor, Times: 2}},
}

// lasting is a fault that outlasts all attempts of a run, a quarter of a minute.
func (k *soak) lasting() mock.Fault {
	tick := 1 + k.random.Int64N(soakRuns)
	types := []mock.FaultType{mock.Truncated, mock.Timeout, mock.Unavailable}
	return k.note(mock.Fault{Type: types[k.random.IntN(len(types))], Region: soakRegions[0], FromTick: tick, ToTick: tick})
}

func (k *soak) note(fault mock.Fault) mock.Fault {
	k.weather[fault.Type]++
	return fault
}

// weatherAt draws the faults of a tick.
func (k *soak) weatherAt(tick int64) (faults []mock.Fault) {
	for range []int{0, 1, 1, 2, 3}[k.random.IntN(5)] {
		fault := k.hazard()
		if k.random.IntN(8) > 0 { // else everywhere
			fault.Region = soakRegions[k.random.IntN(len(soakRegions))]
		}
		fault.FromTick, fault.ToTick = tick, tick
		faults = append(faults, k.note(fault))
	}
	return faults
}

func (k *soak) hazard() mock.Fault {
	total := 0
	for _, hazard := range hazards {
		total += hazard.weight
	}
	drawn := k.random.IntN(total)
	for _, hazard := range hazards {
		if drawn -= hazard.weight; drawn < 0 {
			return hazard.fault
		}
	}
	panic("the weights add up to more than their sum")
}

// runs is how many have ended so far.
func (k *soak) runs() int { return len(k.ticks) }

// soakOnce is one run: mostly of the next tick, else of the same one with the
// approval of what it held, as an operator gives who does not look.
func (k *soak) soakOnce(t *testing.T) {
	t.Helper()
	var approval *workflows.Approval
	if len(k.held) > 0 && k.random.IntN(3) == 0 {
		approval = &workflows.Approval{Digests: k.held, By: "operator"}
		k.approvals++
	} else {
		k.moveTo(t, min(k.tick+1, soakRuns))
	}
	before := k.stored(t)
	run := k.begin(t, approval)
	k.disturb(t)
	report := k.finish(t, run)
	k.requireSound(t, before, report)
	if k.runs()%10 == 0 {
		k.restoreSomething(t)
		k.restores++
		if k.server == nil {
			k.snapshots = append(k.snapshots, k.snapshot(t))
		}
	}
}

func (k *soak) moveTo(t *testing.T, tick int64) {
	t.Helper()
	k.tick = tick
	require.NoError(t, mock.WriteTick(k.tickFile, tick))
}

func (k *soak) begin(t *testing.T, approval *workflows.Approval) client.WorkflowRun {
	t.Helper()
	run, err := k.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "cloud-sync/" + hostKind, TaskQueue: workflows.TaskQueue,
	}, workflows.CloudSyncWorkflow, workflows.Input{Kind: hostKind, Approval: approval})
	require.NoError(t, err)
	return run
}

func (k *soak) finish(t *testing.T, run client.WorkflowRun) workflows.Report {
	t.Helper()
	report := k.reportOrFailure(t, run)
	k.ticks[run.GetRunID()] = k.tick
	k.outcomes[report.Outcome]++
	k.held = digests(report)
	return report
}

// What bounds the time: the loss of a worker is noticed after 10 s, and that of a
// database costs a few.
const (
	maxKills   = 2
	maxOutages = 10
)

// disturb strikes the installation of a rough cloud in the middle of a run, at a
// random moment.
func (k *soak) disturb(t *testing.T) {
	t.Helper()
	if k.server == nil {
		return
	}
	drawn := k.random.IntN(12)
	<-time.After(time.Duration(k.random.IntN(400)) * time.Millisecond) // the moment, not a wait for something
	switch {
	case drawn < 2 && k.kills < maxKills:
		require.NoError(t, k.worker.Kill())
		k.worker = k.startProcess(t, k.config)
		k.kills++
	case k.outages == maxOutages:
	case drawn < 4:
		k.interrupt(t, k.server.Kill)
	case drawn == 4:
		k.interrupt(t, func() error { return k.server.Stop(t.Context()) })
	}
}

func (k *soak) interrupt(t *testing.T, end func() error) {
	t.Helper()
	require.NoError(t, end())
	<-time.After(time.Second) // the outage, not a wait for something
	require.NoError(t, k.server.Start(t.Context()))
	k.outages++
}

// hashes are resources of all regions.
type hashes map[resource.UID]resource.Hash

func (k *soak) stored(t *testing.T) hashes {
	t.Helper()
	all := hashes{}
	for _, region := range soakRegions {
		maps.Copy(all, k.inventory(t, scopeOf(hostKind, region)))
	}
	return all
}

func (k *soak) existing(t *testing.T, tick int64) hashes {
	t.Helper()
	all := hashes{}
	for _, region := range soakRegions {
		maps.Copy(all, truth(t, k.deps, k.cloud, scopeOf(hostKind, region), tick))
	}
	return all
}

// requireSound is what is true after each run.
func (k *soak) requireSound(t *testing.T, before hashes, report workflows.Report) {
	t.Helper()
	now, exist := k.stored(t), k.existing(t, k.tick)
	for uid := range before {
		if _, exists := exist[uid]; exists {
			require.True(t, has(now, uid), "run %s at tick %d deleted what exists: %s", report.RunID, k.tick, uid)
		}
	}
	k.requireNothingInFlight(t)
	k.requireRecorded(t, report)
}

// requireRecorded checks the record of the run and its scopes: the figures, of this run
// and of all before, are what the history has; and in a scope that is complete and holds
// nothing, all that went away is deleted.
func (k *soak) requireRecorded(t *testing.T, report workflows.Report) {
	t.Helper()
	runs, err := k.store.FindRuns(t.Context(), report.RunID)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, string(report.Outcome), runs[0].Outcome)
	k.requireReported(t, report)
	k.requireFigures(t)
	scopes, err := k.store.RunScopes(t.Context(), report.RunID)
	require.NoError(t, err)
	require.Len(t, scopes, len(soakRegions))
	for _, recorded := range scopes {
		if recorded.Outcome == string(activities.Failed) || recorded.Held > 0 {
			continue
		}
		scope := scopeOf(hostKind, recorded.Region)
		exist := truth(t, k.deps, k.cloud, scope, k.tick)
		for uid := range k.inventory(t, scope) {
			require.True(t, has(exist, uid), "run %s at tick %d left what is gone: %s", report.RunID, k.tick, uid)
		}
	}
}

// runClean is one run without faults; what the ratio holds, an operator approves.
func (k *soak) runClean(t *testing.T) {
	t.Helper()
	k.moveTo(t, soakRuns+1)
	report := k.finish(t, k.begin(t, nil))
	if report.Outcome == activities.Held {
		report = k.finish(t, k.begin(t, &workflows.Approval{Digests: k.held, By: "operator"}))
	}
	require.Contains(t, []activities.Outcome{activities.OK, activities.Unchanged}, report.Outcome)
	k.requireNothingInFlight(t)
}

func (k *soak) requireEqualsCloud(t *testing.T) {
	t.Helper()
	require.Equal(t, k.existing(t, k.tick), k.stored(t))
	require.EqualValues(t, len(k.stored(t)), k.count(t, "SELECT COUNT(*) FROM resource_host"))
}

// recordedChange is a row of the history, as anybody reads it.
type recordedChange struct {
	uid    resource.UID
	runID  string
	op     diff.Op
	fields []resource.FieldChange
	image  []byte
}

// recorded are all changes of hosts, the oldest first.
func (s *stack) recorded(t *testing.T) (changes []recordedChange) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT uid, run_id, op, fields, image FROM resource_change WHERE kind = ? ORDER BY id", hostKind)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var change recordedChange
		var fields []byte
		require.NoError(t, rows.Scan(&change.uid, &change.runID, &change.op, &fields, &change.image))
		if len(fields) > 0 {
			require.NoError(t, json.Unmarshal(fields, &change.fields))
		}
		changes = append(changes, change)
	}
	require.NoError(t, rows.Err())
	return changes
}

// requireDeletionsRight: what a run deleted did not exist at its tick. So no host
// that existed throughout was ever deleted.
func (k *soak) requireDeletionsRight(t *testing.T) {
	t.Helper()
	exist := map[int64]hashes{}
	for _, change := range k.recorded(t) {
		if change.op != diff.Delete {
			continue
		}
		tick, known := k.ticks[change.runID]
		require.True(t, known, "nobody but the runs deletes, and not %s", change.runID)
		if exist[tick] == nil {
			exist[tick] = k.existing(t, tick)
		}
		require.NotContains(t, exist[tick], change.uid, "deleted by run %s at tick %d", change.runID, tick)
	}
}

// requireCountsAddUp: the rows are what was added and restored, but for what was
// deleted, and the runs' records count the same changes.
func (k *soak) requireCountsAddUp(t *testing.T) {
	t.Helper()
	changes := map[diff.Op]int64{}
	for _, change := range k.recorded(t) {
		changes[change.op]++
	}
	require.Equal(t, k.count(t, "SELECT COUNT(*) FROM resource_host"),
		changes[diff.Add]+changes[store.RestoreOp]-changes[diff.Delete])
	const runs = " FROM sync_run WHERE workflow_id = 'cloud-sync/resource_host'"
	require.EqualValues(t, k.runs(), k.count(t, "SELECT COUNT(*)"+runs+" AND outcome <> 'running'"))
	require.Equal(t, changes[diff.Add], k.count(t, "SELECT SUM(su_add)"+runs))
	require.Equal(t, changes[diff.Modify], k.count(t, "SELECT SUM(su_mod)"+runs))
	require.Equal(t, changes[diff.Delete], k.count(t, "SELECT SUM(su_del)"+runs))
}

// requireLivesMakeSense: a resource is added or restored while it is not there,
// modified or deleted while it is, and once by a run.
func (s *stack) requireLivesMakeSense(t *testing.T) {
	t.Helper()
	there := map[resource.UID]bool{}
	type once struct {
		uid   resource.UID
		runID string
	}
	changed := map[once]bool{}
	for i, change := range s.recorded(t) {
		appears := change.op == diff.Add || change.op == store.RestoreOp
		require.NotEqual(t, there[change.uid], appears, "change %d: %s of %s by %s", i, change.op, change.uid, change.runID)
		there[change.uid] = change.op != diff.Delete
		require.False(t, changed[once{change.uid, change.runID}], "%s changed %s twice", change.runID, change.uid)
		changed[once{change.uid, change.runID}] = true
	}
}

// requireRewinds: the changes undone one by one, the newest first, lead from the
// inventory to nothing, and each finds what it says it left.
func (s *stack) requireRewinds(t *testing.T) {
	t.Helper()
	rows := map[string]map[string]any{}
	for uid, row := range s.table(t, hostKind) {
		rows[uid] = columns(t, []byte(row))
	}
	for _, change := range slices.Backward(s.recorded(t)) {
		uid := change.uid.String()
		switch change.op {
		case diff.Delete:
			require.False(t, has(rows, uid), uid)
			rows[uid] = columns(t, change.image)
			continue
		case diff.Modify:
			require.NotEmpty(t, change.fields)
			undoFields(t, rows[uid], change.fields)
		default:
			require.True(t, has(rows, uid), uid)
			delete(rows, uid)
		}
	}
	require.Empty(t, rows)
}

// columns is a row without what the history does not follow.
func columns(t *testing.T, row []byte) (object map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(row, &object))
	delete(object, "updated_at")
	return object
}

func undoFields(t *testing.T, row map[string]any, fields []resource.FieldChange) {
	t.Helper()
	require.NotNil(t, row)
	for _, field := range fields {
		var before, after any
		require.NoError(t, json.Unmarshal(field.Old, &before))
		require.NoError(t, json.Unmarshal(field.New, &after))
		require.Equal(t, after, row[field.Field], "%s of %s", field.Field, row["native_id"])
		if row[field.Field] = before; before == nil {
			delete(row, field.Field)
		}
	}
}

// requireAllHappened: a soak in which nothing went wrong shows nothing.
func (k *soak) requireAllHappened(t *testing.T) {
	t.Helper()
	for _, op := range []diff.Op{diff.Add, diff.Modify, diff.Delete, store.RestoreOp} {
		require.Positive(t, k.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = ?", op), op)
	}
	for _, outcome := range []activities.Outcome{activities.OK, activities.Partial, activities.Held} {
		require.Positive(t, k.outcomes[outcome], outcome)
	}
	if k.server != nil { // whose runs differ from time to time
		require.Positive(t, min(k.kills, k.outages))
		return
	}
	require.Positive(t, k.approvals)
	require.Positive(t, k.count(t, "SELECT SUM(paging_skips) FROM sync_run"))
}
