// Package measure is what the benchmarks have in common: the programs that they measure,
// what these use of the machine, and the bounds of what they measure.
package measure

import (
	"context"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"

	"cloudsync/dev/layout"
)

// Build builds a program of the main module, such as ./worker, and returns its path in dir.
func Build(ctx context.Context, l layout.Layout, dir, program string) (string, error) {
	binary := filepath.Join(dir, path.Base(program))
	command := exec.CommandContext(ctx, "go", "build", "-o", binary, program)
	command.Dir = l.Root
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", program, err, out)
	}
	return binary, nil
}
