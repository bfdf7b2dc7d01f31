// Package layout knows where things are: the repository's root, and under it
// .dev/, which holds all that the local stack makes and needs.
package layout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Layout is one checkout of the repository.
type Layout struct {
	// Root is the folder with the application's go.mod.
	Root string
}

var applicationModule = regexp.MustCompile(`(?m)^module cloudsync\s*$`)

// Find looks for the repository in a folder and those above it.
func Find(dir string) (Layout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Layout{}, fmt.Errorf("find the repository: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && applicationModule.Match(text) {
			return Layout{Root: at}, nil
		}
		if at == filepath.Dir(at) {
			return Layout{}, errors.New("no cloudsync repository in " + dir + " or above: run this inside a checkout")
		}
	}
}

// Path is a path inside .dev/.
func (l Layout) Path(elem ...string) string {
	return filepath.Join(append([]string{l.Root, ".dev"}, elem...)...)
}

// Bin is where a program is built to.
func (l Layout) Bin(name string) string { return l.Path("bin", name) }

// Log is the log of a process.
func (l Layout) Log(name string) string { return l.Path("log", name+".log") }

// PIDFile names a process while it runs.
func (l Layout) PIDFile(name string) string { return l.Path("run", name+".pid") }

// Axe is the script that checks whether people can use a page who do not see it, or have no
// mouse.
func (l Layout) Axe() string { return l.Path("axe", "axe.min.js") }

// Module is the folder of a nested module, as dev/temporal.
func (l Layout) Module(path string) string { return filepath.Join(l.Root, filepath.FromSlash(path)) }
