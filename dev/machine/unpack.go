package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cloudsync/dev/process"
)

// ErrCannotUnpack says that packages of another release cannot be had here.
var ErrCannotUnpack = errors.New("packages of another release cannot be had")

// Unstable is Debian's release that has the newest of everything.
const Unstable = "sid"

// AptUnpack unpacks packages of another release of Debian, and all that they need, to a
// folder, and installs nothing: apt keeps its state in the folder work, and takes the
// archive that this machine is configured for. It needs no rights.
func (m Machine) AptUnpack(ctx context.Context, release, dir, work string, onLine func(string), packages ...string) error {
	if m.First("apt-get") == "" || m.First("dpkg-deb") == "" {
		return fmt.Errorf("%w: there is no apt-get", ErrCannotUnpack)
	}
	archive, err := m.archive(ctx)
	if err != nil {
		return err
	}
	apt := foreignApt{machine: m, work: work, onLine: onLine}
	if err := apt.prepare(archive, release); err != nil {
		return fmt.Errorf("prepare apt's folder: %w", err)
	}
	if err := apt.run(ctx, "update"); err != nil {
		return fmt.Errorf("%w: %w", ErrCannotUnpack, err)
	}
	download := append([]string{"install", "-y", "--no-install-recommends", "--download-only"}, packages...)
	if err := apt.run(ctx, download...); err != nil {
		return fmt.Errorf("%w: %w", ErrCannotUnpack, err)
	}
	return apt.unpackAll(ctx, dir)
}

// archive is the Debian archive that apt is configured for, in the order of its lists.
func (m Machine) archive(ctx context.Context) (site string, err error) {
	const format = "$(SITE)|$(RELEASE)|$(ORIGIN)|$(LABEL)"
	take := func(line string) {
		if target := strings.Split(line, "|"); site == "" && len(target) == 4 && isDebian(target[0], target[1], target[2], target[3]) {
			site = target[0]
		}
	}
	ask := process.Command{Path: "apt-get", Args: []string{"indextargets", "--format", format}, Dir: os.TempDir(), OnLine: take}
	if err := m.Run(ctx, ask); err != nil {
		return "", fmt.Errorf("%w: %w", ErrCannotUnpack, err)
	}
	if site == "" {
		return "", fmt.Errorf("%w: apt is configured for no archive of Debian", ErrCannotUnpack)
	}
	return site, nil
}

// isDebian tells Debian's own archive from others. Before the first apt-get update, the
// origin is not known.
func isDebian(site, release, origin, label string) bool {
	if strings.HasPrefix(origin, "$") || origin == "" {
		return strings.Contains(site, "debian") && !strings.Contains(release, "security")
	}
	return origin == "Debian" && label == "Debian"
}

// foreignApt is apt with a state of its own.
type foreignApt struct {
	machine Machine
	work    string
	onLine  func(string)
}

// The keyring of package debian-archive-keyring, under its two names.
var keyrings = []string{"/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"}

func (a foreignApt) prepare(archive, release string) error {
	signed := ""
	for _, keyring := range keyrings {
		if _, err := os.Stat(keyring); err == nil {
			signed = "[signed-by=" + keyring + "] "
			break
		}
	}
	source := fmt.Sprintf("deb %s%s %s main\n", signed, archive, release)
	return errors.Join(
		os.MkdirAll(filepath.Join(a.work, "lists", "partial"), 0o755),
		os.MkdirAll(filepath.Join(a.debs(), "partial"), 0o755),
		os.WriteFile(filepath.Join(a.work, "status"), nil, 0o644),
		os.WriteFile(a.sources(), []byte(source), 0o644),
	)
}

func (a foreignApt) sources() string { return filepath.Join(a.work, "sources.list") }
func (a foreignApt) debs() string    { return filepath.Join(a.work, "cache", "archives") }

func (a foreignApt) run(ctx context.Context, args ...string) error {
	options := []string{"-q"}
	for _, option := range []string{
		"Dir::Etc::sourcelist=" + a.sources(), "Dir::Etc::sourceparts=-", "Dir::Etc::preferencesparts=-",
		"Dir::State::lists=" + filepath.Join(a.work, "lists"), "Dir::State::status=" + filepath.Join(a.work, "status"),
		"Dir::State::extended_states=" + filepath.Join(a.work, "extended"), "Dir::Cache=" + filepath.Join(a.work, "cache"),
		"Acquire::Languages=none", "pkgCacheGen::Essential=none",
		// apt would drop its rights to a user who cannot write to a checkout.
		"APT::Sandbox::User=root", "Debug::NoLocking=1",
		"Acquire::Retries=2", "Acquire::http::Timeout=20", "Acquire::https::Timeout=20",
	} {
		options = append(options, "-o", option)
	}
	return a.machine.Run(ctx, process.Command{Path: "apt-get", Args: append(options, args...), Dir: os.TempDir(), OnLine: a.onLine})
}

func (a foreignApt) unpackAll(ctx context.Context, dir string) error {
	packages, err := filepath.Glob(filepath.Join(a.debs(), "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range packages {
		a.onLine("unpacking " + filepath.Base(file))
		if err := a.machine.Run(ctx, process.Command{Path: "dpkg-deb", Args: []string{"-x", file, dir}}); err != nil {
			return fmt.Errorf("unpack a package: %w", err)
		}
	}
	return nil
}
