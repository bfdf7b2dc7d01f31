package cli

import (
	"github.com/spf13/cobra"

	"cloudsync/store"
)

func (p *Program) migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withStore(cmd.Context(), func(s *store.Store) error {
				applied, err := s.Migrate(cmd.Context())
				if err != nil {
					return err
				}
				// An empty list, not null, where there was nothing to apply.
				return p.show(append([]string{}, applied...), func() { p.showMigrations(applied) })
			})
		},
	}
}

func (p *Program) showMigrations(applied []string) {
	if len(applied) == 0 {
		p.out.Line("schema is up to date")
	}
	for _, name := range applied {
		p.out.Line("applied %s", name)
	}
}
