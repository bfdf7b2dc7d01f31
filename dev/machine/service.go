package machine

import (
	"context"
	"fmt"
)

// StopService stops a system service that a package started just because it was
// installed, and keeps systemd from starting it at the next boot.
func (m Machine) StopService(ctx context.Context, name string) error {
	root, err := m.asRoot(ctx)
	if err != nil {
		return err
	}
	command := []string{"service", name, "stop"}
	if m.Systemd {
		command = []string{"systemctl", "disable", "--now", name}
	}
	if err := m.Run(ctx, root(command, nil)); err != nil {
		return fmt.Errorf("stop the system's own %s: %w", name, err)
	}
	return nil
}
