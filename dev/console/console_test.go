package console

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// screen keeps what was written, and signals each write.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func newScreen() *screen { return &screen{written: make(chan struct{}, 100)} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written <- struct{}{}
	return s.text.Write(p)
}

func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
}

func TestStepInALogIsALineNowAndThen(t *testing.T) {
	t.Parallel()
	out := newScreen()
	c := New(out)
	c.every = time.Millisecond
	step := c.Step("Temporal")
	step.Detail("%d packages %s", 7, strings.Repeat("x", 100))
	<-out.written
	<-out.written
	step.Done("compiled")

	lines := out.lines()

	require.GreaterOrEqual(t, len(lines), 3)
	require.Contains(t, lines[1], "7 packages")
	require.Contains(t, lines[len(lines)-1], "compiled")
	for _, line := range lines {
		require.LessOrEqual(t, utf8.RuneCountInString(line), Width)
		require.NotContains(t, line, clearLine)
	}
}

func TestStepOnATerminalStaysOnItsLine(t *testing.T) {
	t.Parallel()
	out := newScreen()
	c := New(out)
	c.terminal, c.every = true, time.Millisecond
	step := c.Step("Temporal")
	<-out.written
	<-out.written
	step.Done("compiled")

	require.Len(t, out.lines(), 1, "only the result ends the line")
}

// A line that is wrapped could not be written over: the next one would stand below it.
func TestStepFitsInANarrowTerminal(t *testing.T) {
	t.Parallel()
	out := newScreen()
	c := New(out)
	c.terminal, c.every, c.columns = true, time.Millisecond, func() int { return 60 }
	step := c.Step("Temporal")
	step.Detail("%s", strings.Repeat("x", 100))
	<-out.written
	<-out.written
	step.Done("compiled")

	for line := range strings.SplitSeq(strings.Join(out.lines(), ""), clearLine) {
		require.Less(t, utf8.RuneCountInString(line), 60)
	}
	require.Equal(t, 60, utf8.RuneCountInString(c.Rule()))
}

func TestFailedStepReturnsItsError(t *testing.T) {
	t.Parallel()
	out := newScreen()
	broken := errors.New("broken")

	err := New(out).Step("Tables").End(broken, "migrated")

	require.Equal(t, broken, err)
	require.Contains(t, out.lines()[0], "failed")
}
