package adapter

import (
	"context"

	"cloudsync/resource"
)

// Own is for Listing.Join: it makes rows of what belongs to the account, or to the part of it
// that is listed. Another's, which is shared with it, is listed beside, and is theirs. own says
// who the owner is, owner whose a resource is, "" where it does not say.
func Own[S Session, T any](own func(s S, ctx context.Context, region string) (string, error), owner func(*T) string, row func(*Fields, *T) resource.Row) func(context.Context, S, Batch[T]) (func(*Fields, *T) resource.Row, error) {
	return func(ctx context.Context, s S, page Batch[T]) (func(*Fields, *T) resource.Row, error) {
		account, err := own(s, ctx, page.Region)
		return func(f *Fields, of *T) resource.Row {
			if id := owner(of); id != "" && id != account {
				return nil
			}
			return row(f, of)
		}, err
	}
}
