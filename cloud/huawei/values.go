package huawei

import (
	"slices"
	"time"

	"cloudsync/cloud/adapter"
)

// What the charging modes are called where Huawei has words for them.
const (
	postPaid = "postPaid"
	prePaid  = "prePaid"
	spot     = "spot"
)

// paidInAdvance is the charge type of what names an order only if it is paid by the
// month or year.
func paidInAdvance(order string) string {
	if order == "" {
		return postPaid
	}
	return prePaid
}

// zone is that of times which do not name theirs: EVS writes UTC without saying so.
var zone = time.UTC

// tag is one as most of the services write it.
type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func pairOf(t tag) (key, value string) { return t.Key, t.Value }

// cut keeps an error readable.
func cut(value string) string { return adapter.Clip(value, 64) }

// found gives the asked ids that are in an answer. An answer with another id, or with
// none of the resources that it announces, was not to what was asked: what it lacks may
// exist. What one with some of them lacks is asked for again.
func found(doing string, asked, answered []string, total adapter.Text) ([]string, error) {
	announced, err := total.Whole(doing, "the number of resources")
	if err != nil {
		return nil, err
	}
	if len(answered) == 0 && announced > 0 {
		return nil, adapter.BadAnswer(doing, "none of the %d resources found are in the answer", announced)
	}
	for _, id := range answered {
		if !slices.Contains(asked, id) {
			return nil, adapter.BadAnswer(doing, "resource %q was not asked for", cut(id))
		}
	}
	return answered, nil
}
