package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"cloudsync/cloud/mock"
	"cloudsync/dev/bench"
	"cloudsync/dev/benchindex"
	"cloudsync/dev/commandline"
	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/setup"
)

func newRoot() *cobra.Command {
	return commandline.Root("benchmarks", "Measure cloudsync on this machine", newRuns(), newIndex())
}

func newRuns() *cobra.Command {
	var hosts, scopes int
	var edges, fair bool
	var format, plot, profiles string
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "Measure whole runs beside what the same rows cost without this program",
		Args:  cobra.NoArgs,
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if hosts < 0 || hosts > mock.MaxHosts {
				return fmt.Errorf("cannot measure %d hosts: write 1 to %d, or 0 for all sizes", hosts, mock.MaxHosts)
			}
			plans := bench.Plans(hosts)
			if scopes != 0 {
				some, ok := bench.PlansOfScopes(scopes)
				if !ok || hosts != 0 {
					return fmt.Errorf("cannot measure %d scopes: write 2000 or 20000, without a number of hosts", scopes)
				}
				plans = some
			}
			if fair && hosts+scopes == 0 {
				plans = nil
			}
			c := console.New(os.Stderr)
			programs, err := setup.Servers(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			return bench.Run(cmd.Context(), bench.Options{
				Layout: l, Console: c, Programs: programs, Plans: plans, Edges: edges || hosts+scopes == 0 && !fair, Fair: fair || hosts+scopes == 0,
				JSON: format == "json", Out: os.Stdout, Plot: plot, Profiles: profiles,
			})
		}),
	}
	cmd.Flags().IntVar(&hosts, "hosts", 0, "measure this many hosts only (default 10,000, 100,000 and 1,000,000); 10,000,000 beside 1,000,000")
	cmd.Flags().IntVar(&scopes, "scopes", 0, "measure 100,000 hosts in this many scopes only: 2000 or 20000")
	cmd.Flags().BoolVar(&edges, "edges", false, "measure several workers and a slow cloud, too (with --hosts or --scopes; else always)")
	cmd.Flags().BoolVar(&fair, "fair", false, "measure quick accounts beside a slow one, and nothing else that is not asked for")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&plot, "plot", "", "draw a plot into this .svg or .png file")
	cmd.Flags().StringVar(&profiles, "profiles", "", "leave the worker's profiles of each case in this folder")
	return cmd
}

func newIndex() *cobra.Command {
	var hosts int
	var format string
	cmd := &cobra.Command{
		Use:   "index",
		Short: "Measure the server over the inventory beside the same questions in SQL",
		Args:  cobra.NoArgs,
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if hosts < benchindex.MinHosts || hosts > benchindex.MaxHosts {
				return fmt.Errorf("cannot measure %d hosts: write %d to %d", hosts, benchindex.MinHosts, benchindex.MaxHosts)
			}
			c := console.New(os.Stderr)
			database, err := setup.Database(cmd.Context(), l, machine.Local(), c)
			if err != nil {
				return err
			}
			return benchindex.Run(cmd.Context(), benchindex.Options{Layout: l, Console: c, Database: database, Hosts: hosts}, os.Stdout, format == "json")
		}),
	}
	cmd.Flags().IntVar(&hosts, "hosts", 1_000_000, "measure with this many hosts")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// checkFormat refuses a format in which no benchmark writes.
func checkFormat(format string) error {
	if format != "table" && format != "json" {
		return fmt.Errorf("unknown format %q: write table or json", format)
	}
	return nil
}
