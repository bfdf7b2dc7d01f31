package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/starter/schedule"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

// yearly is a configuration whose schedules start nothing during a test. Its
// MySQL is out of reach: no command here needs one.
const yearly = "  resources: {resource_host: {interval: 8759h}}\n"

const noMySQL = "root:hunter2@tcp(127.0.0.1:1)/inventory"

// operator runs commands against a namespace.
type operator struct {
	temporaltest.Namespace
	config string
}

// newOperator has a worker whose runs end with report and err, and a paused
// schedule.
func newOperator(t *testing.T, sync temporaltest.Sync) *operator {
	o := &operator{Namespace: temporaltest.New(t), config: configFile(t, noMySQL, yearly)}
	if sync != nil {
		o.Work(t, sync)
	}
	status, _, stderr := o.do(t, "apply")
	require.Zero(t, status, stderr)
	_, err := schedule.Pause(t.Context(), o, "resource_host", "test")
	require.NoError(t, err)
	return o
}

func (o *operator) do(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return run(t, append(args, "--config", o.config, "--temporal-address", o.Address, "--namespace", o.Name)...)
}

func ends(report workflows.Report, err error) temporaltest.Sync {
	return func(ctx workflow.Context, _ workflows.Input) (workflows.Report, error) {
		return report, err
	}
}

func TestApplyPrintsChangesAndThenNothing(t *testing.T) {
	t.Parallel()
	o := &operator{Namespace: temporaltest.New(t), config: configFile(t, noMySQL, yearly)}
	status, stdout, stderr := o.do(t, "apply")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "registered search attribute CloudSyncKind\n")
	require.Contains(t, stdout, "created cloud-sync/resource_host every 8759h\n")
	require.Empty(t, stderr)

	status, stdout, _ = o.do(t, "apply")
	require.Zero(t, status)
	require.Empty(t, stdout)
	_, stdout, _ = o.do(t, "apply", "--output", "json")
	require.JSONEq(t, "[]", stdout)

	o.config = configFile(t, noMySQL, "  enable: false\n"+yearly)
	_, stdout, _ = o.do(t, "apply", "--output", "json")
	require.JSONEq(t, `[{"action": "paused", "schedule": "cloud-sync/resource_host",
		"detail": "public_cloud_sync.enable is false (starter apply)"},
		{"action": "paused", "schedule": "cloud-sync/retention",
		"detail": "public_cloud_sync.enable is false (starter apply)"}]`, stdout)
}

func TestPauseAndResumeAreSigned(t *testing.T) {
	t.Parallel()
	o := newOperator(t, nil)
	status, stdout, stderr := o.do(t, "pause", "resource_host", "--note", "cleaning up")
	require.Zero(t, status, stderr)
	require.Regexp(t, `^paused cloud-sync/resource_host: cleaning up \(.+\)\n$`, stdout)
	_, stdout, _ = o.do(t, "list")
	require.Regexp(t, `resource_host +PAUSED +8759h`, stdout)
	require.Regexp(t, `    paused: cleaning up \(.+\)\n`, stdout)

	status, stdout, _ = o.do(t, "resume", "resource_host", "--note", "clean", "--output", "json")
	require.Zero(t, status)
	require.Contains(t, stdout, `"action": "resumed"`)
	_, stdout, _ = o.do(t, "list", "--output", "json")
	var schedules []scheduleView
	require.NoError(t, json.Unmarshal([]byte(stdout), &schedules))
	require.False(t, schedules[0].Paused)
	require.Equal(t, "8759h", schedules[0].Interval)
	require.NotNil(t, schedules[0].NextTime)
}

func TestRunWaitExitsWithTheOutcome(t *testing.T) {
	t.Parallel()
	failed := workflows.Report{Kind: "resource_host", Outcome: activities.Failed, Scopes: 1, ScopesFailed: 1, Attention: []workflows.ScopeReport{
		{Place: "mock/prod/beijing", Outcome: activities.Failed, Reason: "denied"},
	}}
	for name, test := range map[string]struct {
		report workflows.Report
		err    error
		status int
		text   string
	}{
		"ok":        {workflows.Report{Outcome: activities.OK}, nil, 0, "outcome           ok\n"},
		"unchanged": {workflows.Report{Outcome: activities.Unchanged}, nil, 0, "outcome           unchanged\n"},
		"partial":   {workflows.Report{Outcome: activities.Partial}, nil, 3, "outcome           PARTIAL\n"},
		"held":      {workflows.Report{Outcome: activities.Held, Stats: activities.Stats{Held: 3}}, nil, 4, "heldNum           3\n"},
		"failed": {workflows.Report{}, temporal.NewNonRetryableApplicationError("x", workflows.FailedType, nil, failed), 5,
			"mock/prod/beijing  FAILED"},
		"broken": {workflows.Report{}, temporal.NewNonRetryableApplicationError("this worker is not configured", "NotConfigured", nil), 5,
			"error             this worker is not configured\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOperator(t, ends(test.report, test.err))
			status, stdout, stderr := o.do(t, "run", "resource_host", "--wait")
			require.Equal(t, test.status, status, stderr)
			require.Contains(t, stdout, test.text)
			require.Empty(t, stderr)
			requireWidth(t, stdout)
		})
	}
}

func TestRunWaitPrintsTheReportAsJSONAndProgressBesideIt(t *testing.T) {
	t.Parallel()
	report := workflows.Report{
		Kind: "resource_host", RunID: "r", Outcome: activities.OK, TimeTook: 1.5, Scopes: 2,
		Stats: activities.Stats{CloudNum: 10, DBNum: 7, ToAdd: 3, SuAdd: 3},
	}
	o := newOperator(t, ends(report, nil))
	status, stdout, stderr := o.do(t, "run", "resource_host", "--wait", "--output", "json")
	require.Zero(t, status)
	want, err := json.Marshal(report)
	require.NoError(t, err)
	require.JSONEq(t, string(want), stdout)
	require.Contains(t, stderr, "resource_host: run ")
}

func TestRunSaysWhereTheRunIs(t *testing.T) {
	t.Parallel()
	o := newOperator(t, ends(workflows.Report{Outcome: activities.OK}, nil))
	status, stdout, stderr := o.do(t, "run", "resource_host")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "started a run of resource_host\n  workflow  cloud-sync/resource_host-")
	require.Contains(t, stdout, "  starter show ")
	requireWidth(t, stdout)

	_, stdout, _ = o.do(t, "run", "resource_host", "--output", "json")
	var started startView
	require.NoError(t, json.Unmarshal([]byte(stdout), &started))
	require.Equal(t, "resource_host", started.Kind)
}

func forever(ctx workflow.Context, _ workflows.Input) (workflows.Report, error) {
	return workflows.Report{}, workflow.Await(ctx, func() bool { return false })
}

// cancelOn ends a context when a text is written.
type cancelOn struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (c *cancelOn) Write(p []byte) (int, error) {
	n, err := c.Buffer.Write(p)
	if strings.Contains(c.String(), c.text) {
		c.cancel()
	}
	return n, err
}

func TestRunWaitGivesUpWithoutTouchingTheRun(t *testing.T) {
	t.Parallel()
	o := newOperator(t, forever)
	ctx, cancel := context.WithCancel(t.Context())
	stdout := &cancelOn{text: " began\n", cancel: cancel}
	var stderr bytes.Buffer
	status := New(stdout, &stderr, func(string) string { return "" }).
		Run(ctx, []string{"run", "resource_host", "--wait", "--temporal-address", o.Address, "--namespace", o.Name})
	require.Equal(t, 1, status)
	require.NotContains(t, stdout.String(), "outcome")
	require.Contains(t, stderr.String(), "stopped waiting for the run: context canceled; it goes on: see `starter show ")

	_, list, _ := o.do(t, "list")
	require.Contains(t, list, "a run is under way since")
	require.Regexp(t, "stopped waiting for the run to begin: --timeout .+ is over; it may still begin: see `starter list`",
		o.gaveUp(t, "run", "resource_host", "--wait"))
	require.Regexp(t, "stopped waiting for the run to begin: --timeout .+ is over; "+
		"the approval was taken back: a run that still begins has none", o.gaveUp(t, "run", "resource_host", "--approve", someDigest))
}

// gaveUp is what a command says that waited behind a run until its time was over. A
// busy server may need more of it than a quiet one until there is something to wait for.
func (o *operator) gaveUp(t *testing.T, args ...string) string {
	t.Helper()
	for timeout := 3 * time.Second; ; timeout *= 2 {
		status, stdout, stderr := o.do(t, append(args, "--timeout", timeout.String())...)
		require.Equal(t, 1, status)
		if strings.Contains(stdout, "resource_host: waiting for run ") {
			return stderr
		}
		require.Less(t, timeout, time.Minute, "%s\n%s", stdout, stderr)
	}
}

func TestAnInterruptedPlanPromisesNothing(t *testing.T) {
	t.Parallel()
	o := newOperator(t, func(ctx workflow.Context, in workflows.Input) (workflows.Report, error) {
		err := workflow.SetQueryHandler(ctx, workflows.ProgressQuery, func() (workflows.Progress, error) { return workflows.Progress{}, nil })
		if err != nil {
			return workflows.Report{}, err
		}
		return forever(ctx, in)
	})
	ctx, cancel := context.WithCancel(t.Context())
	stderr := &cancelOn{text: "plan of resource_host: finding its scopes", cancel: cancel}
	status := New(&bytes.Buffer{}, stderr, func(string) string { return "" }).
		Run(ctx, []string{"plan", "resource_host", "--temporal-address", o.Address, "--namespace", o.Name})
	require.Equal(t, 1, status)
	require.Contains(t, stderr.String(), "stopped waiting for the plan: context canceled; it changes nothing, and what it finds is not kept: plan again\n")
	require.NotContains(t, stderr.String(), "starter show")
}

const someDigest = "43:c03bb8cdbce483217c00687dad564fe504a9018bee0de5eb79e2356b9b783554"

func TestListShowsAPendingApproval(t *testing.T) {
	t.Parallel()
	o := newOperator(t, forever)
	status, _, stderr := o.do(t, "run", "resource_host")
	require.Zero(t, status, stderr)
	waiting, stop := context.WithCancel(t.Context())
	var text, document string
	stdout := &cancelOn{text: "waiting for run ", cancel: func() {
		if waiting.Err() != nil {
			return
		}
		_, text, _ = o.do(t, "list")
		_, document, _ = o.do(t, "list", "--output", "json")
		stop()
	}}
	var said bytes.Buffer
	status = New(stdout, &said, func(string) string { return "" }).
		Run(waiting, []string{"run", "resource_host", "--approve", someDigest, "--temporal-address", o.Address, "--namespace", o.Name})
	require.Equal(t, 1, status, said.String())
	require.Contains(t, said.String(), "the approval was taken back: a run that still begins has none")
	require.Regexp(t, "approval pending: by .+ of 43:c03bb8cd… until ..:..:.. UTC", text)
	requireWidth(t, text)
	var schedules []scheduleView
	require.NoError(t, json.Unmarshal([]byte(document), &schedules))
	require.Equal(t, []string{someDigest}, schedules[0].Approval.Digests)
	_, list, _ := o.do(t, "list")
	require.NotContains(t, list, "approval", said.String())
}

func TestRunWaitTellsACancelledRun(t *testing.T) {
	t.Parallel()
	o := newOperator(t, forever)
	cancelled := make(chan error, 1)
	go func() { cancelled <- cancelFirst(t.Context(), o) }()
	status, stdout, stderr := o.do(t, "run", "resource_host", "--wait", "--timeout", "2m", "--output", "json")
	require.NoError(t, <-cancelled)
	require.Equal(t, 5, status, stderr)
	var report workflows.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.Equal(t, "resource_host", report.Kind)
	require.Equal(t, activities.Failed, report.Outcome)
	require.Equal(t, "the run was cancelled; what it had applied stays", report.Error)
}

// cancelFirst cancels the first run that the schedule starts.
func cancelFirst(ctx context.Context, o *operator) error {
	for {
		list, err := schedule.List(ctx, o, []string{"resource_host"})
		if err != nil {
			return err
		}
		if running := list[0].Running; running != nil {
			return o.CancelWorkflow(ctx, running.WorkflowID, running.RunID)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestListWithoutSchedulesSaysWhatToDo(t *testing.T) {
	t.Parallel()
	o := &operator{Namespace: temporaltest.New(t), config: configFile(t, noMySQL, yearly)}
	_, stdout, _ := o.do(t, "list")
	require.Equal(t, "no schedules: create them with `starter apply`\n", stdout)
	_, stdout, _ = o.do(t, "list", "--output", "json")
	require.JSONEq(t, "[]", stdout)
}

func TestAMissingNamespaceIsNamed(t *testing.T) {
	t.Parallel()
	o := &operator{Namespace: temporaltest.New(t), config: configFile(t, noMySQL, yearly)}
	o.Name = "nowhere"
	status, _, stderr := o.do(t, "list")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "temporal operator namespace create --namespace nowhere")
}
