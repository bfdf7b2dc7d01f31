package bench

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/resource"
)

func TestConfigurationHasTheWholeFleet(t *testing.T) {
	t.Parallel()
	for _, fleet := range []Fleet{mediumFleet, single, smallScopes, tinyScopes, hugeFleet} {
		t.Run(fleet.String(), func(t *testing.T) {
			t.Parallel()
			accounts := configured(t, newClouds(fleet, setting{}, filepath.Join(t.TempDir(), "tick")), Case{})
			require.Len(t, accounts, max(1, fleet.Accounts))
			var hosts int64
			scopes, seeds := 0, map[uint64]bool{}
			for _, account := range accounts {
				hosts, scopes = hosts+account.Mock.Hosts.Max, scopes+len(account.Regions)
				seeds[account.Mock.Seed] = true
				require.Equal(t, account.Mock.Hosts.Min, account.Mock.Hosts.Max)
				require.Zero(t, account.Mock.Hosts.Max%int64(len(account.Regions)), "scopes of equal size")
				require.Empty(t, account.Mock.Faults)
			}
			require.EqualValues(t, fleet.Hosts, hosts)
			require.Equal(t, fleet.Scopes, scopes)
			require.Len(t, seeds, len(accounts), "each account is another cloud")
		})
	}
}

func TestOneRegionInTenIsDenied(t *testing.T) {
	t.Parallel()
	clouds, denied := newClouds(smallScopes, setting{}, filepath.Join(t.TempDir(), "tick")), 0
	require.Equal(t, 200, clouds.denied(Case{Denied: true}))
	require.Zero(t, clouds.denied(Case{}))
	account := configured(t, clouds, Case{Denied: true})[7]
	cloud := mock.New(account.Mock, account.Regions)
	for _, region := range account.Regions {
		_, err := cloud.List(t.Context(), resource.Scope{Kind: kind, Region: region}, "")
		if err != nil {
			denied++
		}
	}
	require.Equal(t, 2, denied)
}

// A slow account stands beside those of the fleet, which are as they are without it.
func TestAnAccountBesideTheFleet(t *testing.T) {
	t.Parallel()
	tick := filepath.Join(t.TempDir(), "tick")
	alone := configured(t, newClouds(quickFleet, quickCloud, tick), Case{})
	set := quickCloud
	set.beside = slowBeside
	both := configured(t, newClouds(quickFleet, set, tick), Case{})
	require.Len(t, alone, 50)
	require.Equal(t, alone, both[1:])
	slow := both[0]
	require.Equal(t, slowAccount, slow.Name)
	require.Len(t, slow.Regions, 500)
	require.Equal(t, slowBeside.pageDelay, slow.Mock.PageDelay)
	require.EqualValues(t, slowBeside.hosts, slow.Mock.Hosts.Max)
}

// configured are the accounts as a worker reads them.
func configured(t *testing.T, c clouds, of Case) []config.Account {
	t.Helper()
	text, err := c.configuration("root@tcp(127.0.0.1:3306)/bench", of)
	require.NoError(t, err)
	loaded, err := config.Parse("cloudsync.yaml", text, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	return loaded.Sync.Accounts
}
