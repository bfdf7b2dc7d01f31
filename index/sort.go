package index

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"cloudsync/query"
	"cloudsync/resource"
)

// order is how the texts of a label are ordered.
type order int

const (
	byBytes order = iota
	byNumber
	byTime
	byAddress
)

// orderOf is the order of a column's texts.
func orderOf(column resource.Column) order {
	switch {
	case query.IsAddress(column.Name):
		return byAddress
	case column.Type == resource.IntColumn:
		return byNumber
	case column.Type == resource.TimeColumn:
		return byTime
	default:
		return byBytes
	}
}

// compare is negative, zero or positive. No two different texts are equal.
func (o order) compare(a, b string) int {
	switch o {
	case byAddress:
		return query.CompareAddresses(a, b)
	case byNumber:
		return query.CompareTexts(resource.IntColumn, a, b)
	case byTime:
		return query.CompareTexts(resource.TimeColumn, a, b)
	default:
		return strings.Compare(a, b)
	}
}

// sortedIndexes are the indexes of texts in their order.
func sortedIndexes(texts []string, order order) []uint32 {
	indexes := make([]uint32, len(texts))
	for i := range indexes {
		indexes[i] = uint32(i)
	}
	if order == byAddress { // reading an address takes longer than comparing two
		addresses := make([]netip.Addr, len(texts))
		for i, text := range texts {
			addresses[i] = query.Address(text)
		}
		slices.SortFunc(indexes, func(a, b uint32) int {
			return cmp.Or(addresses[a].Compare(addresses[b]), strings.Compare(texts[a], texts[b]))
		})
		return indexes
	}
	slices.SortFunc(indexes, func(a, b uint32) int { return order.compare(texts[a], texts[b]) })
	return indexes
}

// sortedOnce brings a few numbers into their order, each once.
func sortedOnce(numbers []uint32) []uint32 {
	if len(numbers) == 1 {
		return numbers
	}
	slices.SortFunc(numbers, cmp.Compare)
	return slices.Compact(numbers)
}
