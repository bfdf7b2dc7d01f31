package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// each does something for each of n, so many at a time, 0 for all at once, and waits for
// all, on a cancelled run too: once cancelled, the rest is begun without a turn, fails at
// its first activity, and has its record. name is what a coroutine is called in traces.
func each(ctx workflow.Context, n, atOnce int, name func(i int) string, do func(ctx workflow.Context, i int)) {
	if atOnce == 0 {
		atOnce = n
	}
	limit := workflow.NewSemaphore(ctx, int64(max(1, atOnce)))
	pending := workflow.NewWaitGroup(ctx)
	pending.Add(n)
	for i := range n {
		workflow.GoNamed(ctx, name(i), func(ctx workflow.Context) {
			defer pending.Done()
			if limit.Acquire(ctx, 1) == nil {
				defer limit.Release(1)
			}
			do(ctx, i)
		})
	}
	disconnected, _ := workflow.NewDisconnectedContext(ctx)
	pending.Wait(disconnected)
}

// together does all at once, and returns the first error in their order.
func together(ctx workflow.Context, do ...func(workflow.Context) error) error {
	errs := make([]error, len(do))
	each(ctx, len(do), 0, func(int) string { return "together" }, func(ctx workflow.Context, i int) { errs[i] = do[i](ctx) })
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
