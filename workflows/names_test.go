package workflows_test

import (
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/workflows"
)

func TestNamesAreThoseOfTheFunctions(t *testing.T) {
	t.Parallel()
	for name, workflow := range map[string]any{
		workflows.CloudSyncName: workflows.CloudSyncWorkflow, workflows.VerifyName: workflows.VerifyWorkflow,
		workflows.PrunePlanName: workflows.PrunePlanWorkflow, workflows.PruneName: workflows.PruneWorkflow,
		workflows.RetentionName: workflows.RetentionWorkflow, workflows.CheckAccountsName: workflows.CheckAccountsWorkflow,
		workflows.NoticesName: workflows.NoticesWorkflow, workflows.DeliverNoticesName: workflows.DeliverNoticesWorkflow,
	} {
		require.True(t, strings.HasSuffix(runtime.FuncForPC(reflect.ValueOf(workflow).Pointer()).Name(), "."+name), name)
	}
}
