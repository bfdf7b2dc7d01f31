package schedule

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"cloudsync/resource"
	"cloudsync/retention"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

func TestTheRetentionWorkflowIsNamedAsWorkersRegisterIt(t *testing.T) {
	t.Parallel()
	function := runtime.FuncForPC(reflect.ValueOf(workflows.RetentionWorkflow).Pointer()).Name()
	require.True(t, strings.HasSuffix(function, "."+workflows.RetentionName), function)
}

func TestDefineRetention(t *testing.T) {
	t.Parallel()
	require.Equal(t, Definition{
		Every: 24 * time.Hour, CatchupWindow: 12 * time.Hour, Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		WorkflowType: "RetentionWorkflow", WorkflowID: "cloud-sync/retention", TaskQueue: "cloudsync",
		Input: `{"changes":"90d","runs":"30d","staging":"1d"}`, Summary: "remove old changes, records of runs, and leftovers",
	}, DefineRetention(retention.Default()))
}

func TestApplyKeepsTheRetentionSchedule(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	sync := syncing(true, every("resource_host", time.Hour))
	sync.Retention = retention.Default()
	require.Equal(t, []string{"created cloud-sync/resource_host every 1h", "created cloud-sync/retention every 24h"}, apply(t, n, sync))
	require.Equal(t, DefineRetention(sync.Retention), Described(describe(t, n, "retention").Schedule))
	require.Empty(t, apply(t, n, sync), "it is no leftover")
	list, err := List(t.Context(), n, resource.Standard().Names())
	require.NoError(t, err)
	require.Len(t, list, 1, "and no kind")

	sync.Retention.Runs = retention.Forever
	require.Equal(t, []string{`updated cloud-sync/retention: input {"changes":"90d","runs":"forever","staging":"1d"} ` +
		`(was {"changes":"90d","runs":"30d","staging":"1d"})`}, apply(t, n, sync))
	sync.Enable = false
	require.Equal(t, []string{
		"paused cloud-sync/resource_host: " + disabledNote, "paused cloud-sync/retention: " + disabledNote,
	}, apply(t, n, sync))
	sync.Retention = retention.Limits{}
	require.Equal(t, []string{"deleted cloud-sync/retention: everything is kept for good"}, apply(t, n, sync))
	require.Empty(t, apply(t, n, sync))
}
