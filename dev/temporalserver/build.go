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

// Build compiles the Temporal command-line tool, which has the development
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
	binary := l.Bin("temporal")
	if builtVersion(binary) == want {
		return binary, nil
	}
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

func compile(ctx context.Context, l layout.Layout, c *console.Console, version string) error {
	c.Printf("  Compiling Temporal %s, which takes some minutes the first time.", version)
	step := c.Step("Temporal")
	// A name of its own until it is whole, so that an interrupted build is not
	// taken for a finished one.
	unfinished := l.Bin("temporal.new")
	err := goBuild(l, version, unfinished, newBuildProgress(step).line).Run(ctx)
	if err == nil {
		err = os.Rename(unfinished, l.Bin("temporal"))
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
