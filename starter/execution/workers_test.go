package execution

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMissingBuild(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, pinned, current, missing string
		workers                        map[string]int
	}{
		{name: "workers of no build, as before 1.0", workers: map[string]int{"": 1}},
		{name: "its build polls", workers: map[string]int{"v1": 1}, pinned: "v1", current: "v2"},
		{name: "its build is gone", workers: map[string]int{"v2": 2}, pinned: "v1", current: "v2",
			missing: "the run ends on build v1, of which no worker polls: start one, or move the run as `starter builds` says"},
		{name: "not begun", workers: map[string]int{"v2": 2}, current: "v2"},
		{name: "not begun, and the current build is gone", workers: map[string]int{"v1": 2}, current: "v2",
			missing: "build v2 takes the new runs, and no worker of it polls: start one, or `starter deploy` another of `starter builds`"},
		{name: "not begun, and no build is current", workers: map[string]int{"v1": 2},
			missing: "no build takes the new runs: see `starter builds`, then type `starter deploy BUILD`"},
	} {
		require.Equal(t, test.missing, missingBuild(test.workers, test.pinned, test.current), test.name)
	}
}
