package mariadb

import (
	"context"
	"errors"
	"fmt"

	"cloudsync/dev/console"
	"cloudsync/dev/machine"
)

// systemAddress is where a server that a package starts would listen.
const systemAddress = "127.0.0.1:3306"

// Ensure finds a server program, and installs one if there is none and that is
// possible here; otherwise the error says what to install.
func Ensure(ctx context.Context, m machine.Machine, c *console.Console) (Installation, error) {
	found, err := Find(ctx, m)
	if !errors.Is(err, ErrNotInstalled) {
		return found, err
	}
	if err := install(ctx, m, c); err != nil {
		return Installation{}, err
	}
	return Find(ctx, m)
}

func install(ctx context.Context, m machine.Machine, c *console.Console) error {
	hadServer := m.Listening(systemAddress)
	step := c.Step("MariaDB")
	err := m.AptInstall(ctx, func(line string) { step.Detail("%s", line) }, "mariadb-server")
	if errors.Is(err, machine.ErrCannotInstall) {
		err = fmt.Errorf("%w\n(%w)", ErrNotInstalled, err)
	}
	if err := step.End(err, "mariadb-server installed with apt-get"); err != nil {
		return err
	}
	if hadServer || !m.Listening(systemAddress) {
		return nil
	}
	c.Printf("  Stopping the system-wide MariaDB that the package has just started.")
	return m.StopService(ctx, "mariadb")
}
