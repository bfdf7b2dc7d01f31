package untrusted

import (
	"fmt"
	"strings"
)

// Shell is the text as one word of a POSIX shell, for a line to copy: the shell
// reads exactly this text but for NUL, which no argument can have, and runs nothing
// of it.
func Shell(text string) string {
	switch {
	case text != "" && strings.Trim(text, bare) == "":
		return text
	case Terminal(text) == text:
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	default:
		return printed(text)
	}
}

// bare are the characters that mean themselves in every shell, wherever they stand.
const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@,+"

// printed has the shell write the text, of which some cannot be seen. The shell cuts
// line breaks off what a command wrote: those at the end stand beside it.
func printed(text string) string {
	inner := strings.TrimRight(text, "\n")
	word := ""
	if inner != "" {
		word = `"$(printf '` + octal(inner) + `')"`
	}
	if end := text[len(inner):]; end != "" {
		word += "'" + end + "'"
	}
	return word
}

// octal is the text in a form of printf that has no other characters than those that
// mean themselves, and does not begin like an option.
func octal(text string) string {
	var written strings.Builder
	for _, b := range []byte(text) {
		switch {
		case b == 0: // no argument can have it
		case strings.IndexByte(bare, b) < 0 || b == '-' && written.Len() == 0:
			fmt.Fprintf(&written, `\%03o`, b)
		default:
			written.WriteByte(b)
		}
	}
	return written.String()
}
