package tencent

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
)

// fields reads the values of one resource. err is of the first that makes no sense.
type fields struct {
	doing, id string
	err       error
}

func (f *fields) bad(field string, value any) {
	if f.err == nil {
		f.err = adapter.BadAnswer(f.doing, "%s of %q is %v", field, f.id, value)
	}
}

// number is a count or a size, none where it is absent.
func (f *fields) number(field string, value *int64) int64 {
	return f.scaled(field, value, 1)
}

// scaled is a size in another unit.
func (f *fields) scaled(field string, value *int64, factor int64) int64 {
	if value == nil {
		return 0
	}
	if *value < 0 || *value > math.MaxInt64/factor {
		f.bad(field, *value)
		return 0
	}
	return *value * factor
}

// sum adds sizes up.
func (f *fields) sum(field string, values ...*int64) (sum int64) {
	for _, value := range values {
		n := f.number(field, value)
		if n > math.MaxInt64-sum {
			f.bad(field, n)
			return 0
		}
		sum += n
	}
	return sum
}

// utc is a time of CVM: ISO 8601, in UTC.
// (https://cloud.tencent.com/document/api/213/15753#Instance)
func (f *fields) utc(field, value string) time.Time {
	return f.time(field, value, time.RFC3339, time.UTC)
}

// beijing is a time of CBS, CDB and CLB, which name no time zone: it is that of
// Beijing in all regions. Documented nowhere; a system disk's CreateTime is 8 hours
// after its instance's CreatedTime in UTC, in Singapore too.
func (f *fields) beijing(field, value string) time.Time {
	return f.time(field, value, time.DateTime, beijing)
}

var beijing = time.FixedZone("UTC+8", 8*60*60)

// never is what stands for no time.
const never = "0000-00-00 00:00:00"

func (f *fields) time(field, value, layout string, zone *time.Location) time.Time {
	if value == "" || value == never {
		return time.Time{}
	}
	at, err := time.ParseInLocation(layout, value, zone)
	if err != nil {
		f.bad(field, quoted(value))
		return time.Time{}
	}
	if at.Year() <= 1 { // the zero of Go, written out
		return time.Time{}
	}
	return at.UTC()
}

func quoted(value string) string { return "“" + cut(value) + "”" }

// text is the value, empty where it is absent.
func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// present are the values that say something, each once.
func present(values ...string) []string {
	var all []string
	for _, value := range values {
		if value = strings.TrimSpace(value); value != "" && !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

func texts(values []*string) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = text(value)
	}
	return present(all...)
}

// tag is one as CDB and CLB write it.
type tag struct {
	Key   string `json:"TagKey"`
	Value string `json:"TagValue"`
}

func tagMap[T any](tags []T, pair func(T) (key, value string)) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		if key, value := pair(t); key != "" {
			all[key] = value
		}
	}
	return all
}

func pairOf(t tag) (key, value string) { return t.Key, t.Value }

// word is what a number of the API means, the number itself where that is unknown.
func word(words map[int64]string, number *int64) string {
	if number == nil {
		return ""
	}
	if meaning, ok := words[*number]; ok {
		return meaning
	}
	return strconv.FormatInt(*number, 10)
}
