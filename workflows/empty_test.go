package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// A listing without any row stages nothing; its comparison writes the candidates
// all the same, and they are not left behind.
func TestEmptyListingIsCleanedUpAfter(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]workflows.Input{
		"run":  {Kind: kind},
		"plan": {Kind: kind, Plan: &workflows.Plan{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1)
			b.changed(1, activities.ComputeDiffOut{ToDel: 10})
			b.answers[1] = fetchAnswer{}
			report, err := b.runInput(t, in)
			require.NoError(t, err)
			require.Equal(t, activities.Held, report.Outcome)
			require.Equal(t, 1, b.cleaned)
		})
	}
}
