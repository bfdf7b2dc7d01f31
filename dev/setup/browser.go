package setup

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cloudsync/dev/archive"
	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/process"
)

// chromium is Debian's package, with fonts for what names of resources may have: Arabic and
// Hebrew, emoji, Chinese.
var chromium = []string{"chromium", "fonts-dejavu-core", "fonts-noto-color-emoji", "fonts-wqy-microhei"}

// axe checks whether people can use a page who do not see it, or have no mouse. It is
// fetched, not kept here: its license is another one.
const (
	axePackage = "axe-core@4.14.1"
	// axeSHA512 is what the registry tells as the package's integrity.
	axeSHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
	// axeMember is the script in the package.
	axeMember = "package/axe.min.js"
	maxAxe    = 8 << 20 // bytes
)

// Browser finds or installs what looks at pages in tests: a browser, and the script that
// checks them. Where they cannot be had, people go on without, and are told; what continuous
// integration lets through was looked at.
func Browser(ctx context.Context, l layout.Layout, m machine.Machine, c *console.Console) error {
	err := errors.Join(ensureChromium(ctx, m, c), ensureAxe(ctx, l, m, c))
	if err != nil && ctx.Err() == nil && os.Getenv(ciVariable) != "true" {
		c.Printf("  Going on without a browser: the tests with it fail. %v", err)
		return nil
	}
	return err
}

// ensureChromium takes any browser of its family. Fonts are looked for where Debian's
// packages bring them.
func ensureChromium(ctx context.Context, m machine.Machine, c *console.Console) error {
	found := m.First(machine.Browsers...) != ""
	if found && (m.First("dpkg") == "" || hasPackages(ctx, m, chromium[1:])) {
		return nil
	}
	wanted := chromium
	if found {
		wanted = chromium[1:]
	}
	step := c.Step("Chromium")
	err := m.AptInstall(ctx, func(line string) { step.Detail("%s", line) }, wanted...)
	if errors.Is(err, machine.ErrCannotInstall) && found {
		return step.End(nil, "its fonts may lack Chinese and emoji: install %v", wanted)
	}
	if errors.Is(err, machine.ErrCannotInstall) {
		err = fmt.Errorf("no Chromium or Chrome was found: install the packages %v\n(%w)", wanted, err)
	}
	return step.End(err, "%v installed with apt-get", wanted)
}

func hasPackages(ctx context.Context, m machine.Machine, packages []string) bool {
	return m.Run(ctx, process.Command{Path: "dpkg", Args: append([]string{"-s"}, packages...), Dir: os.TempDir()}) == nil
}

// ensureAxe fetches the script with npm, from the registry for which that is configured.
func ensureAxe(ctx context.Context, l layout.Layout, m machine.Machine, c *console.Console) error {
	lock, err := l.WaitLock(ctx, "fetch-axe")
	if err != nil {
		return err
	}
	defer lock.Unlock() //nolint:errcheck // closing gives it back in any case
	stamp := l.Path("axe", "package")
	if fetched, err := os.ReadFile(stamp); err == nil && string(fetched) == axePackage {
		return nil
	}
	step := c.Step("axe-core")
	err = fetchAxe(ctx, l, m)
	if err == nil {
		err = os.WriteFile(stamp, []byte(axePackage), 0o644)
	}
	return step.End(err, "%s fetched with npm, kept in .dev/axe", axePackage)
}

func fetchAxe(ctx context.Context, l layout.Layout, m machine.Machine) error {
	npm := m.First("npm")
	if npm == "" {
		return fmt.Errorf("no npm was found, which fetches %s: install npm", axePackage)
	}
	dir := l.Path("axe")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of axe-core: %w", err)
	}
	work, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return fmt.Errorf("make a folder to fetch to: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // .dev is where things may lie
	pack := process.Command{Path: npm, Args: []string{"pack", "--silent", "--ignore-scripts", axePackage}, Dir: work}
	if err := m.Run(ctx, pack); err != nil {
		return fmt.Errorf("fetch %s: %w", axePackage, err)
	}
	tarballs, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(tarballs) != 1 {
		return fmt.Errorf("fetch %s: npm left %d packages and not one", axePackage, len(tarballs))
	}
	tarball, err := os.ReadFile(tarballs[0])
	if err != nil {
		return fmt.Errorf("read %s: %w", axePackage, err)
	}
	script, err := checkedMember(tarball, axeSHA512, axeMember)
	if err != nil {
		return fmt.Errorf("%s: %w", axePackage, err)
	}
	return os.WriteFile(l.Axe(), script, 0o644)
}

// checkedMember is a file of a package that has the checksum.
func checkedMember(tarball []byte, sum, name string) ([]byte, error) {
	if got := sha512.Sum512(tarball); base64.StdEncoding.EncodeToString(got[:]) != sum {
		return nil, errors.New("the package is another one than expected: its SHA-512 differs")
	}
	script, err := archive.Open(tarball, name, maxAxe)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(script)
}
