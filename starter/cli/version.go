package cli

import (
	"github.com/spf13/cobra"

	"cloudsync/monitor"
)

func (p *Program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say what the program was built from",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := monitor.ReadBuild()
			return p.show(b, func() { p.out.Line("starter %s", b) })
		},
	}
}
