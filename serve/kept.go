package serve

import (
	"context"
	"sync"
	"time"
)

// kept is an answer that is asked for once in a while, however many want it. An error is kept,
// too: to ask at each scrape what is slow or away makes it slower.
type kept[T any] struct {
	every time.Duration // that an answer counts
	fails time.Duration // that an error counts
	limit time.Duration // that asking may take
	now   func() time.Time

	mu     sync.Mutex
	answer T
	err    error
	at     time.Time // zero: never
}

// errorsEvery is short: what was away is often back soon, and the index is loaded in seconds.
const errorsEvery = 15 * time.Second

func newKept[T any](every, limit time.Duration, options Options) *kept[T] {
	k := &kept[T]{every: every, fails: min(every, errorsEvery), limit: limit, now: options.Now}
	if k.now == nil {
		k.now = time.Now
	}
	return k
}

// get is the answer while it is young, or asks for it.
func (k *kept[T]) get(ask func(context.Context) (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.unless(k.young(), ask)
}

// getWhile is the answer while it counts, whatever its age, or asks for it.
func (k *kept[T]) getWhile(counts func(T) bool, ask func(context.Context) (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	asked := !k.at.IsZero()
	return k.unless(asked && k.err == nil && counts(k.answer) || k.err != nil && k.young(), ask)
}

func (k *kept[T]) young() bool {
	age := k.now().Sub(k.at)
	return !k.at.IsZero() && (age < k.every && k.err == nil || age < k.fails)
}

func (k *kept[T]) unless(fresh bool, ask func(context.Context) (T, error)) (T, error) {
	if fresh {
		return k.answer, k.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), k.limit)
	defer cancel()
	k.answer, k.err = ask(ctx)
	k.at = k.now()
	return k.answer, k.err
}
