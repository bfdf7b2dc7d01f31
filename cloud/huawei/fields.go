package huawei

import (
	"strings"
	"time"

	"cloudsync/cloud/adapter"
)

// utc is the zone of times which do not name theirs: EVS writes UTC without saying so.
var utc = time.UTC

// What the charging modes are called where Huawei has words for them.
const (
	postPaid = "postPaid"
	prePaid  = "prePaid"
)

// chargingModes are the documented ones of servers. Caches have the first two.
var chargingModes = map[string]string{"0": postPaid, "1": prePaid, "2": "spot"}

// paidInAdvance is the charge type of what names an order only if it is paid by the
// month or year.
func paidInAdvance(order string) string {
	if order == "" {
		return postPaid
	}
	return prePaid
}

// ofPrimary is what the primary one of several has, or the only one.
func ofPrimary[T any](several []T, isPrimary func(T) bool, has func(T) string) string {
	var all []string
	for _, one := range several {
		if isPrimary(one) {
			return has(one)
		}
		all = append(all, has(one))
	}
	return adapter.Only(all...)
}

// textTags are tags that come as texts: as key=value, or as key.value, in which neither part
// has an equals sign
// (https://docs.otc.t-systems.com/image-management-service/api-ref/common_parameters/image_tag_data_formats.html).
func textTags(texts []string) map[string]string {
	return adapter.Tags(texts, func(text string) (key, value string) {
		if key, value, cut := strings.Cut(text, "="); cut {
			return key, value
		}
		key, value, _ = strings.Cut(text, ".")
		return key, value
	})
}
