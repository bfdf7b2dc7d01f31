package diff_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/diff"
	"cloudsync/resource"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	byDefault := diff.DefaultPolicy()
	for _, test := range []struct {
		name   string
		policy diff.Policy
		diff.Deletions
		hold string
	}{
		{"nothing to delete", byDefault, diff.Deletions{Rows: 100}, ""},
		{"empty inventory", byDefault, diff.Deletions{}, ""},
		{"empty inventory, rows without an id", byDefault, diff.Deletions{Unidentified: 3}, ""},
		{"nothing to delete, rows without an id", byDefault, diff.Deletions{Rows: 100, Unidentified: 3}, ""},
		{"exactly the share", byDefault, diff.Deletions{Rows: 10, Gone: 3}, ""},
		{"one more", byDefault, diff.Deletions{Rows: 10, Gone: 4}, "4 of 10 rows would be deleted, more than 30%"},
		{"exactly the share of many", byDefault, diff.Deletions{Rows: 1_000_000, Gone: 300_000}, ""},
		{"one more of many", byDefault, diff.Deletions{Rows: 1_000_000, Gone: 300_001}, "300001 of 1000000 rows would be deleted, more than 30%"},
		{"a handful: the share does not count", byDefault, diff.Deletions{Rows: 9, Gone: 8}, ""},
		{"a handful, all", byDefault, diff.Deletions{Rows: 9, Gone: 9}, "all 9 rows would be deleted"},
		{"the only one", byDefault, diff.Deletions{Rows: 1, Gone: 1}, "all 1 rows would be deleted"},
		{"all", byDefault, diff.Deletions{Rows: 100, Gone: 100}, "all 100 rows would be deleted"},
		{"a row without an id", byDefault, diff.Deletions{Rows: 100, Gone: 1, Unidentified: 1}, "1 listed rows have no usable id and may be among the 1 to delete"},
		{"ratio 1: all but one", diff.Policy{MaxDeleteRatio: 1}, diff.Deletions{Rows: 100, Gone: 99}, ""},
		{"ratio 1: still not all", diff.Policy{MaxDeleteRatio: 1}, diff.Deletions{Rows: 100, Gone: 100}, "all 100 rows would be deleted"},
		{"ratio 1: rows without an id", diff.Policy{MaxDeleteRatio: 1}, diff.Deletions{Rows: 100, Gone: 1, Unidentified: 2}, "2 listed rows have no usable id and may be among the 1 to delete"},
		{"ratio 0", diff.Policy{MinRows: 10}, diff.Deletions{Rows: 10, Gone: 1}, "1 of 10 rows would be deleted, more than 0%"},
		{"ratio 0, a handful", diff.Policy{MinRows: 10}, diff.Deletions{Rows: 9, Gone: 1}, ""},
		{"ratio for a handful too", diff.Policy{MaxDeleteRatio: 0.3}, diff.Deletions{Rows: 2, Gone: 1}, "1 of 2 rows would be deleted, more than 30%"},
		{"a fine ratio", diff.Policy{MaxDeleteRatio: 0.0125}, diff.Deletions{Rows: 1000, Gone: 13}, "13 of 1000 rows would be deleted, more than 1.25%"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.hold, test.policy.Judge(test.Deletions).Reason)
		})
	}
}

func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	require.Equal(t, diff.Policy{MaxDeleteRatio: 0.3, MinRows: 10}, diff.DefaultPolicy())
}

// Whatever the ratio in per cent: exactly that share passes, a row more is held.
// 0.29 times 100, for one, is less than 29 in floating point.
func TestPolicyIsExactAtTheShare(t *testing.T) {
	t.Parallel()
	for percent := int64(1); percent < 100; percent++ {
		policy := diff.Policy{MaxDeleteRatio: float64(percent) / 100}
		for _, hundreds := range []int64{1, 3, 7, 10_000} {
			d := diff.Deletions{Rows: 100 * hundreds, Gone: percent * hundreds}
			require.Empty(t, policy.Judge(d).Reason, "%d%% of %d", percent, d.Rows)
			d.Gone++
			require.NotEmpty(t, policy.Judge(d).Reason, "%d%% of %d, and one", percent, d.Rows)
		}
	}
}

// external-dns #2858, cartography #1398: an empty listing deleted everything.
func TestPolicyNeverLetsAllThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := diff.Policy{
			MaxDeleteRatio: rapid.Float64Range(0, 1).Draw(t, "ratio"),
			MinRows:        rapid.Int64Range(0, 100).Draw(t, "from rows"),
		}
		d := diff.Deletions{Rows: rapid.Int64Range(1, 1000).Draw(t, "rows")}
		d.Gone = rapid.Int64Range(1, d.Rows).Draw(t, "gone")
		passes := policy.Judge(d).Reason == ""
		if passes {
			require.Less(t, d.Gone, d.Rows)
			fewer := d
			fewer.Gone--
			require.Empty(t, policy.Judge(fewer).Reason, "fewer pass too")
			d.Unidentified = rapid.Int64Range(1, 5).Draw(t, "without an id")
			require.NotEmpty(t, policy.Judge(d).Reason)
		}
	})
}

// A hold that stands: 40 of 100 rows, since run 7.
func TestPolicyOnAStandingHold(t *testing.T) {
	t.Parallel()
	byDefault := diff.DefaultPolicy()
	stood := diff.Standing{Rows: 40, Base: 100, Since: 7, Reason: "first reason"}
	few := diff.Standing{Rows: 5, Base: 100, Since: 7, Reason: "first reason"}
	all := diff.Standing{Rows: 30, Base: 30, Since: 7, Reason: "first reason"}
	for _, test := range []struct {
		name   string
		policy diff.Policy
		diff.Deletions
		want diff.Verdict
	}{
		{"what the hold added makes the share no smaller", byDefault, diff.Deletions{Rows: 1000, Gone: 40, Listed: 960, Standing: stood},
			diff.Verdict{Held: 40, Reason: "first reason"}},
		{"more that join it are judged with it", byDefault, diff.Deletions{Rows: 1000, Gone: 41, Listed: 959, Standing: stood},
			diff.Verdict{Held: 41, Reason: "41 rows would be deleted, more than 30% of the 100 that stood when the hold began"}},
		{"most of it is listed again: the rest waits, others go", byDefault, diff.Deletions{Rows: 100, Gone: 7, Listed: 93, Standing: few},
			diff.Verdict{Held: 5, Reason: "first reason"}},
		{"a wider policy", diff.Policy{MaxDeleteRatio: 1, AllowEmpty: true}, diff.Deletions{Rows: 1000, Gone: 50, Listed: 950, Standing: stood},
			diff.Verdict{Held: 40, Reason: "first reason"}},
		{"all of a scope, and a hundred others since", byDefault, diff.Deletions{Rows: 130, Gone: 30, Listed: 100, Standing: all},
			diff.Verdict{Held: 30, Reason: "first reason"}},
		{"and one of those goes, too", byDefault, diff.Deletions{Rows: 130, Gone: 31, Listed: 99, Standing: all},
			diff.Verdict{Held: 31, Reason: "31 rows would be deleted, as many as all 30 that stood when the hold began"}},
		{"a base below min_rows does not hide the present share", diff.Policy{MaxDeleteRatio: 0.3, MinRows: 10, AllowEmpty: true},
			diff.Deletions{Rows: 1000, Gone: 400, Listed: 600, Standing: diff.Standing{Rows: 2, Base: 8, Since: 7}},
			diff.Verdict{Held: 400, Reason: "400 of 1000 rows would be deleted, more than 30%"}},
		{"another fleet, which was held while this one was there", byDefault, diff.Deletions{Rows: 130, Gone: 30, Listed: 100, Back: 100},
			diff.Verdict{Held: 30, Reason: "30 rows would be deleted, as many as all 30 beside those that were held and are listed again"}},
		{"most of what was not held", byDefault, diff.Deletions{Rows: 130, Gone: 10, Listed: 120, Back: 100},
			diff.Verdict{Held: 10, Reason: "10 rows would be deleted, more than 30% of the 30 beside those that were held and are listed again"}},
		{"a few of what was not held", byDefault, diff.Deletions{Rows: 130, Gone: 9, Listed: 121, Back: 100}, diff.Verdict{}},
		{"never", diff.Policy{Deletes: diff.Never}, diff.Deletions{Rows: 1000, Gone: 40, Standing: stood}, diff.Verdict{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.policy.Judge(test.Deletions))
		})
	}
	require.Equal(t, "40 of them wait until they are approved or listed again, the first since run 7", stood.String())
	require.Empty(t, diff.Standing{}.String())
}

// A listing that has none of the scope's rows is told as such, from min_rows on; its
// additions wait where the configuration says so.
func TestPolicyOnAFleetThatWasReplaced(t *testing.T) {
	t.Parallel()
	waits := diff.Policy{MaxDeleteRatio: 1, MinRows: 10, AllowEmpty: true, Replaced: diff.ReplacedHold}
	another := "all 30 rows would be deleted, and none of them is among the 100 resources listed: " +
		"another fleet answered (a wrong endpoint, another account), or the fleet was replaced"
	for _, test := range []struct {
		name   string
		policy diff.Policy
		diff.Deletions
		want diff.Verdict
	}{
		{"another fleet", diff.DefaultPolicy(), diff.Deletions{Rows: 30, Gone: 30, Listed: 100}, diff.Verdict{Held: 30, Reason: another}},
		{"an empty listing", diff.DefaultPolicy(), diff.Deletions{Rows: 30, Gone: 30}, diff.Verdict{Held: 30, Reason: "all 30 rows would be deleted"}},
		{"a handful", diff.DefaultPolicy(), diff.Deletions{Rows: 9, Gone: 9, Listed: 100}, diff.Verdict{Held: 9, Reason: "all 9 rows would be deleted"}},
		{"replaced: hold", waits, diff.Deletions{Rows: 30, Gone: 30, Listed: 100}, diff.Verdict{Held: 30, Reason: another, AddsWait: true}},
		{"replaced: hold, one is left", waits, diff.Deletions{Rows: 31, Gone: 30, Listed: 100}, diff.Verdict{}},
		{"replaced: hold, an empty listing", waits, diff.Deletions{Rows: 30, Gone: 30}, diff.Verdict{}},
		{"replaced: hold, a handful", waits, diff.Deletions{Rows: 9, Gone: 9, Listed: 100}, diff.Verdict{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.policy.Judge(test.Deletions))
		})
	}
}

// What stands and what is fresh, together, are what is gone, each once.
func TestDivideGone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := func(name string) (entries []resource.Entry) {
			for _, id := range slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.Byte(), 0, 30, rapid.ID).Draw(t, name))) {
				entries = append(entries, resource.Entry{UID: resource.UID{id}})
			}
			return entries
		}
		gone, held := entries("gone"), entries("held")
		standing, fresh := diff.DivideGone(gone, held)
		for _, entry := range gone {
			require.Equal(t, slices.Contains(held, entry), slices.Contains(standing, entry))
			require.NotEqual(t, slices.Contains(held, entry), slices.Contains(fresh, entry))
		}
		require.Len(t, gone, len(standing)+len(fresh))
	})
}
