package temporalserver

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/process"
)

const (
	cliModule  = "github.com/temporalio/cli"
	cliPackage = cliModule + "/cmd/temporal"
	// pinnedIn is the nested module whose go.mod chooses the version.
	pinnedIn = "dev/temporal"
	// packagesInAll is how many there are to compile with an empty build cache, so
	// that somebody who waits sees how far it is. It need not be exact.
	packagesInAll = 1180
	// tags leave out what no development server uses: Temporal archives to Google's storage,
	// too, whose gRPC transport alone brings Envoy's control plane, a tenth of all packages.
	tags = "disable_grpc_modules"
)

// toolName is the tool's name in .dev/bin, and unfinishedName that of one that is not whole, so
// that what was interrupted is not taken for finished.
const (
	toolName       = "temporal"
	unfinishedName = "temporal.new"
)

// Build fetches or compiles the Temporal command-line tool, which has the development
// server in it, to .dev/bin/temporal, unless it is there in the version that
// dev/temporal/go.mod names. It returns the program's path.
func Build(ctx context.Context, l layout.Layout, c *console.Console) (string, error) {
	// Two at once would take twice as long, and each has nothing to add.
	lock, err := l.WaitLock(ctx, "build-temporal")
	if err != nil {
		return "", err
	}
	defer lock.Unlock() //nolint:errcheck // closing gives it back in any case

	want, err := pinnedVersion(ctx, l)
	if err != nil {
		return "", err
	}
	binary := l.Bin(toolName)
	if builtVersion(binary) == want || toldVersion(ctx, binary) == want {
		return binary, nil
	}
	err = published.fetch(ctx, l, c, want)
	if err == nil {
		return binary, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	c.Printf("  Compiling Temporal %s, which takes some minutes the first time, for its own build cannot be fetched: %v", want, err)
	return binary, compile(ctx, l, c, want)
}

func pinnedVersion(ctx context.Context, l layout.Layout) (string, error) {
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", cliModule)
	list.Dir = l.Module(pinnedIn)
	out, err := list.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("read Temporal's version from %s/go.mod: %w: %s", pinnedIn, err, exit.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("read Temporal's version from %s/go.mod: %w", pinnedIn, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// builtVersion reads the version that the linker wrote into the program: a stamp
// that cannot get lost or disagree with it. It is empty if there is no program.
func builtVersion(binary string) string {
	info, err := buildinfo.ReadFile(binary)
	if err != nil || info.Path != cliPackage {
		return ""
	}
	for _, dep := range append(info.Deps, &info.Main) {
		if dep.Path == cliModule {
			return dep.Version
		}
	}
	return ""
}

// toldVersion is what a program says of itself that Temporal has built. Its linker wrote no
// version that could be read.
func toldVersion(ctx context.Context, binary string) string {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, "--version").Output()
	words := strings.Fields(string(out)) // temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)
	if err != nil || len(words) < 3 || words[0] != toolName {
		return ""
	}
	return "v" + words[2]
}

func compile(ctx context.Context, l layout.Layout, c *console.Console, version string) error {
	step := c.Step("Temporal")
	unfinished := l.Bin(unfinishedName)
	err := goBuild(l, version, unfinished, newBuildProgress(step).line).Run(ctx)
	if err == nil {
		err = os.Rename(unfinished, l.Bin(toolName))
	}
	if err := step.End(err, "compiled, kept as .dev/bin/temporal"); err != nil {
		return fmt.Errorf("compile the Temporal development server: %w", err)
	}
	return nil
}

func goBuild(l layout.Layout, version, out string, onLine func(string)) process.Command {
	link := fmt.Sprintf("-s -w -X %s/temporalcli.Version=%s", cliModule, strings.TrimPrefix(version, "v"))
	return process.Command{
		Path:   "go",
		Args:   []string{"build", "-v", "-buildvcs=false", "-tags", tags, "-ldflags", link, "-o", filepath.Clean(out), cliPackage},
		Dir:    l.Module(pinnedIn),
		OnLine: onLine,
	}
}

// buildProgress counts what `go build -v` prints: a line for each module that it
// downloads and for each package that it compiles.
type buildProgress struct {
	step              *console.Step
	modules, packages int
}

func newBuildProgress(step *console.Step) *buildProgress {
	step.Detail("looking what there is to compile")
	return &buildProgress{step: step}
}

func (p *buildProgress) line(text string) {
	if strings.HasPrefix(text, "go: downloading ") {
		p.modules++
		p.step.Detail("%d modules downloaded", p.modules)
		return
	}
	p.packages++
	p.step.Detail("%d of up to %d packages compiled", p.packages, packagesInAll)
}
