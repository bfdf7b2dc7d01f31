// Package clean removes what the local stack has made.
package clean

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cloudsync/dev/layout"
	"cloudsync/dev/process"
)

// Run removes .dev/, the demo's data included, unless something runs from it.
func Run(l layout.Layout) error {
	lock, err := l.TryLock(layout.InUse)
	if errors.Is(err, layout.ErrLocked) {
		return errors.New("a demo or a test run is using .dev: end it first")
	}
	if err != nil {
		return err
	}
	defer lock.Unlock() //nolint:errcheck // the file is gone by then

	if err := refuseLeftovers(l); err != nil {
		return err
	}
	if err := os.RemoveAll(l.Path()); err != nil {
		return fmt.Errorf("remove .dev: %w", err)
	}
	return nil
}

func refuseLeftovers(l layout.Layout) error {
	files, err := filepath.Glob(l.PIDFile("*"))
	if err != nil {
		return fmt.Errorf("look for processes: %w", err)
	}
	for _, file := range files {
		pid, err := process.Leftover(file)
		if err != nil {
			return err
		}
		if pid != 0 {
			name := strings.TrimSuffix(filepath.Base(file), ".pid")
			return fmt.Errorf("%s (pid %d) still runs from .dev: end it with `kill %d`", name, pid, pid)
		}
	}
	return nil
}
