package untrusted_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

func TestLogsShowNothingUnseen(t *testing.T) {
	t.Parallel()
	for _, text := range append(append(someCharacters(), hostile...), scrambled(500)...) {
		var lines, documents bytes.Buffer
		for _, handler := range []slog.Handler{
			slog.NewTextHandler(untrusted.LinesTo(&lines), nil), slog.NewJSONHandler(untrusted.JSONTo(&documents), nil),
		} {
			slog.New(handler).Error(text, text, text, "error", errors.New(text))
		}
		for _, record := range []string{lines.String(), documents.String()} {
			require.Equal(t, 1, strings.Count(record, "\n"), "a line a record")
			require.Equal(t, untrusted.Lines(record), record)
		}
		var record struct{ Msg string }
		require.NoError(t, json.Unmarshal(documents.Bytes(), &record))
		require.True(t, slices.Equal([]rune(text), []rune(record.Msg)), text)
	}
}

// A log that cannot be written says so to the handler.
func TestLogsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	n, err := untrusted.LinesTo(full{}).Write([]byte("a\u202e\n"))
	require.ErrorIs(t, err, errFull)
	require.Zero(t, n)
	var out bytes.Buffer
	n, err = untrusted.LinesTo(&out).Write([]byte("a\u202e\n"))
	require.NoError(t, err)
	require.Equal(t, 5, n)
	require.Equal(t, "a\ufffd\n", out.String())
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
