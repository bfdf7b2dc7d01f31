package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linesText may have several lines: a certificate, a key, a template.
type linesText string

var linesType = reflect.TypeFor[linesText]()

// hashText is a hash by bcrypt, whose $ stand as they are if it begins like one.
type hashText string

var hashType = reflect.TypeFor[hashText]()

const hashBegins = "$2"

// isUnseen says that a character shows as nothing, or changes how others show: control
// characters, marks of writing direction, zero widths.
func isUnseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// textFault says what in a text nobody can see, "" where nothing is. It shows nothing
// of the text but that character's number.
func textFault(text string) string {
	at := strings.IndexFunc(text, isUnseen)
	if at < 0 {
		return ""
	}
	switch r, _ := utf8.DecodeRuneInString(text[at:]); r {
	case '\r', '\n', '\u0085', '\u2028', '\u2029':
		return "a line break in it"
	default:
		return fmt.Sprintf("a character in it that cannot be seen (%U)", r)
	}
}

// trimEnds takes off what files and variables have at their ends by the way: line
// breaks, and the mark that some editors begin a text with. Spaces may be a password's.
func trimEnds(text string) string { return strings.Trim(text, "\r\n\t\ufeff") }

// checkText refuses a text that is absent, empty, or longer than maxName, and what would
// make two names look, or compare, alike.
func checkText(path, value, remedy string, r *report) {
	switch length := utf8.RuneCountInString(value); {
	case !r.has(path):
		r.at(path, "missing: write %s", remedy)
	case strings.TrimSpace(value) == "":
		r.at(path, "empty: write %s", remedy)
	case length > maxName:
		r.at(path, "%d characters: write at most %d", length, maxName)
	case strings.TrimSpace(value) != value:
		r.at(path, "a space at its beginning or end: write it without")
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) && r != ' ' }):
		r.at(path, "a space in it that is not the usual one: write it with a plain space, or without")
	}
}

// checkAccountName also refuses what places, such as aws/prod/eu-west-1, and patterns
// are read by.
func checkAccountName(path, value string, r *report) {
	checkText(path, value, "a name for the account, such as prod", r)
	if at := strings.IndexAny(value, "/*"); at >= 0 {
		r.at(path, "a %c in it, which is no part of names: write a name such as prod", value[at])
	}
}

// checkRegionName refuses what is the name of no region anywhere.
func checkRegionName(path, value string, r *report) {
	checkText(path, value, "the name of a region", r)
	if value == "*" {
		r.at(path, "* is no region: write [all] for every region of the provider")
	}
	if at := strings.IndexFunc(value, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M) && !slices.Contains([]rune("-_."), r)
	}); at >= 0 {
		c, _ := utf8.DecodeRuneInString(value[at:])
		r.showing(path, "%q in it, which is no part of a region's name: write one region here, by the name that the provider's API has for it", c)
	}
}
