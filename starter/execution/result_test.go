package execution

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/workflows"
)

func TestConclude(t *testing.T) {
	t.Parallel()
	run := Run{WorkflowID: "cloud-sync/resource_host", RunID: "r1"}
	held := workflows.Report{RunID: "r1", Outcome: activities.Held, Stats: activities.Stats{Held: 4}}
	failed := workflows.Report{RunID: "r1", Outcome: activities.Failed, Scopes: 2, ScopesFailed: 2}
	because := func(reason string) workflows.Report {
		return workflows.Report{RunID: "r1", Outcome: activities.Failed, Error: reason}
	}
	for name, test := range map[string]struct {
		report workflows.Report
		err    error
		want   workflows.Report
	}{
		"a result": {report: held, want: held},
		"failed, with its report": {
			err:  temporal.NewNonRetryableApplicationError("all failed", workflows.FailedType, nil, failed),
			want: failed,
		},
		"failed, without a report": {
			err:  temporal.NewNonRetryableApplicationError("all failed", workflows.FailedType, nil),
			want: because("all failed"),
		},
		"another error": {
			err:  temporal.NewNonRetryableApplicationError("the input names no kind", "BadInput", nil),
			want: because("the input names no kind"),
		},
		"cancelled": {
			err:  temporal.NewCanceledError(),
			want: because("the run was cancelled; what it had applied stays"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := conclude(run, test.report, test.err)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestConcludeKnowsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	_, err := conclude(Run{RunID: "r1"}, workflows.Report{}, serviceerror.NewNotFound("gone"))
	require.EqualError(t, err, "wait for run r1: gone")
}

func TestOnlyErrorsOfTheConnectionPass(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		serviceerror.NewUnavailable("restarting"), serviceerror.NewDeadlineExceeded("slow"),
		context.DeadlineExceeded, serviceerror.NewResourceExhausted(0, "busy"),
		serviceerror.NewCanceled("stream terminated by RST_STREAM with error code: CANCEL"),
	} {
		require.True(t, Passes(err), err)
	}
	for _, err := range []error{
		nil, serviceerror.NewNotFound("gone"), serviceerror.NewPermissionDenied("no", ""), errors.New("odd"),
	} {
		require.False(t, Passes(err), err)
	}
}
