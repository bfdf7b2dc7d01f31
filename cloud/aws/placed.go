package aws

import (
	"context"
	"errors"
	"strings"

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
	return page, placed(l.account, region, err)
}

// Lookup implements adapter.Lister.
func (l placedLister) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	existing, err := l.Lister.Lookup(ctx, region, nativeIDs)
	return existing, placed(l.account, region, err)
}

// placed adds the account and the region to what was asked, where they are not told.
func placed(account, region string, err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) || strings.HasPrefix(known.Doing, account+": ") {
		return err
	}
	told := *known // others may have the same error
	if told.Doing = account + ": " + known.Doing; !strings.Contains(known.Doing, region) {
		told.Doing += " of " + region
	}
	return &told
}
