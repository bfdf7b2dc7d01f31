package suite

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/mariadb"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	maria, mysql := mariadb.Installation{Name: "MariaDB"}, mariadb.Installation{Name: "MySQL"}
	both := []mariadb.Installation{maria, mysql}

	require.Equal(t, []step{{"test-main", maria, true}, {"test-again", mysql, false}, {"test-dev", mysql, false}}, steps(both, 100))
	require.Equal(t, []step{{"test-main", mysql, true}, {"test-again", maria, false}, {"test-dev", maria, false}}, steps(both, 101))
	for commits := range 2 {
		require.Equal(t, []step{{"test-main", mysql, false}, {"test-dev", mysql, false}}, steps(both[1:], commits), "one server has all")
	}
}

func TestAShortStepSaysSoToMake(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"make", "--no-print-directory", "-C", "/root", "test-main", "SHORT=-short"}, step{target: "test-main", short: true}.command("/root"))
	require.NotContains(t, step{target: "test-again"}.command("/root"), "SHORT=-short")
}
