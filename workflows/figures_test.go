package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/store"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// told is what a run told Temporal, in turn.
type told struct {
	memos      []map[string]any
	attributes []temporal.SearchAttributes
}

func (b *bundle) hear() *told {
	heard := &told{}
	b.OnUpsertMemo(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		heard.memos = append(heard.memos, args.Get(0).(map[string]any))
	})
	b.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		attributes := args.Get(0).(temporal.SearchAttributes)
		if _, ok := attributes.GetKeyword(visibility.Outcome); ok { // else a version's
			heard.attributes = append(heard.attributes, attributes)
		}
	})
	return heard
}

// The record finds more in the history than the run has counted: before a reset, or
// where a newer run has swept the ledger. The report says what is on record, wherever
// it is read.
func TestReportIsWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	superseded := temporal.NewNonRetryableApplicationError("claimed by run x", "Superseded", nil)
	for name, test := range map[string]struct {
		changed  bool
		failed   error
		recorded activities.Recorded
		want     activities.Outcome
	}{
		"unchanged, behind a reset": {recorded: activities.Recorded{Outcome: activities.OK, SuAdd: 12, SuDel: 3, Rehashed: 1}, want: activities.OK},
		"superseded": {
			changed: true, failed: superseded,
			recorded: activities.Recorded{Outcome: activities.Failed, SuAdd: 5, SuMod: 19_000, SuDel: 0}, want: activities.Failed,
		},
		"a first part that did more": {changed: true, recorded: activities.Recorded{Outcome: activities.OK, SuAdd: 10, SuMod: 4, SuDel: 2}, want: activities.OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1)
			if test.changed {
				b.changed(1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 5, ToMod: 4, ToDel: 0})
			}
			b.modErr, b.recorded = test.failed, &test.recorded
			b.half = map[diff.Op]store.Counts{}
			heard := b.hear()
			b.ExecuteWorkflow(workflows.CloudSyncWorkflow, workflows.Input{Kind: kind})
			report := b.reportOf(t)

			require.Equal(t, test.want, report.Outcome)
			require.Equal(t, test.recorded.Stats(report.Stats), report.Stats)
			require.Len(t, heard.memos, 2, "what it believed, while it is recorded, and what is on record")
			memo, attributes := heard.memos[1], heard.attributes[1]
			require.Equal(t, string(test.want), memo["outcome"])
			require.Equal(t, []any{test.recorded.SuAdd, test.recorded.SuMod, test.recorded.SuDel}, []any{memo["suAddNum"], memo["suModNum"], memo["suDelNum"]})
			changes, _ := attributes.GetInt64(visibility.Changes)
			require.Equal(t, test.recorded.SuAdd+test.recorded.SuMod+test.recorded.SuDel, changes)
			deletes, _ := attributes.GetInt64(visibility.Deletes)
			require.Equal(t, test.recorded.SuDel, deletes)
			outcome, _ := attributes.GetKeyword(visibility.Outcome)
			require.Equal(t, string(test.want), outcome)
		})
	}
}

// reportOf is the report of the run, also of one that failed.
func (b *bundle) reportOf(t *testing.T) (report workflows.Report) {
	t.Helper()
	require.True(t, b.IsWorkflowCompleted())
	if err := b.GetWorkflowError(); err != nil {
		var failed *temporal.ApplicationError
		require.ErrorAs(t, err, &failed)
		require.NoError(t, failed.Details(&report))
		return report
	}
	require.NoError(t, b.GetWorkflowResult(&report))
	return report
}

// A run whose record is what it believed tells Temporal once, as all did before, and so
// does one that is recorded by a worker of the version before.
func TestReportThatIsRightIsToldOnce(t *testing.T) {
	t.Parallel()
	for name, recorded := range map[string]*activities.Recorded{
		"right": {Outcome: activities.OK, SuAdd: 5, SuMod: 4}, "recorded by the version before": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1)
			b.changed(1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 5, ToMod: 4})
			b.recorded = recorded
			heard := b.hear()
			report, err := b.run(t)
			require.NoError(t, err)
			require.EqualValues(t, 9, report.Changes())
			require.Len(t, heard.memos, 1)
		})
	}
}
