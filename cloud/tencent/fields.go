package tencent

import "time"

// utc is the zone of CVM's times: ISO 8601, in UTC.
// (https://cloud.tencent.com/document/api/213/15753#Instance)
var utc = time.UTC

// beijing is that of the times of CBS, CDB and CLB, which name no time zone, in all
// regions. Documented nowhere; a system disk's CreateTime is 8 hours after its
// instance's CreatedTime in UTC, in Singapore too.
var beijing = time.FixedZone("UTC+8", 8*60*60)
