package untrusted

import (
	"strings"
	"unicode"
)

// Markdown is the text on one line within a line of Markdown: what could be a link,
// a picture, a heading or anything else but text becomes code, in which nothing means
// anything.
func Markdown(text string) string {
	text = Terminal(text)
	if prose(text) {
		return text
	}
	return code(text)
}

// prose says that the text reads the same with and without Markdown.
func prose(text string) bool {
	if linked(text) || beginsBlock(text) || strings.TrimSpace(text) != text {
		return false
	}
	before := ' '
	runes := []rune(text)
	for i, r := range runes {
		after := ' '
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if !inProse(before, r, after) {
			return false
		}
		before = r
	}
	return true
}

// linked says that some renderers make a link of part of the text.
func linked(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "://") || strings.Contains(lower, "www.") || strings.Contains(lower, "@")
}

// beginsBlock says that the text, at the beginning of a line, may be a list, a
// heading or a rule.
func beginsBlock(text string) bool {
	if text == "" {
		return false
	}
	rest := strings.TrimLeft(text, "0123456789")
	if len(rest) < len(text) { // 1. one
		return strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ")")
	}
	return !wordRune([]rune(text)[0])
}

func inProse(before, r, after rune) bool {
	if r == '_' { // emphasis, but within a word
		return wordRune(before) && wordRune(after)
	}
	return wordRune(r) || strings.ContainsRune(` /-.,:;+%=()'"?…·–→`, r)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

// code is the text as code, between more backticks than it has in a row.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	// A space at both ends goes with the fence, unless there is nothing else.
	if text != strings.Trim(text, " `") && strings.Trim(text, " ") != "" {
		text = " " + text + " "
	}
	return fence + text + fence
}
