package tencent

import (
	"cmp"
	"time"

	"cloudsync/cloud/adapter"
)

// utc is the zone of CVM's times: ISO 8601, in UTC.
// (https://cloud.tencent.com/document/api/213/15753#Instance)
var utc = time.UTC

// beijing is that of the times of CBS, CDB and CLB, which name no time zone, in all
// regions. Documented nowhere; a system disk's CreateTime is 8 hours after its
// instance's CreatedTime in UTC, in Singapore too.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// tag is one as CVM and CBS write it, with a Key, or as CDB and CLB do, with a TagKey.
type tag struct {
	Key, Value, TagKey, TagValue string
}

func tagsOf(tags []tag) map[string]string {
	return adapter.Tags(tags, func(t tag) (key, value string) {
		return cmp.Or(t.TagKey, t.Key), cmp.Or(t.TagValue, t.Value)
	})
}
