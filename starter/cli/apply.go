package cli

import (
	"github.com/spf13/cobra"

	"cloudsync/starter/schedule"
)

func (p *Program) applyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "apply",
		Short: "Make the schedules what the configuration says",
		Long: `Makes the schedules what the configuration says: creates those that are
missing, updates those that differ, deletes those of kinds that are gone, pauses
all while public_cloud_sync.enable is false and resumes them afterwards, except
those that an operator paused. If notify has receivers, one more looks for what
they are told. Registers the search attributes. Prints what it
changed.`,
		Args: cobra.NoArgs,
		RunE: p.apply,
	}
}

func (p *Program) apply(cmd *cobra.Command, _ []string) error {
	cfg, err := p.loadConfig()
	if err != nil {
		return err
	}
	return p.withTemporal(cmd.Context(), func(c connection) error {
		applier := schedule.Applier{
			Temporal: c, Namespace: c.namespace, Kinds: p.kinds.Names(), Notify: cfg.Notify,
			Waiting: func(reason string) { p.err.Line("waiting: %s", reason) },
		}
		changes, err := applier.Apply(cmd.Context(), cfg.Sync)
		// Changes that were made before an error are shown.
		return firstError(err, p.show(changes, func() { p.showChanges(changes...) }))
	})
}

func (p *Program) showChanges(changes ...schedule.Change) {
	for _, change := range changes {
		p.out.Line("%s", change)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
