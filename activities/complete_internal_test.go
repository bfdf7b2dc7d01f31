package activities

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// The truth table of complete.go, row by row and at its edges.
func TestUsableListings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name              string
		totals            []int64 // of the pages
		listed, different int64
		missing           int64
		usable            bool
	}{
		{"nothing announced", []int64{0, 0}, 5, 5, 0, true},
		{"nothing announced, nothing listed", nil, 0, 0, 0, true},
		{"all of them", []int64{1000, 1000}, 1000, 1000, 0, true},
		{"announced once", []int64{1000, 0}, 999, 999, 1, false},
		{"all of them, some repeated", []int64{1000, 1000}, 1003, 1000, 0, true},
		{"more than announced", []int64{1000}, 1001, 1001, 0, true},
		{"cut short by one", []int64{1000, 1000}, 999, 999, 1, false},
		{"cut short after 1,000", []int64{1234, 1234}, 1000, 1000, 234, false},
		{"a repeat for one that is missing", []int64{1000, 1000}, 1000, 999, 1, true},
		{"few repeats", []int64{1000}, 1000, 990, 10, true},
		{"paging that stands still", []int64{1000}, 1000, 989, 11, false},
		{"the same page again and again", []int64{1000}, 1000, 100, 900, false},
		{"one created at the front", []int64{200, 201, 201}, 201, 200, 1, true},
		{"one deleted", []int64{201, 200}, 200, 200, 1, true},
		{"a part deleted", []int64{1000, 900}, 900, 900, 100, true},
		{"more than a part", []int64{1000, 899}, 899, 899, 101, false},
		{"a part, and once more", []int64{1000, 900, 810}, 810, 810, 190, true},
		{"few of a few", []int64{17, 14}, 14, 14, 3, true},
		{"more than moved", []int64{1000, 980}, 1000, 979, 21, false},
		{"moved, and cut short", []int64{1234, 1235}, 1000, 1000, 235, false},
		{"moved, and cut short by one", []int64{1234, 1235}, 1233, 1233, 2, false},
		{"a total that follows the pages", []int64{100, 200, 300, 400}, 200, 200, 200, false},
	} {
		var announced totals
		for _, total := range test.totals {
			announced.note(total)
		}
		missing, usable := announced.missing(test.listed, test.different)
		require.Equal(t, test.missing, missing, test.name)
		require.Equal(t, test.usable, usable, test.name)
	}
}

// The checkpoint of an earlier version has the largest total alone.
func TestTotalsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	var saved progress
	require.NoError(t, json.Unmarshal([]byte(`{"cursor":"p1","listed":100,"announced":250,"unusable":0}`), &saved))
	require.EqualValues(t, 250, saved.Announced)
	_, usable := saved.missing(249, 249)
	require.False(t, usable)
	saved.note(250)
	_, usable = saved.missing(249, 249)
	require.False(t, usable)
	saved.note(249)
	_, usable = saved.missing(249, 249)
	require.True(t, usable)
}
