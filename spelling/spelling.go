// Package spelling finds what a mistyped word was meant to be.
package spelling

import "strings"

// Nearest returns the name that a mistyped word probably means, or "".
func Nearest(word string, names []string) string {
	best, bestDistance := "", 1+max(1, (len(word)+1)/3)
	for _, name := range names {
		if distance := editDistance(strings.ToLower(word), name); distance < bestDistance {
			best, bestDistance = name, distance
		}
	}
	return best
}

// editDistance is Levenshtein's: how many letters to insert, delete or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
