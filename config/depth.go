package config

import (
	"bytes"
	"strings"
)

// maxDepth is how many lists and mappings may stand in each other. The parser's time
// grows with the square of it; a configuration has seven.
const maxDepth = 50

// tooDeepAt returns the line in which more lists and mappings stand in each other than
// maxDepth, 0 where none do. It reads what begins one, in brackets and as - at the
// beginning of a line, and leaves out texts in quotes, comments and ${NAME}.
func tooDeepAt(source []byte) int {
	depth, number := 0, 0
	quote := byte(0)
	for line := range bytes.Lines(source) {
		number++
		rest := bytes.TrimLeft(line, " ")
		indented, dashes := (len(line)-len(rest))/2, 0 // a level takes a space at least, two mostly
		for quote == 0 && len(rest) > 1 && (rest[0] == '-' || rest[0] == '?') && rest[1] == ' ' {
			dashes++
			rest = bytes.TrimLeft(rest[2:], " ")
		}
		if indented > 2*maxDepth || dashes > maxDepth {
			return number
		}
		if depth, quote = nested(rest, depth, quote); depth > maxDepth {
			return number
		}
	}
	return 0
}

// nested reads a line, or the rest of one, which begins in brackets of a depth, and
// perhaps in quotes.
func nested(line []byte, depth int, quote byte) (int, byte) {
	before := byte('\n') // what is before, but for spaces
	for i := 0; i < len(line) && depth <= maxDepth; i++ {
		c := line[i]
		begins := strings.IndexByte("\n,[{", before) >= 0 || before == ':' && depth > 0 ||
			strings.IndexByte(":-?", before) >= 0 && line[i-1] == ' '
		switch {
		case c == quote && quote == '\'' || c == quote && line[i-min(i, 1)] != '\\':
			quote = 0
		case quote != 0:
		case (c == '"' || c == '\'') && begins:
			quote = c
		case c == '#' && (i == 0 || line[i-1] == ' '):
			return depth, quote
		case (c == '[' || c == '{') && begins:
			depth++
		case (c == ']' || c == '}') && depth > 0:
			depth--
		case c == '$' && i+1 < len(line) && line[i+1] == '{':
			if end := bytes.IndexByte(line[i:], '}'); end > 0 {
				i += end
			}
		}
		if c != ' ' {
			before = c
		}
	}
	return depth, quote
}
