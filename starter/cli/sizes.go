package cli

import (
	"fmt"
	"strings"
)

// memoryText is a number of MiB for people: 512 MiB, 16 GiB, 1.5 TiB.
func memoryText(mib int64) string { return binaryText(mib, "MiB", "GiB", "TiB", "PiB") }

// storageText is a number of GiB for people: 40 GiB, 2.4 TiB.
func storageText(gib int64) string { return binaryText(gib, "GiB", "TiB", "PiB", "EiB") }

// binaryText writes a number in the largest of the units, each 1024 of the one before, in
// which it is 1 or more, with a decimal where it has one.
func binaryText(n int64, units ...string) string {
	const step = 1024
	amount := float64(n)
	for amount >= step && len(units) > 1 {
		amount, units = amount/step, units[1:]
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", amount), ".0") + " " + units[0]
}
