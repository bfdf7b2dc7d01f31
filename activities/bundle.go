package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/semaphore"
)

// scopeInput is what an activity is given of a scope.
type scopeInput[In any] interface {
	*In
	of(kind string, run RunRef)
	place() string
	weight() int64
}

// onBundle does an activity's work for each scope of a bundle, some side by side. What is
// done is in the heartbeat, and no later attempt does it again. A scope whose failure
// may pass fails the attempt, once the others are done: the next attempt does what is
// left. Any other failure is that scope's result.
func onBundle[In any, P scopeInput[In], Out any](ctx context.Context, in Bundle[In], do func(context.Context, In, *position) (Out, error)) (Results[Out], error) {
	w := &bundleWork[Out]{done: map[int]Result[Out]{}, going: map[int]progress{}, beat: startBeat(ctx)}
	defer w.beat.stop()
	w.resume(ctx)
	turns := semaphore.NewWeighted(fullWeight)
	var all sync.WaitGroup
	begun := false
	for i := range in.Scopes {
		if w.isDone(i) {
			continue
		}
		if begun && w.beat.workerStops() {
			w.settle(i, P(&in.Scopes[i]).place(), *new(Out), temporalError(ctx, errWorkerStops))
			continue
		}
		begun = true
		weight := P(&in.Scopes[i]).weight()
		if turns.Acquire(ctx, weight) != nil {
			break
		}
		all.Go(func() {
			defer turns.Release(weight)
			scope := in.Scopes[i]
			P(&scope).of(in.Kind, in.Run)
			out, err := sheltered(ctx, func() (Out, error) { return do(ctx, scope, w.position(i)) })
			w.settle(i, P(&scope).place(), out, err)
		})
	}
	all.Wait()
	return w.results(ctx, len(in.Scopes))
}

// sheltered turns a panic into a failure: in a goroutine of its own it would end the worker.
func sheltered[Out any](ctx context.Context, do func() (Out, error)) (out Out, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			activity.GetLogger(ctx).Error("an activity panicked", "cause", cause, "stack", string(debug.Stack()))
			err = nonRetryable(PanicType, fmt.Errorf("panic: %v", cause))
		}
	}()
	return do()
}

// bundleWork is an attempt at a bundle.
type bundleWork[Out any] struct {
	beat  *beat
	mu    sync.Mutex
	done  map[int]Result[Out] // by the scope's place in the bundle
	going map[int]progress    // of listings that are not done
	left  int                 // scopes that another attempt has to do
	again error               // why; that of the longest delay
	doing string              // the place of that one
}

// checkpoint is what another attempt goes on from.
type checkpoint[Out any] struct {
	Done  map[int]Result[Out] `json:"done"`
	Going map[int]progress    `json:"going,omitempty"`
}

// resume goes on where an earlier attempt left a checkpoint.
func (w *bundleWork[Out]) resume(ctx context.Context) {
	var saved checkpoint[Out]
	if !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &saved) != nil {
		return
	}
	maps.Copy(w.done, saved.Done)
	maps.Copy(w.going, saved.Going)
	w.save()
}

func (w *bundleWork[Out]) isDone(at int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, done := w.done[at]
	return done
}

// settle takes what became of a scope.
func (w *bundleWork[Out]) settle(at int, place string, out Out, err error) {
	failure, again := failureOf(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	if again != nil {
		w.left++
		if w.again == nil || delayOf(again) > delayOf(w.again) {
			w.again, w.doing = again, place
		}
		return
	}
	delete(w.going, at)
	w.done[at] = Result[Out]{Out: out, Failure: failure}
	w.save()
}

// save makes what is done the checkpoint. The caller holds the lock, or is alone.
func (w *bundleWork[Out]) save() {
	w.beat.saveSoon(checkpoint[Out]{Done: maps.Clone(w.done), Going: maps.Clone(w.going)})
}

func (w *bundleWork[Out]) results(ctx context.Context, scopes int) (Results[Out], error) {
	if ctx.Err() != nil || w.again != nil {
		w.beat.report()
	}
	switch {
	case ctx.Err() != nil:
		return Results[Out]{}, ctx.Err()
	case w.again != nil:
		return Results[Out]{}, w.tryAgain(scopes)
	}
	all := Results[Out]{Scopes: make([]Result[Out], scopes)}
	for i := range all.Scopes {
		all.Scopes[i] = w.done[i]
	}
	return all, nil
}

// tryAgain is the error of an attempt after which there are scopes left. Another attempt
// begins when the one may be asked that asked for the longest delay.
func (w *bundleWork[Out]) tryAgain(scopes int) error {
	var application *temporal.ApplicationError
	if scopes == 1 || !errors.As(w.again, &application) {
		return w.again
	}
	text := fmt.Sprintf("%d of %d scopes are left, such as %s: %s", w.left, scopes, w.doing, application.Message())
	return temporal.NewApplicationErrorWithOptions(cutAt(text, maxErrorText), application.Type(), temporal.ApplicationErrorOptions{
		NextRetryDelay: application.NextRetryDelay(), Category: application.Category(),
	})
}

// failureOf divides the failures of a scope: a result, or a reason to try again.
func failureOf(err error) (failure *Failure, again error) {
	var application *temporal.ApplicationError
	if err == nil || !errors.As(err, &application) || !application.NonRetryable() {
		return nil, err
	}
	return &Failure{Type: application.Type(), Text: application.Message(), Refusal: refusalOf(application)}, nil
}

func delayOf(err error) time.Duration {
	var application *temporal.ApplicationError
	if !errors.As(err, &application) {
		return 0
	}
	return application.NextRetryDelay()
}

// position is where a scope's work is. It is for other attempts to go on from.
type position struct {
	begin progress // where an earlier attempt was; zero: there was none
	save  func(progress)
	// workerStops says that the worker is shutting down and the activity should leave its
	// checkpoint.
	workerStops func() bool
}

func (w *bundleWork[Out]) position(at int) *position {
	w.mu.Lock()
	defer w.mu.Unlock()
	return &position{begin: w.going[at], save: func(p progress) { w.keep(at, p) }, workerStops: w.beat.workerStops}
}

func (w *bundleWork[Out]) keep(at int, p progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.going[at] = p
	w.save()
}

// onScopes is onBundle for work that is done again from its beginning.
func onScopes[In any, P scopeInput[In], Out any](ctx context.Context, in Bundle[In], do func(context.Context, In) (Out, error)) (Results[Out], error) {
	return onBundle[In, P](ctx, in, func(ctx context.Context, in In, _ *position) (Out, error) { return do(ctx, in) })
}
