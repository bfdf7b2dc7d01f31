// Package shorttest leaves tests out where they come short (-short), as they do with the race
// detector where another run has them in full.
package shorttest

import "testing"

// Skip skips a test of thousands of resources, or of much to reckon. With the race detector it
// takes several times as long, and a small one has the same goroutines.
func Skip(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("is large, and comes without -short")
	}
}
