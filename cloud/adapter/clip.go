package adapter

import "strings"

// Clip keeps at most so many bytes of a cloud's text, so that an error that quotes it
// stays readable.
func Clip(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes], "") + "…"
}
