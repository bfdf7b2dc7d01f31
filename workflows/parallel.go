package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"cloudsync/resource"
)

// turns are how the parts of a work that may be done at once are given their turns.
type turns struct {
	atOnce int
	// of is the account that a part is of. Accounts are treated alike: the next turn is
	// for the first part of one that has the fewest. So a slow account, however large,
	// keeps no other from being done. nil: they are all of one.
	of func(i int) resource.Account
	// waits says that a part is not to begin yet. While some do, others are at work; nil:
	// none waits.
	waits func(i int) bool
	// name is what a part's coroutine is called in traces.
	name func(i int) string
}

// each does something for each of n, and waits for all, on a cancelled run too: once
// cancelled, the rest is begun without a turn, fails at its first activity, and has its
// record.
func (t turns) each(ctx workflow.Context, n int, do func(ctx workflow.Context, i int)) {
	waiting := make([]int, n)
	for i := range n {
		waiting[i] = i
	}
	var begun, ended int
	working := map[resource.Account]int{}
	disconnected, _ := workflow.NewDisconnectedContext(ctx)
	for len(waiting) > 0 {
		at := -1
		_ = workflow.Await(disconnected, func() bool { // nobody cancels it
			at = t.next(waiting, working)
			return ctx.Err() != nil || at >= 0 && begun-ended < max(1, t.atOnce)
		})
		at = max(0, at)
		i := waiting[at]
		waiting = slices.Delete(waiting, at, at+1)
		begun++
		working[t.account(i)]++
		workflow.GoNamed(ctx, t.name(i), func(ctx workflow.Context) {
			defer func() {
				ended++
				working[t.account(i)]--
			}()
			do(ctx, i)
		})
	}
	_ = workflow.Await(disconnected, func() bool { return ended == begun })
}

// next is the place of the part whose turn it is; -1 while all wait.
func (t turns) next(waiting []int, working map[resource.Account]int) int {
	at := -1
	for place, i := range waiting {
		if t.waits != nil && t.waits(i) {
			continue
		}
		if at < 0 || working[t.account(i)] < working[t.account(waiting[at])] {
			at = place
		}
	}
	return at
}

func (t turns) account(i int) resource.Account {
	if t.of == nil {
		return resource.Account{}
	}
	return t.of(i)
}

// together does all at once.
func together(ctx workflow.Context, do ...func(workflow.Context)) {
	all := turns{atOnce: len(do), name: func(int) string { return "together" }}
	all.each(ctx, len(do), func(ctx workflow.Context, i int) { do[i](ctx) })
}
