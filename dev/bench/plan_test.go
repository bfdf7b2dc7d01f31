package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/mariadb"
)

func fleetsOf(plans []Plan) (fleets []Fleet) {
	for _, plan := range plans {
		fleets = append(fleets, plan.Fleet)
	}
	return fleets
}

func TestFleets(t *testing.T) {
	t.Parallel()
	require.Equal(t, []Fleet{{Hosts: 50_000, Scopes: 3}}, fleetsOf(Plans(50_000)))
	medium, large := Fleet{Hosts: 100_000, Scopes: 5}, Fleet{Hosts: million, Scopes: 50}
	small := Fleet{Hosts: 100_000, Scopes: 2000, Accounts: 100}
	tiny := Fleet{Hosts: 100_000, Scopes: 20_000, Accounts: 1000}
	require.Equal(t, []Fleet{
		{Hosts: 10_000, Scopes: 1}, medium, medium, medium, large, large, large, {Hosts: million, Scopes: 1}, small, small, small, tiny,
	}, fleetsOf(Plans(0)))
	for scopes, want := range map[int][]Fleet{2000: {small, small, small}, 20_000: {tiny}, 300: nil} {
		plans, ok := PlansOfScopes(scopes)
		require.Equal(t, want != nil, ok)
		require.Equal(t, want, fleetsOf(plans))
	}
	require.Equal(t, []Fleet{large, {Hosts: 10 * million, Scopes: 500, Accounts: 25}}, fleetsOf(Plans(10*million)))
}

// What a run finds changed is what the name of its case says.
func TestCasesChangeWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, plan := range append(Plans(0), Plans(10*million)...) {
		require.Equal(t, Case{Name: firstLoad}, plan.Cases[0])
		before := int64(0)
		for _, c := range plan.Cases {
			changed := map[string]int64{churn01: 1, churn1: 10, churn10: 100}[c.Name]
			require.Equal(t, changed, c.Tick-before, "%s: %s", plan, c.Name)
			require.Equal(t, c.Name == oneDenied, c.Denied)
			before = c.Tick
		}
	}
}

func TestBufferPoolHasRoomForTheInventory(t *testing.T) {
	t.Parallel()
	require.Contains(t, databaseArgs(mariadb.Installation{}, mostHosts(Plans(0))), "--innodb-buffer-pool-size=4096M")
	require.Contains(t, databaseArgs(mariadb.Installation{}, mostHosts(Plans(10*million))), "--innodb-buffer-pool-size=12000M")
}
