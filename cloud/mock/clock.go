package mock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clock tells the tick: pinned by a test, or kept in a file, or counted since the
// cloud was made.
type clock struct {
	start   int64
	every   time.Duration
	file    string
	started time.Time

	mu     sync.Mutex
	pinned *int64
}

func newClock(s Settings) *clock {
	return &clock{start: s.Tick, every: s.TickEvery, file: s.TickFile, started: time.Now()}
}

func (c *clock) pin(tick int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinned = &tick
}

func (c *clock) now() (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.pinned != nil:
		return *c.pinned, nil
	case c.file != "":
		return c.look()
	case c.every > 0:
		return min(c.start+int64(time.Since(c.started)/c.every), MaxTick), nil
	default:
		return c.start, nil
	}
}

// look reads the tick file, and moves it on by one when a tick has passed since
// it was written. Never by more: a cloud that was stopped for a day goes on where
// it was. Two processes that look at once write the same number.
func (c *clock) look() (int64, error) {
	tick, written, err := readTick(c.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.start, WriteTick(c.file, c.start)
	case err != nil:
		return 0, err
	case c.every > 0 && time.Since(written) >= c.every && tick < MaxTick:
		return tick + 1, WriteTick(c.file, tick+1)
	default:
		return tick, nil
	}
}

func readTick(path string) (tick int64, written time.Time, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, written, fmt.Errorf("read tick file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, written, fmt.Errorf("read tick file: %w", err)
	}
	tick, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || outside(tick, 0, MaxTick) {
		return 0, written, fmt.Errorf("read tick file %s: %.40q is no tick: write a number from 0 to %d, or remove the file",
			path, text, MaxTick)
	}
	return tick, info.ModTime(), nil
}

// WriteTick moves every cloud with that tick file to the tick. Readers see the
// old number or the new one, never a part.
func WriteTick(path string, tick int64) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write tick file: %w", err)
	}
	_, err = fmt.Fprintln(temporary, tick)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()) // whoever runs the other processes
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write tick file: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return nil
}
