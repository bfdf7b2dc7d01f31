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

	require.Equal(t, []step{{"test-main", maria}, {"test-database", mysql}, {"test-dev", maria}}, steps(both, 100))
	require.Equal(t, []step{{"test-main", mysql}, {"test-database", maria}, {"test-dev", mysql}}, steps(both, 101))
	for commits := range 2 {
		require.Equal(t, []step{{"test-main", mysql}, {"test-dev", mysql}}, steps(both[1:], commits))
	}
}
