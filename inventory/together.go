package inventory

import (
	"context"
	"sync"
)

// Together is a context for several questions about the same rows, such as those behind a page:
// what is found out for one of them, a Reader may keep for the others, for as long as the
// context is used.
func Together(ctx context.Context) context.Context {
	return context.WithValue(ctx, togetherKey{}, &sync.Map{})
}

type togetherKey struct{}

// Kept is what questions that are asked together have kept; nil: they are asked alone.
func Kept(ctx context.Context) *sync.Map {
	kept, _ := ctx.Value(togetherKey{}).(*sync.Map)
	return kept
}
