package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/history"
	"cloudsync/store"
)

const restoreHelp = `Puts deleted rows back as they were: those that a run deleted, or one resource
as of its last deletion. Rows that are in the inventory again are left alone,
and so are resources that changed since. The plan comes first; --yes carries it
out, or the answer on a terminal.

A restore is recorded like a run, with who asked for it and why. The next sync
treats the rows like any others: what the cloud lacks, it deletes again. Pause
the schedule before, if that is what you expect.

Exit status: 0 done, or there was nothing to do; 2 nothing was restored: it was
a plan; 3 some rows could not be stored; 1 any other error.`

// restoreOptions are the flags of restore.
type restoreOptions struct {
	run, uid, note string
	yes            bool
}

func (p *Program) restoreCommand() *cobra.Command {
	var opts restoreOptions
	cmd := &cobra.Command{
		Use: "restore (--run RUN | --uid UID)", Short: "Put deleted rows back", Long: restoreHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (opts.run == "") == (opts.uid == "") {
				return errors.New("say what to restore: --run RUN for all rows that a run deleted, or --uid UID for one resource")
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error { return p.restore(cmd.Context(), s, opts) })
		},
	}
	cmd.Flags().StringVar(&opts.run, "run", "", "what this `RUN` deleted: a number, an id or its beginning, or latest")
	cmd.Flags().StringVar(&opts.uid, "uid", "", "the resource with this `UID`")
	cmd.Flags().StringVar(&opts.note, "note", "", "why; recorded with the restore")
	cmd.Flags().BoolVar(&opts.yes, "yes", false, "do it, without a question")
	return cmd
}

// restoreSample is how many rows of a plan are shown.
const restoreSample = 20

func (p *Program) restore(ctx context.Context, s *store.Store, opts restoreOptions) error {
	target, err := p.restoreTarget(ctx, s, opts)
	if err != nil {
		return err
	}
	plan, err := s.PlanRestore(ctx, target.Deleted, restoreSample)
	if err != nil {
		return err
	}
	view := newRestoreView(target, plan)
	if !p.json() {
		p.showRestorePlan(target, plan)
	}
	if plan.Restored == 0 {
		return p.show(view, func() {})
	}
	agreed, err := p.agreesToRestore(ctx, opts, plan)
	switch {
	case err != nil:
		return err
	case agreed:
		return p.carryOut(ctx, s, target, opts.note, view)
	default:
		return firstError(p.show(view, p.showNotRestored), changesError{})
	}
}

func (p *Program) agreesToRestore(ctx context.Context, opts restoreOptions, plan store.RestorePlan) (bool, error) {
	if opts.yes || p.json() {
		return opts.yes, nil
	}
	return p.ask(ctx, fmt.Sprintf("Put back %s?", plural(plan.Restored, "row")))
}

func (p *Program) showNotRestored() {
	if p.asks() {
		p.out.Line("nothing is restored")
		return
	}
	p.out.Line("nothing is restored: add --yes")
}

// carryOut restores and tells what became of it, also where it was interrupted.
func (p *Program) carryOut(ctx context.Context, s *store.Store, target restoreTarget, note string, view restoreView) error {
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: p.who(), Note: note}
	live := p.err.Live()
	counts, err := s.Restore(ctx, target.Deleted, order, func(counts store.RestoreCounts) {
		live.Show("", fmt.Sprintf("%d of %d put back", counts.Restored, view.ToRestore))
	})
	live.Clear()
	view.carriedOut(order.RunID, counts)
	shown := p.show(view, func() { p.showRestored(target, order.RunID, counts) })
	switch {
	case err != nil:
		return fmt.Errorf("%w: what was put back is recorded as run %s; the same command continues", err, order.RunID)
	case shown == nil && counts.Refused > 0:
		return outcomeError{outcome: activities.Partial}
	default:
		return shown
	}
}

// restoreTarget is what is to be put back.
type restoreTarget struct {
	store.Deleted
	run    *store.Run // the record of the run that deleted it, where that was asked for and is kept
	places map[int64]string
}

// restoreTarget finds out what the flags mean.
func (p *Program) restoreTarget(ctx context.Context, s *store.Store, opts restoreOptions) (target restoreTarget, err error) {
	if target.UID, err = history.ParseUID(opts.uid); err != nil {
		return target, fmt.Errorf("--uid %w", err)
	}
	if opts.run != "" {
		if target.run, target.RunID, err = p.deletingRun(ctx, s, opts.run); err != nil {
			return target, err
		}
	}
	name, err := s.DeletedKind(ctx, target.Deleted)
	if errors.Is(err, store.ErrNotFound) {
		return target, nothingDeleted(target.Deleted)
	}
	if err != nil {
		return target, err
	}
	if target.Kind, err = p.kinds.Kind(name); err != nil {
		return target, fmt.Errorf("restore rows of a kind that this program no longer has: %w", err)
	}
	scopes, err := s.KnownScopes(ctx, name)
	target.places = make(map[int64]string, len(scopes))
	for _, known := range scopes {
		target.places[known.ID] = known.Scope.Place()
	}
	return target, err
}

// deletingRun finds the run of that name: its record, or where that is no longer
// kept, its changes.
func (p *Program) deletingRun(ctx context.Context, s *store.Store, name string) (*store.Run, string, error) {
	run, err := history.FindRun(ctx, s, p.kinds, name)
	if err == nil {
		return &run, run.RunID, nil
	}
	if _, unknown := s.DeletedKind(ctx, store.Deleted{RunID: name}); unknown == nil {
		return nil, name, nil
	}
	return nil, "", err
}

func nothingDeleted(deleted store.Deleted) error {
	if deleted.RunID == "" {
		return fmt.Errorf("no deletion of %s is recorded: `starter changes --uid %s` shows what is", deleted.UID, deleted.UID)
	}
	return fmt.Errorf("run %s deleted nothing: `starter changes --op delete` shows which runs did", deleted.RunID)
}
