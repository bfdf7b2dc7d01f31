package inventorytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Check asks a reader n random questions about rows of kinds, as of a time, and compares the
// answers with those of the naive filter over the rows that there are. The rows are in the
// order of Stored. It returns how many rows matched in all. Where tests come short, it asks
// 25 questions at most.
func Check(t testing.TB, rng *rand.Rand, reader inventory.Reader, rows []inventory.Found, kinds []*resource.Kind, asOf time.Time, n int) (matched int) {
	t.Helper()
	defer forget(rows)
	if testing.Short() {
		n = min(n, 25)
	}
	for range n {
		asked := RandomQuery(rng)
		some := someKinds(rng, kinds)
		scope := inventory.Scope{Kinds: some, Query: parse(t, asked.Text), AsOf: asOf}
		want := asked.Of(slices.DeleteFunc(slices.Clone(rows), func(row inventory.Found) bool { return !slices.Contains(some, row.Kind) }))
		checkEach(t, reader, scope, want)
		checkCount(t, rng, reader, scope, want)
		checkFind(t, rng, reader, scope, want)
		matched += len(want)
	}
	return matched
}

// parse reads the query for all standard kinds: it may have labels that those asked for do
// not have.
func parse(t testing.TB, text string) query.Query {
	t.Helper()
	var schemas []*query.Schema
	standard := resource.Standard()
	for _, name := range standard.Names() {
		kind, err := standard.Kind(name)
		require.NoError(t, err)
		schemas = append(schemas, query.SchemaOf(kind))
	}
	parsed, err := query.Parse(text, schemas)
	require.NoError(t, err, text)
	return parsed
}

// someKinds are some of the kinds, one at least, in their order.
func someKinds(rng *rand.Rand, kinds []*resource.Kind) (some []*resource.Kind) {
	for _, kind := range kinds {
		if rng.IntN(3) > 0 {
			some = append(some, kind)
		}
	}
	if len(some) == 0 {
		return kinds
	}
	return some
}

func checkEach(t testing.TB, reader inventory.Reader, scope inventory.Scope, want []inventory.Found) {
	t.Helper()
	var got []string
	require.NoError(t, reader.Each(t.Context(), scope, func(row inventory.Found) error {
		got = append(got, written(t, row))
		return nil
	}), scope.Query)
	requireSame(t, allWritten(t, want), got, "each of "+scope.Query.String())
}

// requireSame shows the first row that differs, and not all of them.
func requireSame(t testing.TB, want, got []string, what string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "row %d of %s", i, what)
	}
	require.Len(t, got, len(want), what)
}

// written is a row as text, with its kind and all its columns.
func written(t testing.TB, row inventory.Found) string {
	t.Helper()
	if known, ok := parsed.Load(row.Row); ok {
		return row.Kind.Name() + " " + string(known.(*reading).image)
	}
	image, err := row.Kind.Image(row.Row)
	require.NoError(t, err)
	return row.Kind.Name() + " " + string(image)
}

func allWritten(t testing.TB, rows []inventory.Found) (all []string) {
	t.Helper()
	for _, row := range rows {
		all = append(all, written(t, row))
	}
	return all
}

func checkCount(t testing.TB, rng *rand.Rand, reader inventory.Reader, scope inventory.Scope, want []inventory.Found) {
	t.Helper()
	count := inventory.Count{Scope: scope, Limit: rng.IntN(3) * rng.IntN(8)}
	for range rng.IntN(4) {
		count.By = append(count.By, pick(rng, Labels))
	}
	count.Sum = numberLabels[:rng.IntN(len(numberLabels)+1)]
	got, err := reader.Count(t.Context(), count)
	require.NoError(t, err, scope.Query)
	require.Equal(t, Counted(want, count.By, count.Sum, count.Limit), normal(got), "count of %s by %v", scope.Query, count.By)
}

// normal has no difference between nothing and an empty list.
func normal(counts inventory.Counts) inventory.Counts {
	if len(counts.Groups) == 0 {
		counts.Groups = nil
	}
	if counts.Sums == nil {
		counts.Sums = []int64{}
	}
	for i := range counts.Groups {
		if counts.Groups[i].Sums == nil {
			counts.Groups[i].Sums = []int64{}
		}
	}
	return counts
}

// checkFind goes through all pages.
func checkFind(t testing.TB, rng *rand.Rand, reader inventory.Reader, scope inventory.Scope, want []inventory.Found) {
	t.Helper()
	find := inventory.Find{Scope: scope, Limit: 1 + len(want)/8 + rng.IntN(max(2, len(want)))}
	find.Order = inventory.Order{Descending: rng.IntN(2) == 0}
	if rng.IntN(4) > 0 {
		find.Order.Label = pick(rng, Labels)
	}
	left := Ordered(want, find.Order)
	for range len(want)/find.Limit + 1 {
		page, err := reader.Find(t.Context(), find)
		require.NoError(t, err, scope.Query)
		require.EqualValues(t, len(want), page.Total, "total of %s", scope.Query)
		expected := left[:min(len(left), find.Limit)]
		requireSame(t, allWritten(t, expected), allWritten(t, page.Rows), fmt.Sprintf("a page of %s by %+v", scope.Query, find.Order))
		left = left[len(expected):]
		require.Equal(t, len(left) == 0, page.Next.IsZero(), "the next page of %s", scope.Query)
		if page.Next.IsZero() {
			return
		}
		find.After, err = inventory.ParseCursor(page.Next.String())
		require.NoError(t, err)
	}
	require.Empty(t, left, "pages of %s by %+v", scope.Query, find.Order)
}
