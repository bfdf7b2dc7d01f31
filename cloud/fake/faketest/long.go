// Package faketest is for tests that list what a fake cloud has.
package faketest

import "testing"

// LongList skips a test of thousands of resources where tests come short. With the race
// detector such a list takes six times as long, and a short one runs the same code.
func LongList(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("has a list of thousands of resources, which comes without -short")
	}
}
