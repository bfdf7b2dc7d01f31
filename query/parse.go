package query

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/matcher/parse"

	"cloudsync/spelling"
)

// Limits of a query.
const (
	MaxLength = 16 << 10 // bytes
	maxParts  = 100      // matchers and words
)

// SyntaxError is the error of a query that cannot be meant. It says where.
type SyntaxError struct {
	Query   string
	At      int // the character, from 0
	Problem string
}

// Error is a line for what is wrong, and, where the query is short, two that point there.
func (e *SyntaxError) Error() string {
	if !e.Points() {
		return fmt.Sprintf("the query is wrong at character %d: %s", e.At+1, e.Problem)
	}
	return fmt.Sprintf("the query is wrong at character %d: %s\n  %s\n  %s^", e.At+1, e.Problem, e.Query, strings.Repeat(" ", e.At))
}

// Points says that lines can point to the place: the query is there, short, and one line. Of one
// that is too long, or not UTF-8, there is nothing to show.
func (e *SyntaxError) Points() bool {
	const wide = 200
	length := utf8.RuneCountInString(e.Query)
	return e.Query != "" && length <= wide && !strings.ContainsFunc(e.Query, unicode.IsControl)
}

// Parse reads a query: matchers in braces as Prometheus writes them, or alone, and bare
// words, with spaces between.
//
//	{region=~"cn-.*",tag_env!="test"} 10.0.0.0/8
//	region=beijing kafka
//
// schemas are those of the kinds that may be asked: a label that none of them has is an
// error. Errors are *SyntaxError.
func Parse(text string, schemas []*Schema) (Query, error) {
	p := parser{text: text, schemas: schemas, query: Query{text: strings.TrimSpace(text)}}
	if err := p.check(); err != nil {
		return Query{}, err
	}
	for p.skipSpace(); p.at < len(text); p.skipSpace() {
		if err := p.part(); err != nil {
			return Query{}, err
		}
	}
	return p.query, nil
}

type parser struct {
	text    string
	at      int // the next byte
	schemas []*Schema
	query   Query
	braces  bool // there were some
}

// wrong is an error at a byte of the text.
func (p *parser) wrong(at int, format string, args ...any) error {
	return &SyntaxError{Query: p.text, At: utf8.RuneCountInString(p.text[:min(at, len(p.text))]), Problem: fmt.Sprintf(format, args...)}
}

func (p *parser) check() error {
	if len(p.text) > MaxLength {
		return &SyntaxError{At: MaxLength, Problem: fmt.Sprintf("it has %d bytes, at most %d are allowed", len(p.text), MaxLength)}
	}
	if !utf8.ValidString(p.text) {
		at := strings.IndexFunc(p.text, func(r rune) bool { return r == utf8.RuneError })
		return &SyntaxError{At: utf8.RuneCountInString(p.text[:at]), Problem: "it is not valid UTF-8"}
	}
	return nil
}

func (p *parser) skipSpace() {
	rest := strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace)
	p.at = len(p.text) - len(rest)
}

func (p *parser) part() error {
	start := p.at
	if len(p.query.Matchers)+len(p.query.Words) >= maxParts {
		return p.wrong(start, "more than %d matchers and words", maxParts)
	}
	if p.text[start] == '{' {
		return p.matchersInBraces()
	}
	end, err := p.endOfToken()
	if err != nil {
		return err
	}
	p.at = end
	token := p.text[start:end]
	if noMatcher.MatchString(token) {
		return p.wrong(start, "write a matcher without spaces, as in region=beijing, with one of the operators =, !=, =~ and !~")
	}
	if loneMatcher.MatchString(token) {
		return p.addMatchers(start, token)
	}
	if word, err := strconv.Unquote(token); err == nil {
		token = word
	} else if i := strings.IndexAny(token, `{}"`); i >= 0 {
		return p.wrong(start+i, "write matchers in one pair of braces, {region=\"x\",name=~\"y.*\"}, and words with such characters in quotes")
	}
	p.query.Words = append(p.query.Words, newWord(token))
	return nil
}

// loneMatcher is a matcher without braces, such as region=beijing: a label's name and an
// operator.
var loneMatcher = regexp.MustCompile(`^[a-z][\w./:-]*(=~|!=|!~|=)`)

// noMatcher is what somebody writes who means a matcher, and is none.
var noMatcher = regexp.MustCompile(`^([a-z]\w*)?(<|>|=~|!=|!~|=)=?$|^[a-z]\w*[<>]=?[\w".]+$`)

// endOfToken is where the token at hand ends: at a space that is not in quotes.
func (p *parser) endOfToken() (end int, err error) {
	quoted := false
	for i := p.at; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && isSpace(c):
			return i, nil
		}
	}
	if quoted {
		return 0, p.wrong(len(p.text), "a quote is not closed: write \" at the end of the text")
	}
	return len(p.text), nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *parser) matchersInBraces() error {
	start, end, quoted := p.at, -1, false
	for i := start; i < len(p.text) && end < 0; i++ {
		switch c := p.text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '}' && !quoted:
			end = i + 1
		}
	}
	switch {
	case p.braces:
		return p.wrong(start, "write all matchers in one pair of braces, with commas between them")
	case end < 0 && quoted:
		return p.wrong(len(p.text), "a quote is not closed: write \" at the end of the value")
	case end < 0:
		return p.wrong(len(p.text), "the braces are not closed: write } after the last matcher")
	}
	p.at, p.braces = end, true
	return p.addMatchers(start, p.text[start:end])
}

// addMatchers reads matchers that begin at a byte of the text.
func (p *parser) addMatchers(start int, text string) error {
	found, err := parse.Matchers(text)
	if err != nil {
		return p.misread(start, text, err)
	}
	if len(p.query.Matchers)+len(found) > maxParts {
		return p.wrong(start, "more than %d matchers and words", maxParts)
	}
	for _, one := range found {
		at := start + max(0, strings.Index(text, one.Name))
		if err := p.checkLabel(at, one.Name); err != nil {
			return err
		}
		matcher, err := newMatcher(one)
		if err != nil {
			return p.wrong(start+max(0, strings.Index(text, one.Value)), "%v", err)
		}
		p.query.Matchers = append(p.query.Matchers, matcher)
	}
	return nil
}

// position begins the errors of the library: the first and the last character.
var position = regexp.MustCompile(`^(\d+):(\d+): `)

// misread puts an error of the library into the place of the whole query.
func (p *parser) misread(start int, text string, err error) error {
	problem := err.Error()
	at := 0
	if found := position.FindStringSubmatch(problem); found != nil {
		problem = problem[len(found[0]):]
		at, _ = strconv.Atoi(found[1])
		if at == 0 {
			at, _ = strconv.Atoi(found[2])
		}
	} else if root := errors.Unwrap(err); root != nil {
		problem = root.Error()
		at = max(0, strings.Index(text, "~")+1)
	}
	return &SyntaxError{Query: p.text, At: utf8.RuneCountInString(p.text[:start]) + at, Problem: problem}
}

func (p *parser) checkLabel(at int, label string) error {
	if slices.ContainsFunc(p.schemas, func(s *Schema) bool { return s.Has(label) }) {
		return nil
	}
	return p.wrong(at, "%s", unknownLabel(label, p.schemas))
}

// CheckLabel refuses a label that none of the kinds has.
func CheckLabel(label string, schemas []*Schema) error {
	if slices.ContainsFunc(schemas, func(s *Schema) bool { return s.Has(label) }) {
		return nil
	}
	return errors.New(unknownLabel(label, schemas))
}

func unknownLabel(label string, schemas []*Schema) string {
	var known []string
	for _, schema := range schemas {
		known = append(known, schema.Labels()...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if meant := spelling.Nearest(label, known); meant != "" {
		return fmt.Sprintf("unknown label %.64q: did you mean %s?", label, meant)
	}
	return fmt.Sprintf("unknown label %.64q: the labels are %s, and tag_KEY for tags", label, strings.Join(known, ", "))
}
