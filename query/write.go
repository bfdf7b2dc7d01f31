package query

import (
	"regexp"
	"strconv"
	"strings"
)

// Written is the query written anew, as Parse reads it: the matchers in one pair of braces, then
// the words. What is not seen, or would change the order of the letters around it, is escaped.
func (q Query) Written() string {
	var parts []string
	if len(q.Matchers) > 0 {
		matchers := make([]string, len(q.Matchers))
		for i, matcher := range q.Matchers {
			matchers[i] = matcher.Written()
		}
		parts = append(parts, "{"+strings.Join(matchers, ",")+"}")
	}
	for _, word := range q.Words {
		parts = append(parts, word.Written())
	}
	return strings.Join(parts, " ")
}

// plainLabel is a label's name that needs no quotes in braces.
var plainLabel = regexp.MustCompile(`^[a-zA-Z_][\w./:-]*$`)

// Written is the matcher as Parse reads it in braces.
func (m *Matcher) Written() string {
	return WrittenLabel(m.Label) + m.source.Type.String() + strconv.Quote(m.source.Value)
}

// WrittenLabel is a label's name as Parse reads it in braces: in quotes if it needs them.
func WrittenLabel(label string) string {
	if plainLabel.MatchString(label) {
		return label
	}
	return strconv.Quote(label)
}

// plainWord is a word that cannot be taken for anything else.
var plainWord = regexp.MustCompile(`^[\pL\pN._:/@+*-]+$`)

// Written is the word as Parse reads it.
func (w Word) Written() string {
	if plainWord.MatchString(w.whole) {
		return w.whole
	}
	return strconv.Quote(w.whole)
}
