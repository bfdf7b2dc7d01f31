package operate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.temporal.io/sdk/client"

	"cloudsync/resource"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/workflows"
)

const (
	maxDigests = 1000 // of an approval
	// MaxNote is the longest note of a decision, in characters.
	MaxNote = 500
	maxOnly = 100 // scopes of a plan
)

// Approve begins a task: a run of the kind that carries the approval of the held sets with
// these digests. It goes on after the context.
func (d *Desk) Approve(ctx context.Context, kind string, digests []string, by, note string) (Task, error) {
	by, err := d.signer(kind, by)
	if err != nil {
		return Task{}, err
	}
	if digests, err = canonical(digests); err != nil {
		return Task{}, err
	}
	if note, err = reason(note); err != nil {
		return Task{}, err
	}
	if note, err = workflows.ApprovalNote(note); err != nil {
		return Task{}, &Refusal{Err: err}
	}
	return d.begin(ctx, Task{Kind: kind, By: by, What: approve, Digests: digests, Note: note})
}

// RunNow begins a task: a run of the kind out of turn. It goes on after the context.
func (d *Desk) RunNow(ctx context.Context, kind, by string) (Task, error) {
	by, err := d.signer(kind, by)
	if err != nil {
		return Task{}, err
	}
	return d.begin(ctx, Task{Kind: kind, By: by, What: run})
}

// Pause keeps the schedule of the kind from starting runs. A run that is under way goes on.
func (d *Desk) Pause(ctx context.Context, kind, note, by string) error {
	return d.mark(ctx, schedule.Pause, kind, note, by)
}

// Resume lets the schedule of the kind start runs again.
func (d *Desk) Resume(ctx context.Context, kind, note, by string) error {
	return d.mark(ctx, schedule.Resume, kind, note, by)
}

// mark changes the state of a schedule, for a reason.
func (d *Desk) mark(
	ctx context.Context, change func(context.Context, client.Client, string, string) (schedule.Change, error), kind, note, by string,
) error {
	by, err := d.signer(kind, by)
	if err != nil {
		return err
	}
	if note, err = reason(note); err != nil {
		return err
	}
	defer d.schedules.forget() // also where the answer got lost
	var done schedule.Change
	err = d.decide(ctx, func(ctx context.Context, c client.Client) (err error) {
		done, err = change(ctx, c, kind, fmt.Sprintf("%s (%s)", note, by)) // as the command line signs
		return err
	})
	if err != nil {
		return err
	}
	d.Log.InfoContext(ctx, "an operator changed a schedule", "change", done.Action, "kind", kind, "by", by, "note", note)
	return nil
}

// Plan starts a plan of the kind, of these scopes alone where any are named.
func (d *Desk) Plan(ctx context.Context, kind string, only []string, by string) (execution.Run, error) {
	by, err := d.signer(kind, by)
	if err != nil {
		return execution.Run{}, err
	}
	if len(only) > maxOnly {
		return execution.Run{}, refused("a plan can be narrowed to %d scopes at most, not %d", maxOnly, len(only))
	}
	if slices.Contains(only, "") {
		return execution.Run{}, refused("a scope is missing: write it as provider/account/region")
	}
	var started execution.Run
	err = d.decide(ctx, func(ctx context.Context, c client.Client) (err error) {
		started, err = schedule.StartPlan(ctx, c, d.Namespace, kind, workflows.Plan{Only: only})
		return err
	})
	if err != nil {
		return execution.Run{}, err
	}
	d.Log.InfoContext(ctx, "an operator started a plan", "kind", kind, "by", by, "run", started.RunID)
	return started, nil
}

// decide does what an operator asked for. What Temporal says against it is for the operator.
func (d *Desk) decide(ctx context.Context, do func(context.Context, client.Client) error) error {
	return d.call(ctx, callLimit, func(ctx context.Context, c client.Client) error {
		err := do(ctx, c)
		if err == nil || execution.Passes(err) {
			return err
		}
		return &Refusal{Err: err}
	})
}

// signer is who decides something of a kind.
func (d *Desk) signer(kind, by string) (string, error) {
	if !slices.Contains(d.Kinds, kind) {
		return "", refused("there is no kind %q", kind)
	}
	if by = clean(by); by == "" {
		return "", refused("nobody is named who decides: log in")
	}
	return by, nil
}

// reason is a note for whoever wonders later.
func reason(note string) (string, error) {
	note = clean(note)
	if note == "" {
		return "", refused("the note is missing: say why, for whoever wonders later")
	}
	if length := utf8.RuneCountInString(note); length > MaxNote {
		return "", refused("the note has %d characters: write at most %d", length, MaxNote)
	}
	return note, nil
}

// clean is a text that Temporal takes.
func clean(text string) string { return strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD") }

// canonical are the digests as reports write them, each once, in order: however they were
// sent, they are compared as texts.
func canonical(digests []string) ([]string, error) {
	if len(digests) == 0 {
		return nil, refused("no held set is named: choose at least one")
	}
	if len(digests) > maxDigests {
		return nil, refused("an approval can name %d held sets at most, not %d: approve some, then the others", maxDigests, len(digests))
	}
	read := make([]string, 0, len(digests))
	for _, text := range digests {
		var digest resource.Digest
		if err := digest.UnmarshalText([]byte(text)); err != nil {
			return nil, refused("%q is no digest of a held set", text)
		}
		read = append(read, digest.String())
	}
	slices.Sort(read)
	return slices.Compact(read), nil
}
