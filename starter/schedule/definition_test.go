package schedule

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

func TestTheWorkflowIsNamedAsWorkersRegisterIt(t *testing.T) {
	t.Parallel()
	function := runtime.FuncForPC(reflect.ValueOf(workflows.CloudSyncWorkflow).Pointer()).Name()
	require.True(t, strings.HasSuffix(function, "."+workflows.CloudSyncName), function)
}

func TestDefine(t *testing.T) {
	t.Parallel()
	require.Equal(t, Definition{
		Every: 5 * time.Second, CatchupWindow: 10 * time.Second, Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		WorkflowType: "CloudSyncWorkflow", WorkflowID: "cloud-sync/resource_host", TaskQueue: "cloudsync",
		Input: `{"kind":"resource_host"}`, Summary: "keep resource_host the same as the clouds", Kind: "resource_host",
	}, Define("resource_host", 5*time.Second))
}

func TestCatchupWindowFollowsTheIntervalWithinLimits(t *testing.T) {
	t.Parallel()
	for every, window := range map[time.Duration]time.Duration{
		time.Second: 10 * time.Second, 30 * time.Second: 30 * time.Second, time.Hour: time.Minute,
	} {
		require.Equal(t, window, Define("resource_host", every).CatchupWindow, every)
	}
}

func TestDifferencesNameWhatChanges(t *testing.T) {
	t.Parallel()
	want := Define("resource_host", time.Minute)
	for name, test := range map[string]struct {
		alter func(*Definition)
		text  string
	}{
		"nothing":  {func(*Definition) {}, ""},
		"interval": {func(d *Definition) { d.Every = time.Hour }, "every 1m (was 1h)"},
		"window":   {func(d *Definition) { d.CatchupWindow = 90 * time.Second }, "catch-up window 1m (was 1m30s)"},
		"overlap":  {func(d *Definition) { d.Overlap = enums.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL }, "overlap Skip (was AllowAll)"},
		"failure":  {func(d *Definition) { d.PauseOnFailure = true }, "pause on failure false (was true)"},
		"queue":    {func(d *Definition) { d.TaskQueue = "other" }, "task queue cloudsync (was other)"},
		"input":    {func(d *Definition) { d.Input = "" }, `input {"kind":"resource_host"} (was none)`},
		"foreign":  {func(d *Definition) { d.Foreign = "jitter" }, "anything else none (was jitter)"},
		"two": {func(d *Definition) { d.Every, d.TaskQueue = time.Second, "other" },
			"every 1m (was 1s), task queue cloudsync (was other)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			have := want
			test.alter(&have)
			require.Equal(t, test.text, want.differences(have))
		})
	}
}

func TestDescribedMarksWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	spec := Define("resource_host", time.Minute).spec()
	spec.Jitter = time.Second
	spec.Intervals[0].Offset = time.Second
	action := Define("resource_host", time.Minute).action()
	action.Workflow = workflows.CloudSyncName // as the server describes it
	action.Memo = map[string]any{"a": 1}
	action.WorkflowRunTimeout = time.Hour
	d := Described(client.Schedule{Spec: &spec, Action: action})
	require.Equal(t, "an offset, jitter, a memo, a workflow timeout", d.Foreign)
	require.Equal(t, time.Minute, d.Every)
	require.Equal(t, "resource_host", d.Kind)
}

func TestDescribedTakesAnEmptySchedule(t *testing.T) {
	t.Parallel()
	require.Equal(t, Definition{}, Described(client.Schedule{}))
}

func TestJudgePause(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		enable bool
		state  client.ScheduleState
		action Action
		note   string
	}{
		"enabled and active":              {true, client.ScheduleState{}, "", ""},
		"enabled, paused by an operator":  {true, client.ScheduleState{Paused: true, Note: "cleaning up (ann)"}, "", ""},
		"enabled, paused by us":           {true, client.ScheduleState{Paused: true, Note: disabledNote}, Resumed, enabledNote},
		"enabled, active, an old note":    {true, client.ScheduleState{Note: disabledNote}, "", ""},
		"disabled and active":             {false, client.ScheduleState{Note: enabledNote}, Paused, disabledNote},
		"disabled, paused by us":          {false, client.ScheduleState{Paused: true, Note: disabledNote}, "", ""},
		"disabled, paused by an operator": {false, client.ScheduleState{Paused: true, Note: "cleaning up (ann)"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			action, note := judgePause(test.enable, test.state)
			require.Equal(t, test.action, action)
			require.Equal(t, test.note, note)
		})
	}
}

func TestChangesInWords(t *testing.T) {
	t.Parallel()
	for text, change := range map[string]Change{
		"registered search attribute CloudSyncKind": {Action: Registered, SearchAttribute: "CloudSyncKind"},
		"created cloud-sync/disk every 5s":          {Action: Created, Schedule: "cloud-sync/disk", Detail: "every 5s"},
		"updated cloud-sync/disk: every 5s (was 1m)": {
			Action: Updated, Schedule: "cloud-sync/disk", Detail: "every 5s (was 1m)"},
		"deleted cloud-sync/disk": {Action: Deleted, Schedule: "cloud-sync/disk"},
	} {
		require.Equal(t, text, change.String())
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	for text, d := range map[string]time.Duration{
		"5s": 5 * time.Second, "1m": time.Minute, "1m30s": 90 * time.Second, "1h": time.Hour, "1h30m": 90 * time.Minute, "36h": 36 * time.Hour,
	} {
		require.Equal(t, text, Interval(d))
	}
}
