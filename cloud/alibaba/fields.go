package alibaba

import (
	"time"

	"cloudsync/cloud/adapter"
)

// utc is the zone of times which do not name theirs: the others end in Z.
var utc = time.UTC

// tagList is how all products list tags.
type tagList struct{ Tag []tag }

type tag struct{ TagKey, TagValue string }

func (t tagList) byKey() map[string]string {
	return adapter.Tags(t.Tag, func(t tag) (key, value string) { return t.TagKey, t.TagValue })
}
