package tencent

import (
	"fmt"
	"time"

	"cloudsync/cloud/adapter"
)

// utc is the zone of CVM's times: ISO 8601, in UTC.
// (https://cloud.tencent.com/document/api/213/15753#Instance)
var utc = time.UTC

// beijing is that of the times of CBS, CDB, CLB, Redis, SSL, TKE and VPC, which name no time
// zone, in all regions. Documented for SSL alone; a system disk's CreateTime is 8 hours after its
// instance's CreatedTime in UTC, in Singapore too.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// zoneName is the name of a zone that only its number is given of: 100003 in ap-guangzhou is
// ap-guangzhou-3. No text says that the last four of six digits are the zone's, but the
// zones of the documented list keep to it. The longer number of an edge zone stays.
// (https://cloud.tencent.com/doc/api/229/1286)
func zoneName(f *adapter.Fields, region, number string) string {
	if n := f.Whole("ZoneId", number); region != "" && n > 100_000 && n < 1_000_000 {
		return fmt.Sprintf("%s-%d", region, n%10_000)
	}
	return number
}
