package benchindex

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/measure"
)

// The whole benchmark, of few hosts: all is measured, the server and SQL have the same
// answers, and nothing is left behind. The times are judged where the machine is quiet.
func TestBenchmarkOfFewHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database and the server")
	}
	l, err := layout.Find(".")
	require.NoError(t, err)
	database, err := mariadb.Chosen(t.Context(), machine.Local())
	require.NoError(t, err)
	t.Setenv("TMPDIR", t.TempDir())

	results, err := Measure(t.Context(), Options{Layout: l, Console: console.New(os.Stderr), Database: database, Hosts: 5000})
	require.NoError(t, err)

	bounds := results.Bounds()
	require.Len(t, bounds, 9, "all but those that are for many hosts")
	for _, bound := range bounds {
		require.Positive(t, bound.Value, bound.What)
	}
	var table, lines bytes.Buffer
	require.NoError(t, results.Write(&table, false, bounds))
	require.Regexp(t, `three matchers\s+1000\s`, table.String())
	require.Regexp(t, `http_sd\s+5\s.*\s500 targets`, table.String())
	require.NoError(t, results.Write(&lines, true, bounds))
	require.Contains(t, lines.String(), `{"bound":"fresh after 1% churn",`)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestBounds(t *testing.T) {
	t.Parallel()
	r := &Results{Hosts: manyHosts}
	require.Empty(t, r.Bounds(), "what was not measured is not judged")
	r.add(threeMatchers, "ms", "", 1, 3, 51)
	r.add(inSQL(threeMatchers), "ms", "", 149)
	bounds := r.Bounds()
	require.False(t, measure.AllMet(bounds))
	require.Len(t, bounds, 2)
	require.InDelta(t, 51, bounds[0].Value, 1e-9, "the 99th percentile, of few the most")
	require.InDelta(t, 149./3, bounds[1].Value, 1e-9, "the medians")
	require.False(t, bounds[0].Met)
	require.False(t, bounds[1].Met)

	r = &Results{Hosts: manyHosts}
	r.add(threeMatchers, "ms", "", 1, 3, 50)
	r.add(inSQL(threeMatchers), "ms", "", 150)
	require.True(t, measure.AllMet(r.Bounds()))
	require.Len(t, r.Bounds(), 2)
	var table bytes.Buffer
	require.NoError(t, r.Write(&table, false, r.Bounds()))
	require.Regexp(t, `three matchers, p99\s+50\.0 ms\s+≤ 50\.0 ms\s+≤ 10\.0 ms\s+met`, table.String())
}

// Hosts stay what they are, whoever makes them, and the later ones come into the same scopes.
func TestHosts(t *testing.T) {
	t.Parallel()
	f := newFleet(5000)
	require.Equal(t, 100, f.scopes())
	require.Equal(t, 1000, newFleet(1_000_000).scopes())
	seen := map[string]bool{}
	for scope := range f.scopes() {
		for _, n := range f.inScope(scope, f.hosts) {
			host, later := f.host(n), f.host(n+f.later())
			require.Equal(t, host, f.host(n))
			require.Len(t, host.Tags, 8)
			require.Contains(t, host.Name, "-"+f.scope(scope).Region+"-")
			require.Contains(t, later.Name, "-"+f.scope(scope).Region+"-")
			for _, text := range []string{host.NativeID, host.Name, host.PrivateIPs[0], later.NativeID, later.Name, later.PrivateIPs[0]} {
				require.False(t, seen[text], text)
				seen[text] = true
			}
		}
	}
}
