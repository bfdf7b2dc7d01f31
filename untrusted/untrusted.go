// Package untrusted writes text that others chose so that it is nothing but text
// where it goes: on a terminal, in a shell, in JSON, in Markdown. Names, tags and
// errors come from clouds, from files and from tables that anybody may have edited.
package untrusted

import (
	"strings"
	"unicode"
)

// Terminal is the text on one line, for people to read. What would move a cursor,
// change the order of the letters or stand there unseen becomes U+FFFD.
func Terminal(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !visible(r):
			return unicode.ReplacementChar
		default:
			return r
		}
	}, text)
}

// Lines is Terminal for a text of several lines, such as a log or a list of errors.
func Lines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Terminal(line)
	}
	return strings.Join(lines, "\n")
}

// visible says that a reader sees the character, and nothing else by it. Bytes that
// are no UTF-8 arrive as U+FFFD, which is seen.
func visible(r rune) bool { return unicode.IsPrint(r) && !unicode.In(r, unseen...) }

// unseen are the characters that count as letters, marks or symbols and show
// nothing: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, and
// the blank of braille. Go's table of the rest of them has what is not printed anyway.
var unseen = []*unicode.RangeTable{
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
	{R16: []unicode.Range16{{Lo: 0x2800, Hi: 0x2800, Stride: 1}}},
}
