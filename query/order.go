package query

import (
	"cmp"
	"strings"

	"cloudsync/resource"
)

// CompareTexts says in which order two values of a column come, as negative, zero or positive:
// numbers by their size, times by theirs, other texts by their bytes. No value comes first.
func CompareTexts(typ resource.ColumnType, a, b string) int {
	switch typ {
	case resource.IntColumn:
		// None is negative or begins with a zero.
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	case resource.TimeColumn:
		// Without the Z, a second comes before its parts.
		return strings.Compare(strings.TrimSuffix(a, "Z"), strings.TrimSuffix(b, "Z"))
	default:
		return strings.Compare(a, b)
	}
}

// CompareAddresses is CompareTexts of addresses: first what is no address, then IPv4, then
// IPv6.
func CompareAddresses(a, b string) int {
	return cmp.Or(Address(a).Compare(Address(b)), strings.Compare(a, b))
}
