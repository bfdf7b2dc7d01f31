package alibaba

import (
	"regexp"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
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
