package export

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFailuresAreLoggedOnceInAWhile(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
	f := failures{now: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&out, nil))}
	for range 3 * int(failuresEvery/time.Minute) {
		f.Handle(errors.New("connection refused"))
		now = now.Add(time.Minute)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], "connection refused")
	require.Contains(t, lines[0], "others_before=0")
	require.Contains(t, lines[2], "others_before=9")
}
