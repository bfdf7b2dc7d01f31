package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/workflows"
)

func drifted(found activities.Verified) workflows.VerifyReport {
	return workflows.VerifyReport{Kind: "resource_host", RunID: runID, Scopes: 5, Verified: found, TimeTook: 0.4123}
}

func TestVerifyText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showVerified(drifted(activities.Verified{
		Rows: 1250, Drifted: 123, Outdated: 4,
		Sample: []activities.DriftedRow{
			{NativeID: "i-1a89a02c03128adc", Place: "mock/prod/beijing", What: activities.DriftContent, Reason: "the columns do not give the hash"},
			{NativeID: "i-\x1b2", Place: "mock/prod/beijing", What: activities.DriftPlace, Marked: true, Reason: "provider, account and region say mock/prod/moon"},
		},
	}), execution.Run{RunID: runID})
	golden(t, `
kind          resource_host
verification  01a20757-1e56-7222-b4aa-9915773a1ec6
scopes        5
rows          1250
drifted       123
not judged    4, hashed by an earlier version of the program: the next complete
              run rehashes them
timeTook      0.412 s

ROW                 SCOPE              DRIFT    MARKED
i-1a89a02c03128adc  mock/prod/beijing  content  ·
    the columns do not give the hash
i-�2                mock/prod/beijing  place    yes
    provider, account and region say mock/prod/moon
and 121 more, all of them in
SELECT * FROM sync_drift WHERE run_id = '01a20757-1e56-7222-b4aa-9915773a1ec6'

Somebody edited these rows by hand. To let the next run write what the cloud
has:
  starter verify resource_host --repair
`, b.stdout.String())
}

func TestVerifyTextAfterRepair(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showVerified(drifted(activities.Verified{Rows: 9, Drifted: 1, Marked: 1, Sample: []activities.DriftedRow{
		{NativeID: "i-1", Place: "mock/prod/beijing", What: activities.DriftContent, Marked: true, Reason: "field vcpu: -3 is negative"},
	}}), execution.Run{RunID: runID})
	golden(t, `
kind          resource_host
verification  01a20757-1e56-7222-b4aa-9915773a1ec6
scopes        5
rows          9
drifted       1
marked        1, for the next run to rewrite
timeTook      0.412 s

ROW  SCOPE              DRIFT    MARKED
i-1  mock/prod/beijing  content  yes
    field vcpu: -3 is negative

The next complete run of each scope rewrites these rows, and the history shows
what changed:
  starter run resource_host --wait
`, b.stdout.String())
}

func TestVerifyTextWithoutDrift(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showVerified(drifted(activities.Verified{Rows: 9}), execution.Run{RunID: runID})
	require.Contains(t, b.stdout.String(), "drifted       0\n")
	require.NotContains(t, b.stdout.String(), "--repair")
}
