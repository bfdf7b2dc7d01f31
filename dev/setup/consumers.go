package setup

import (
	"context"
	"errors"
	"fmt"
	"os"

	"cloudsync/dev/console"
	"cloudsync/dev/machine"
)

// consumer is a program of others that reads what the inventory tells.
type consumer struct {
	name    string
	program string
	pack    string // Debian's package
	service string // that the package starts when it is installed
	address string // at which it would listen
}

// consumers are those that the tests start. They take 360 MB of the disk, of which 220 are time
// zones for Prometheus's own pages.
var consumers = []consumer{
	{name: "Prometheus", program: "prometheus", pack: "prometheus", service: "prometheus", address: "127.0.0.1:9090"},
	{name: "Ansible", program: "ansible-inventory", pack: "ansible-core"},
}

// Consumers finds or installs the programs that read what the inventory tells others. Where
// they cannot be had, people go on without, and are told; what continuous integration lets
// through was read by them.
func Consumers(ctx context.Context, m machine.Machine, c *console.Console) error {
	for _, consumer := range consumers {
		err := consumer.ensure(ctx, m, c)
		if err != nil && ctx.Err() == nil && os.Getenv(ciVariable) != "true" {
			c.Printf("  Going on without %s: the tests with it are skipped. %v", consumer.name, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o consumer) ensure(ctx context.Context, m machine.Machine, c *console.Console) error {
	if m.First(o.program) != "" {
		return nil
	}
	others := o.service != "" && m.Listening(o.address)
	step := c.Step(o.name)
	err := m.AptInstall(ctx, func(line string) { step.Detail("%s", line) }, o.pack)
	if errors.Is(err, machine.ErrCannotInstall) {
		err = fmt.Errorf("no %s was found: install the package %s\n(%w)", o.program, o.pack, err)
	}
	if err := step.End(err, "%s installed with apt-get", o.pack); err != nil || o.service == "" || others {
		return err
	}
	return m.StopService(ctx, o.service)
}
