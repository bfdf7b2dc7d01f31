package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/discovery"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/untrusted"
)

const inventoryHelp = `Prints the inventory as Ansible's inventory scripts do. Such a script is

  #!/bin/sh
  exec starter --config /etc/cloudsync.yaml inventory "$@"

and ` + "`ansible-inventory -i SCRIPT --graph`" + ` shows what Ansible makes of it: groups by
provider, account, region and node of the service tree, and all columns as
variables cloudsync_COLUMN. Resources that do not have such an address are left
out; the variable cloudsync_left_out of the group all says how many.

A query narrows down what is there: {stree_group="inf",tag_env!="test"}.`

// inventoryOptions are what the command's flags ask for.
type inventoryOptions struct {
	list                bool
	host, kind, address string
}

func (p *Program) inventoryCommand() *cobra.Command {
	var opts inventoryOptions
	cmd := &cobra.Command{
		Use: "inventory {--list | --host NAME} [QUERY]", Short: "Print the hosts as an inventory script of Ansible", Long: inventoryHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.list == (opts.host != "") {
				return errors.New("write either --list or --host NAME, as Ansible does")
			}
			scope, choice, err := p.inventoryScope(opts, args)
			if err != nil {
				return err
			}
			return p.withReader(cmd.Context(), func(reader inventory.Reader) error {
				return p.inventory(cmd.Context(), reader, scope, choice, opts)
			})
		},
	}
	p.addServerFlag(cmd)
	cmd.Flags().BoolVar(&opts.list, "list", false, "all groups and hosts, with their variables")
	cmd.Flags().StringVar(&opts.host, "host", "", "the variables of the host `NAME` alone")
	cmd.Flags().StringVar(&opts.kind, "kind", resource.HostKind.Name(), "`KIND` of the resources")
	cmd.Flags().StringVar(&opts.address, "address", "", "`ADDRESS` that Ansible connects to: private, public or ipv6 (default: the usual one of the kind, which is private)")
	return cmd
}

func (p *Program) inventoryScope(opts inventoryOptions, args []string) (scope inventory.Scope, choice discovery.Address, err error) {
	if choice, err = discovery.ParseAddress(opts.address); err != nil {
		return scope, "", fmt.Errorf("--address: %w", err)
	}
	kind, err := discovery.KindNamed(p.kinds, opts.kind)
	if err != nil {
		return scope, "", fmt.Errorf("--kind: %w", err)
	}
	scope.Kinds = []*resource.Kind{kind}
	scope.Query, err = query.Parse(strings.Join(args, " "), []*query.Schema{query.SchemaOf(kind)})
	return scope, choice, err
}

func (p *Program) inventory(ctx context.Context, reader inventory.Reader, scope inventory.Scope, choice discovery.Address, opts inventoryOptions) error {
	hosts, err := discovery.NewAnsible(ctx, discovery.FromReader(reader), scope, choice)
	if err != nil {
		return err
	}
	if opts.list {
		return p.writeInventory(hosts)
	}
	variables, known := hosts.Host(opts.host)
	if !known {
		return fmt.Errorf("no host is called %q: --list shows all", opts.host)
	}
	return p.writeInventory(json.RawMessage(variables))
}

func (p *Program) writeInventory(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode the inventory: %w", err)
	}
	if _, err := p.out.Writer().Write(append(untrusted.JSON(text), '\n')); err != nil {
		return fmt.Errorf("write the inventory: %w", err)
	}
	return nil
}
