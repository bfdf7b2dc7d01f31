package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// N of `make bench` comes as it was typed.
func TestFlagsThatCannotBeUsedSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for message, args := range map[string][]string{
		`--hosts "many": write a whole number`:                                    {"runs", "--hosts", "many"},
		`unknown format "xml": write table or json`:                               {"index", "--format", "xml"},
		"cannot measure 7 scopes: write 2000 or 20000, without a number of hosts": {"runs", "--scopes", "7"},
	} {
		root := newRoot()
		root.SetArgs(args)
		require.EqualError(t, root.ExecuteContext(t.Context()), message)
	}
}
