package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// pidRecord is the content of a pid file. The command line is in it because a
// pid alone may long belong to somebody else.
type pidRecord struct {
	PID     int      `json:"pid"`
	Command []string `json:"command"`
}

func (c *Child) record() error {
	if c.spec.PIDFile == "" {
		return nil
	}
	text, err := json.Marshal(pidRecord{PID: c.PID(), Command: c.cmd.Args})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.spec.PIDFile), 0o755); err != nil {
		return err
	}
	return os.WriteFile(c.spec.PIDFile, text, 0o644)
}

// forget leaves a stale file where it cannot be removed: Leftover sees through it.
func (c *Child) forget() {
	if c.spec.PIDFile != "" {
		_ = os.Remove(c.spec.PIDFile)
	}
}

// Leftover returns the pid of the process that a pid file names, and zero if it
// does not run any more or its pid belongs to another program by now.
func Leftover(pidFile string) (int, error) {
	rec, err := readRecord(pidFile)
	if err != nil || !rec.running() {
		return 0, err
	}
	return rec.PID, nil
}

// StopLeftover ends the process that an earlier launcher left behind, if there
// is one, and returns its pid. The context bounds how long it may take to end by
// itself before it is killed.
func StopLeftover(ctx context.Context, pidFile string) (int, error) {
	rec, err := readRecord(pidFile)
	if err != nil || !rec.running() {
		return 0, err
	}
	if err := rec.end(ctx); err != nil {
		return rec.PID, fmt.Errorf("stop pid %d, left behind by an earlier start: %w", rec.PID, err)
	}
	return rec.PID, nil
}

func readRecord(pidFile string) (pidRecord, error) {
	var rec pidRecord
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, fs.ErrNotExist) {
		return rec, nil
	}
	if err != nil {
		return rec, fmt.Errorf("read the pid file: %w", err)
	}
	if json.Unmarshal(text, &rec) != nil {
		return pidRecord{}, nil // half written by a launcher that was killed
	}
	return rec, nil
}

func (r pidRecord) running() bool {
	return r.PID > 0 && len(r.Command) > 0 && slices.Equal(commandLine(r.PID), shown(r.Command))
}

func (r pidRecord) end(ctx context.Context) error {
	// The handle comes before the second look, so that the signal cannot reach
	// a program that was given the same pid in between.
	proc, err := os.FindProcess(r.PID)
	if err != nil || !r.running() {
		return err
	}
	defer proc.Release() //nolint:errcheck // nothing depends on it

	if err := proc.Signal(syscall.SIGTERM); err != nil && !isGone(err) {
		return err
	}
	if r.waitGone(ctx) {
		return nil
	}
	if err := proc.Kill(); err != nil && !isGone(err) {
		return err
	}
	return nil
}

func (r pidRecord) waitGone(ctx context.Context) bool {
	again := time.NewTicker(probeEvery)
	defer again.Stop()
	for r.running() {
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
	return true
}

func isGone(err error) bool {
	return errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH)
}
