package alibaba

import (
	"context"
	"regexp"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// utc is the zone of times which do not name theirs: the others end in Z.
var utc = time.UTC

// tagList is how all products list tags.
type tagList struct{ Tag []adapter.Tag }

// hasPrefix says of an id that it begins with this.
func hasPrefix(prefix string) func(id string) bool {
	return func(id string) bool { return strings.HasPrefix(id, prefix) }
}

// ownName is the form of the provider's own names for regions, such as cn-beijing-btc-a01
// for cn-beijing. Some answers have them.
var ownName = regexp.MustCompile(`-[a-z][0-9]{2}$`)

// regionOf is the region that a RegionId names, "" where it is a name of the provider's own.
func regionOf(id string) string {
	if ownName.MatchString(id) {
		return ""
	}
	return id
}

// ofOwner makes rows of the account's own resources. What others share with it is listed too,
// and is theirs.
func ofOwner[T any](owner func(*T) string, row func(*adapter.Fields, *T) resource.Row) func(context.Context, *session, adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
	return func(_ context.Context, s *session, _ adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
		return func(f *adapter.Fields, of *T) resource.Row {
			if id := owner(of); id != "" && id != s.account.AccountID {
				return nil
			}
			return row(f, of)
		}, nil
	}
}
