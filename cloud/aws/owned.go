package aws

import (
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// ownedRow makes rows of what the account owns: another one's, that is shared with the
// account, is listed beside (https://github.com/cloudquery/cloudquery/issues/9731).
func ownedRow[T any](owner func(*T) string, row func(*adapter.Fields, *T) resource.Row) func(context.Context, *session, adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
	return func(_ context.Context, s *session, _ adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
		return func(f *adapter.Fields, of *T) resource.Row {
			if id := owner(of); id != "" && id != s.account.AccountID {
				return nil
			}
			return row(f, of)
		}, nil
	}
}
