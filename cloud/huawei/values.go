package huawei

import (
	"math"
	"slices"
	"strconv"
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

// fields reads a resource's fields and keeps the first error.
type fields struct {
	doing, id string
	err       error
}

func (f *fields) bad(field, value string) {
	if f.err == nil {
		f.err = adapter.BadAnswer(f.doing, "%s of %q makes no sense: %q", field, f.id, cut(value))
	}
}

// maxQuantity is far beyond any number of CPUs, MiB or GiB.
const maxQuantity = 1 << 40

// quantity is a number that is not negative.
func (f *fields) quantity(field string, value int64) int64 {
	if value < 0 || value > maxQuantity {
		f.bad(field, strconv.FormatInt(value, 10))
		return 0
	}
	return value
}

// number is a quantity in a text, 0 for an empty one.
func (f *fields) number(field, text string) int64 {
	if text == "" {
		return 0
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f.bad(field, text)
		return 0
	}
	return f.quantity(field, value)
}

// gigabytes is a text such as 4 or 0.5, in MiB.
func (f *fields) gigabytes(field, text string) int64 {
	if text == "" {
		return 0
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || value < 0 || value > maxQuantity/1024 {
		f.bad(field, text)
		return 0
	}
	return int64(math.Round(value * 1024))
}

// layouts are the forms of times: ECS and ELB end them in Z, EVS writes UTC without
// saying so, RDS has an offset without a colon.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05-0700"}

// time is a time in UTC, zero for an empty text.
func (f *fields) time(field, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	f.bad(field, text)
	return time.Time{}
}

// word is an enumeration's value. The SDK makes a text of the JSON null.
func word(value interface{ Value() string }) string {
	if text := value.Value(); text != "null" {
		return text
	}
	return ""
}

// text is what a pointer points to.
func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// set is a list without order, empty texts and repetitions, nil if it has nothing.
func set(list []string) []string {
	var kept []string
	for _, text := range list {
		if text != "" {
			kept = append(kept, text)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// cut keeps an error readable.
func cut(value string) string { return adapter.Clip(value, 64) }

// found gives the asked ids that are in an answer. An answer with another id, or with
// none of the resources that it announces, was not to what was asked: what it lacks may
// exist. What one with some of them lacks is asked for again.
func found(doing string, asked, answered []string, total *int32) ([]string, error) {
	if total != nil && len(answered) == 0 && *total > 0 {
		return nil, adapter.BadAnswer(doing, "none of the %d resources found are in the answer", *total)
	}
	for _, id := range answered {
		if !slices.Contains(asked, id) {
			return nil, adapter.BadAnswer(doing, "resource %q was not asked for", cut(id))
		}
	}
	return answered, nil
}
