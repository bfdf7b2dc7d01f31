package page

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

const completePath = inventoryPath + "/complete"

const (
	maxSuggestions = 20
	// completeWithin is how long a question for values may take: who types does not wait.
	completeWithin = time.Second
	sampleRows     = 100 // that are looked at for keys of tags
)

// suggestions are what can stand at the caret. From and To are the letters that it replaces.
type suggestions struct {
	From    int          `json:"from"`
	To      int          `json:"to"`
	Options []suggestion `json:"options"`
}

// suggestion is one of them.
type suggestion struct {
	Text   string `json:"text"`   // to show
	Insert string `json:"insert"` // to write
	Detail string `json:"detail"` // what it is, in a few words
	// More says that something has to follow, so that the next suggestions are asked for.
	More bool `json:"more"`
}

func (p *Page) complete(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), completeWithin)
	defer cancel()
	asked := r.URL.Query()
	kinds, err := p.chosenKinds(asked["kind"])
	if err != nil || len(kinds) == 0 {
		kinds = p.kinds
	}
	text := asked.Get("q")
	at, err := strconv.Atoi(asked.Get("pos"))
	if err != nil || at < 0 || !utf8.ValidString(text) || len(text) > query.MaxLength {
		at, text = 0, ""
	}
	answer, err := p.suggest(ctx, text, at, kinds)
	switch {
	case r.Context().Err() != nil:
		return // nobody is left to tell
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		// Completion is a help: the page itself says what is wrong.
		p.Log.DebugContext(ctx, "nothing can be suggested", "error", err)
	}
	if answer.Options == nil {
		answer.Options = []suggestion{}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write(body) // nobody is left to tell
}

func (p *Page) suggest(ctx context.Context, text string, at int, kinds []*resource.Kind) (suggestions, error) {
	caret := caretAt(text, at)
	answer := suggestions{From: utf8.RuneCountInString(text[:caret.from]), To: utf8.RuneCountInString(text[:caret.to])}
	rest, err := query.Parse(caret.rest, schemasOf(p.kinds))
	if err != nil {
		rest = query.Query{} // it is not written to its end
	}
	scope := inventory.Scope{Kinds: kinds, Query: rest}
	if caret.label != "" {
		answer.Options, err = p.suggestValues(ctx, scope, caret)
		return answer, err
	}
	answer.Options, err = p.suggestLabels(ctx, scope, caret)
	return answer, err
}

// caret is where somebody writes in a query: in a label's name, or in its value.
type caret struct {
	from, to int // the bytes that a suggestion replaces
	label    string
	operator string
	typed    string // up to the caret
	braces   bool
	rest     string // of the query, without what is written
}

// matcherTyped is the beginning of a matcher, up to its value.
var matcherTyped = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|[a-zA-Z_][\w./:-]*)\s*(=~|!=|!~|=)\s*`)

// caretAt finds what is written before a letter.
func caretAt(text string, letter int) caret {
	at := len(text)
	for i := range text {
		if letter == 0 {
			at = i
			break
		}
		letter--
	}
	start, braces := tokenStart(text[:at])
	end := at + tokenEnd(text[at:], quotedAtEnd(text[start:at]), braces)
	made := caret{from: start, to: end, typed: text[start:at], braces: braces, rest: restOf(text, start, end, braces)}
	found := matcherTyped.FindStringSubmatch(made.typed)
	if found == nil {
		return made
	}
	made.label, made.operator = unquoted(found[1]), found[2]
	made.from += len(found[0])
	made.typed = unquoted(made.typed[len(found[0]):])
	return made
}

// tokenStart is where the token begins in which a text ends: behind a space, or in braces behind
// a comma.
func tokenStart(text string) (start int, braces bool) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			start, braces = i+1, true
		case c == '}':
			start, braces = i+1, false
		case c == ',' && braces || !braces && isSpace(c):
			start = i + 1
		}
	}
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	return start, braces
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func quotedAtEnd(text string) (quoted bool) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		}
	}
	return quoted
}

// tokenEnd is where the token ends in which a text begins.
func tokenEnd(text string, quoted, braces bool) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case isSpace(c), braces && (c == ',' || c == '}'):
			return i
		}
	}
	if quoted { // the quote is still open: the rest is another's
		return 0
	}
	return len(text)
}

// restOf is the query without a token, and without the comma at it.
func restOf(text string, start, end int, braces bool) string {
	before, after := text[:start], text[end:]
	if !braces {
		return before + after
	}
	before = strings.TrimSuffix(strings.TrimSpace(before), ",")
	after = strings.TrimSpace(after)
	if strings.HasSuffix(before, "{") {
		after = strings.TrimPrefix(after, ",")
	}
	if !strings.Contains(after, "}") {
		after += "}"
	}
	return before + after
}

// unquoted is a text, or what is quoted in it so far.
func unquoted(text string) string {
	if !strings.HasPrefix(text, `"`) {
		return text
	}
	if whole, err := strconv.Unquote(text); err == nil {
		return whole
	}
	if part, err := strconv.Unquote(text + `"`); err == nil {
		return part
	}
	return strings.TrimPrefix(text, `"`)
}

// suggestLabels are labels whose names have what is written, those first that begin so; and the
// operators, where a name is whole.
func (p *Page) suggestLabels(ctx context.Context, scope inventory.Scope, at caret) ([]suggestion, error) {
	typed := strings.ToLower(unquoted(at.typed))
	var labels []string
	for _, schema := range schemasOf(scope.Kinds) {
		labels = append(labels, schema.Labels()...)
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	var err error
	if len(at.typed) > 0 && (strings.HasPrefix(query.TagPrefix, typed) || strings.HasPrefix(typed, query.TagPrefix)) {
		var found inventory.Page
		found, err = p.Inventory.Find(ctx, inventory.Find{Scope: scope, Limit: sampleRows})
		labels = append(labels, tagLabels(found.Rows)...)
	}
	var options, inside []suggestion
	for _, label := range labels {
		name := strings.ToLower(label)
		switch {
		case name == typed:
			options = append(operators(label, at.braces), options...)
		case strings.HasPrefix(name, typed):
			options = append(options, labelSuggestion(label, at.braces))
		case strings.Contains(name, typed):
			inside = append(inside, labelSuggestion(label, at.braces))
		}
	}
	options = append(options, inside...)
	return options[:min(len(options), maxSuggestions)], err
}

func labelSuggestion(label string, braces bool) suggestion {
	detail := "label"
	if strings.HasPrefix(label, query.TagPrefix) {
		detail = "tag"
	}
	return suggestion{Text: visible(label), Insert: begun(label, "=", braces), Detail: detail, More: true}
}

// begun is a matcher before its value. A name that needs quotes needs braces around it, too.
func begun(label, operator string, braces bool) string {
	name := query.WrittenLabel(label)
	if !braces && name != label {
		return "{" + name + operator
	}
	return name + operator
}

func operators(label string, braces bool) (options []suggestion) {
	for _, operator := range []struct{ text, meaning string }{
		{"=", "equals"}, {"!=", "differs from"}, {"=~", "matches an expression"}, {"!~", "does not match an expression"},
	} {
		options = append(options, suggestion{Text: visible(label) + operator.text, Insert: begun(label, operator.text, braces), Detail: operator.meaning, More: true})
	}
	return options
}

// suggestValues are the values of a label that begin with what is written, the most frequent
// first.
func (p *Page) suggestValues(ctx context.Context, scope inventory.Scope, at caret) (options []suggestion, err error) {
	if query.CheckLabel(at.label, schemasOf(scope.Kinds)) != nil || at.label == query.UIDLabel {
		return nil, nil // each row has its own uid
	}
	scope.Query, err = p.beginning(scope.Query, at)
	if err != nil {
		return nil, nil //nolint:nilerr // what is written cannot begin a value
	}
	// A row has values beside those that are asked for, where the label is a list.
	counts, err := p.Inventory.Count(ctx, inventory.Count{Scope: scope, By: []string{at.label}, Limit: 10 * maxSuggestions})
	if err != nil {
		return nil, err
	}
	for _, group := range counts.Groups {
		value := group.Values[0]
		if value == "" || !strings.HasPrefix(strings.ToLower(value), strings.ToLower(at.typed)) || len(options) == maxSuggestions {
			continue
		}
		written := value
		if strings.HasSuffix(at.operator, "~") {
			written = regexp.QuoteMeta(value)
		}
		options = append(options, suggestion{Text: shortened(visible(value), 100), Insert: strconv.Quote(written), Detail: grouped(group.Rows)})
	}
	return options, nil
}

// beginning narrows a query to the rows whose label begins as it is written.
func (p *Page) beginning(q query.Query, at caret) (query.Query, error) {
	if at.typed == "" {
		return q, nil
	}
	begins, err := query.Parse("{"+query.WrittenLabel(at.label)+"=~"+strconv.Quote("(?i)"+regexp.QuoteMeta(at.typed)+".*")+"}", schemasOf(p.kinds))
	q.Matchers = append(slices.Clip(q.Matchers), begins.Matchers...)
	return q, err
}
