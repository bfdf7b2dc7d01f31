package measure

import (
	"cmp"
	"slices"
)

// Median is the middle one of an odd number, and of an even one the larger of the two.
func Median[T any](measured []T, figure func(T) float64) (middle T, ok bool) {
	if len(measured) == 0 {
		return middle, false
	}
	slices.SortFunc(measured, func(a, b T) int { return cmp.Compare(figure(a), figure(b)) })
	return measured[len(measured)/2], true
}
