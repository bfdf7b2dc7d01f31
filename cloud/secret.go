package cloud

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"unicode"
)

// Secret is a part of a credential: a text, or the file that holds it. No format,
// log or encoding shows either, also where it is deep in another value.
type Secret struct{ held *held }

// held is behind a pointer: fmt follows none that is not at the top.
type held struct {
	text, file string
	lines      bool // the file's text may have several
}

// SecretText is the secret itself; none for the empty text.
func SecretText(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{held: &held{text: text}}
}

// SecretFile is the secret in the file at path, without what TrimSecret takes off.
// The file is read at each use: it may be replaced while the program runs.
func SecretFile(path string) Secret { return Secret{held: &held{file: path}} }

// SecretDocument is SecretFile of a text with several lines, such as a key in PEM.
func SecretDocument(path string) Secret { return Secret{held: &held{file: path, lines: true}} }

// IsZero says that nothing is given.
func (s Secret) IsZero() bool { return s.held == nil }

// Reveal returns the secret. The error names the file.
func (s Secret) Reveal() (string, error) {
	if s.held == nil || s.held.file == "" {
		return s.text(), nil
	}
	content, err := os.ReadFile(s.held.file)
	if err != nil {
		return "", fmt.Errorf("read a credential: %w", err)
	}
	text := TrimSecret(string(content))
	switch {
	case text == "":
		return "", fmt.Errorf("read a credential: %s is empty", s.held.file)
	case !s.held.lines && strings.ContainsFunc(text, unseen):
		return "", fmt.Errorf("read a credential: %s %w", s.held.file, ErrMalformed)
	}
	return text, nil
}

// ErrMalformed is of a file that holds no part of a credential.
var ErrMalformed = errors.New("has a line break, or a character that cannot be seen, within its text: write the key alone into it, in UTF-8")

// TrimSecret is the secret without what files and variables have around it by the way:
// spaces, line breaks, and the mark that some editors begin a text with.
func TrimSecret(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

func unseen(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

func (s Secret) text() string {
	if s.held == nil {
		return ""
	}
	return s.held.text
}

const hidden = "[secret]"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
