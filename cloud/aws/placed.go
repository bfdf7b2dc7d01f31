package aws

import (
	"context"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// placedLister tells of a failure that was found after its call where it happened, as
// the call's own are told.
type placedLister struct {
	adapter.Lister
	account string // such as aws/prod
}

// List implements adapter.Lister.
func (l placedLister) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	page, err := l.Lister.List(ctx, region, cursor)
	return page, adapter.Placed(l.account, region, err)
}

// Lookup implements adapter.Lister.
func (l placedLister) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	existing, err := l.Lister.Lookup(ctx, region, nativeIDs)
	return existing, adapter.Placed(l.account, region, err)
}
