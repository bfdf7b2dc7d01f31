package inventory_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// kindsAsked have all that a kind can have or lack: addresses in each form, endpoints,
// numbers.
var kindsAsked = []*resource.Kind{
	resource.HostKind, resource.PublicIPKind, resource.LoadBalancerKind, resource.DatabaseKind, resource.SubnetKind, resource.CertificateKind,
}

// Over random rows and random questions, the tables answer as a filter that is written
// anew: now, and as of a time before rows changed and were deleted.
func TestTablesAnswerAsANaiveFilter(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 0))
	s := storetest.Open(t)
	later := map[*resource.Kind][]resource.Row{}
	for _, kind := range kindsAsked {
		rows := inventorytest.RandomRows(rng, kind, 60)
		inventorytest.Apply(t, s, "add-"+kind.Name(), kind, diff.Add, rows)
		later[kind] = rows[:20]
	}
	before := inventorytest.Stored(t, s, kindsAsked)
	then := time.Now().Truncate(time.Microsecond)
	for kind, rows := range later {
		inventorytest.Apply(t, s, "delete-"+kind.Name(), kind, diff.Delete, rows[:10])
		inventorytest.Apply(t, s, "modify-"+kind.Name(), kind, diff.Modify, inventorytest.Changed(rng, kind, rows[10:]))
	}
	tables := inventory.FromTables(s)
	require.NotZero(t, inventorytest.Check(t, rng, tables, inventorytest.Stored(t, s, kindsAsked), kindsAsked, time.Time{}, 100))
	require.NotZero(t, inventorytest.Check(t, rng, tables, forgetful(before), kindsAsked, then, 30))
}

// seed is the seed of the random tests, see CONTRIBUTING.md.
func seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("CLOUDSYNC_TEST_SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	return seed
}

// forgetful are rows as the history has them, which does not know when they were written.
func forgetful(rows []inventory.Found) []inventory.Found {
	for _, row := range rows {
		row.Row.RowMeta().UpdatedAt = time.Time{}
	}
	return rows
}

// An expression can take long for each of the thousand rows that are read at a time.
func TestAQuestionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	inventorytest.Apply(t, s, "run-1", resource.HostKind, diff.Add, inventorytest.RandomRows(rng, resource.HostKind, 5))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	shown := 0
	err := inventory.FromTables(s).Each(ctx, inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}, func(inventory.Found) error {
		shown++
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, shown)
}
