package machine

import (
	"context"
	"fmt"
	"os"

	"cloudsync/dev/process"
)

// lockPatience lets another package installation finish first.
const lockPatience = "DPkg::Lock::Timeout=300"

// AptInstall installs Debian packages, without those they merely recommend.
// Each line that apt-get prints goes to onLine.
func (m Machine) AptInstall(ctx context.Context, onLine func(string), packages ...string) error {
	root, err := m.asRoot(ctx)
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"update", "-q"},
		append([]string{"install", "-q", "-y", "--no-install-recommends"}, packages...),
	} {
		apt := append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", lockPatience}, args...)
		if err := m.Run(ctx, root(apt, onLine)); err != nil {
			return fmt.Errorf("install with apt-get: %w", err)
		}
	}
	return nil
}

// privileged makes a command one that root runs.
type privileged func(command []string, onLine func(string)) process.Command

func (m Machine) asRoot(ctx context.Context) (privileged, error) {
	if m.First("apt-get") == "" {
		return nil, ErrCannotInstall
	}
	if m.Root {
		return asIs, nil
	}
	if m.First("sudo") == "" || m.Run(ctx, withSudo([]string{"true"}, nil)) != nil {
		return nil, ErrCannotInstall
	}
	return withSudo, nil
}

func asIs(command []string, onLine func(string)) process.Command {
	return process.Command{Path: command[0], Args: command[1:], Dir: os.TempDir(), OnLine: onLine}
}

// withSudo never asks for a password: there may be nobody to answer.
func withSudo(command []string, onLine func(string)) process.Command {
	return asIs(append([]string{"sudo", "-n"}, command...), onLine)
}
