package storetest

import "testing"

// Large skips a test of thousands of rows, or of much to reckon, where tests come short. With the
// race detector it takes several times as long, and what runs at the same time is in others.
func Large(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("is large, and comes without -short")
	}
}
