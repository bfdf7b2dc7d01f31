package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/diff"
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
			require.Equal(t, test.hold, test.policy.Judge(test.Deletions))
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
			require.Empty(t, policy.Judge(d), "%d%% of %d", percent, d.Rows)
			d.Gone++
			require.NotEmpty(t, policy.Judge(d), "%d%% of %d, and one", percent, d.Rows)
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
		passes := policy.Judge(d) == ""
		if passes {
			require.Less(t, d.Gone, d.Rows)
			fewer := d
			fewer.Gone--
			require.Empty(t, policy.Judge(fewer), "fewer pass too")
			d.Unidentified = rapid.Int64Range(1, 5).Draw(t, "without an id")
			require.NotEmpty(t, policy.Judge(d))
		}
	})
}
