package cloud

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// Secret is a part of a credential: a text, or the file that holds it. No format,
// log or encoding shows either.
type Secret struct {
	text string
	file string
}

// SecretText is the secret itself.
func SecretText(text string) Secret { return Secret{text: text} }

// SecretFile is the secret in the file at path, without the white space around it.
// The file is read at each use: it may be replaced while the program runs.
func SecretFile(path string) Secret { return Secret{file: path} }

// IsZero says that nothing is given.
func (s Secret) IsZero() bool { return s == Secret{} }

// Reveal returns the secret. The error names the file.
func (s Secret) Reveal() (string, error) {
	if s.file == "" {
		return s.text, nil
	}
	content, err := os.ReadFile(s.file)
	if err != nil {
		return "", fmt.Errorf("read a credential: %w", err)
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return "", fmt.Errorf("read a credential: %s is empty", s.file)
	}
	return text, nil
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
