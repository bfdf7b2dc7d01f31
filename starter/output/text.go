// Package output writes what an operator reads: tables that fit a narrow
// terminal, figures, a line of progress, or JSON.
package output

import (
	"strings"

	"golang.org/x/text/width"
)

// ellipsis stands for what is cut off.
const ellipsis = "…"

// TextWidth is how many columns of a terminal the text takes.
func TextWidth(text string) int {
	columns := 0
	for _, r := range text {
		columns += runeWidth(r)
	}
	return columns
}

// runeWidth: providers answer in Chinese, too, whose characters take two columns.
func runeWidth(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Clip shortens the text to the columns.
func Clip(text string, columns int) string {
	if TextWidth(text) <= columns {
		return text
	}
	var clipped strings.Builder
	left := columns - TextWidth(ellipsis)
	for _, r := range text {
		if left -= runeWidth(r); left < 0 {
			break
		}
		clipped.WriteRune(r)
	}
	return clipped.String() + ellipsis
}

// clipStart shortens the text to the columns, at its beginning.
func clipStart(text string, columns int) string {
	runes := []rune(text)
	left := columns
	if TextWidth(text) > columns {
		left -= TextWidth(ellipsis)
	}
	first := len(runes)
	for first > 0 && left >= runeWidth(runes[first-1]) {
		first--
		left -= runeWidth(runes[first])
	}
	if first == 0 {
		return text
	}
	return ellipsis + string(runes[first:])
}

// wrap breaks the text into lines of at most columns, between words where it
// can.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for TextWidth(word) > columns {
			head := cut(word, columns)
			lines, line = appendLine(lines, line), ""
			lines = append(lines, head)
			word = word[len(head):]
		}
		if line != "" && TextWidth(line)+1+TextWidth(word) > columns {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return appendLine(lines, line)
}

func appendLine(lines []string, line string) []string {
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// cut is the beginning of the text that fits, one character at least.
func cut(text string, columns int) string {
	for i, r := range text {
		if columns -= runeWidth(r); columns < 0 && i > 0 {
			return text[:i]
		}
	}
	return text
}
