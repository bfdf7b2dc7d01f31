package notice

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Language is that of a notice's text.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Languages are those that there are.
func Languages() []Language { return []Language{English, Chinese} }

// Text is a notice in words. Nothing in it has a meaning for any program: where a receiver takes
// text for markup, its sender escapes it.
type Text struct {
	Title string
	Lines []string
	// Link leads on, "" for none; LinkWords say where.
	Link, LinkWords string
}

// String is the text with a line for each part.
func (t Text) String() string {
	lines := append([]string{t.Title}, t.Lines...)
	if t.Link != "" {
		lines = append(lines, t.LinkWords+": "+t.Link)
	}
	return strings.Join(lines, "\n")
}

// linesShown is how many subjects a text names, and reasonShown how many characters of each
// reason: a chat is no place for more.
const (
	linesShown  = 8
	reasonShown = 200
)

// Write puts the notice into words of the language, or by the receiver's own template.
func Write(n *Notice, language Language, own string) (Text, error) {
	words := english
	if language == Chinese {
		words = chinese
	}
	text := words.write(n)
	if own == "" {
		return text, nil
	}
	parsed, err := ParseTemplate(own)
	if err != nil {
		return text, err
	}
	var out strings.Builder
	if err := parsed.Execute(&limited{out: &out}, templateData{Notice: n, Text: text}); err != nil {
		return text, fmt.Errorf("fill in the template of a notice: %w", err)
	}
	var written []string
	for line := range strings.Lines(strings.TrimSpace(out.String())) {
		if line = plain(strings.TrimRight(line, "\r\n")); len(written) > 0 || !isBlank(line) {
			written = append(written, line)
		}
	}
	if len(written) == 0 { // a template may have nothing to say of this event
		text.Lines = append(text.Lines, words.blank)
		return text, nil
	}
	return Text{Title: written[0], Lines: written[1:]}, nil
}

// isBlank says that a text has nothing to see.
func isBlank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(blankLetters, r)
	})
}

// blankLetters are letters and a symbol that show as nothing: fillers of Hangul, and Braille
// without a dot.
const blankLetters = "\u115f\u1160\u3164\uffa0\u2800"

// templateData is what a template is filled in with: the notice's fields, and the usual text.
type templateData struct {
	*Notice
	Text Text
}

// maxText bounds what a template may write, in bytes.
const maxText = 64 << 10

// limited is a writer that refuses more than maxText.
type limited struct{ out *strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.out.Len()+len(p) > maxText {
		return 0, fmt.Errorf("the text has more than %d bytes", maxText)
	}
	return l.out.Write(p)
}

// plain takes out of a text what is no text: line ends, and marks that hide or turn others.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d':
			return -1
		default:
			return r
		}
	}, text)
}

// short is a plain text of at most reasonShown characters.
func short(text string) string {
	runes := []rune(plain(text))
	if len(runes) <= reasonShown {
		return string(runes)
	}
	return string(runes[:reasonShown-1]) + "…"
}

// words are those of a language.
type words struct {
	title    func(n *Notice) string
	subject  func(n *Notice, s *Subject) string
	test     string // before the title of a test
	more     string // how many subjects are not shown: one number
	decide   string // before the link to what waits for a decision
	look     string // before any other
	blank    string // that a template wrote nothing to see
	dropping string // from when to when the notices were
}

func (w words) write(n *Notice) Text {
	text := Text{Title: short(w.title(n)), Link: n.Page, LinkWords: w.look}
	if n.Event == Held && n.State != Over {
		text.LinkWords = w.decide
	}
	if n.Test {
		text.Title = w.test + text.Title
	}
	if n.Dropping.Count > 0 {
		text.Lines = append(text.Lines, fmt.Sprintf(w.dropping, moment(n.Dropping.First), moment(n.Dropping.Last)))
	}
	for i := range n.Subjects[:min(len(n.Subjects), linesShown)] {
		text.Lines = append(text.Lines, plain(w.subject(n, &n.Subjects[i])))
	}
	if more := n.Count - min(len(n.Subjects), linesShown); more > 0 && n.Dropping.Count == 0 {
		text.Lines = append(text.Lines, fmt.Sprintf(w.more, more))
	}
	return text
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
