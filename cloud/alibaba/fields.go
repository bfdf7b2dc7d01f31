package alibaba

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
)

// number is a whole number that may be absent, or a text in quotes.
type number string

// UnmarshalJSON implements json.Unmarshaler. It takes anything: what makes no sense is
// an error once it is known whose it is.
func (n *number) UnmarshalJSON(text []byte) error {
	*n = number(strings.Trim(string(text), `"`))
	return nil
}

// tagList is how all products list tags.
type tagList struct {
	Tag []struct{ TagKey, TagValue string }
}

func (t tagList) byKey() map[string]string {
	if len(t.Tag) == 0 {
		return nil
	}
	tags := make(map[string]string, len(t.Tag))
	for _, tag := range t.Tag {
		tags[tag.TagKey] = tag.TagValue
	}
	return tags
}

// fields reads the fields of one resource, and keeps the first that makes no sense.
type fields struct {
	doing string
	id    string
	err   error
}

// number reads a count or a size. The provider's SDKs have 32 bits for each.
func (f *fields) number(name string, n number) int64 {
	if n == "" || n == "null" {
		return 0
	}
	value, err := strconv.ParseInt(string(n), 10, 32)
	if err != nil || value < 0 {
		f.refuse(name, string(n))
	}
	return value
}

// layouts are the forms of times, with and without seconds, in UTC.
var layouts = []string{"2006-01-02T15:04Z", time.RFC3339}

func (f *fields) time(name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	f.refuse(name, text)
	return time.Time{}
}

// neverYear is that of the times that stand for "never": 2099-12-31T15:59Z for hosts,
// 2999-09-08T16:00Z for disks.
const neverYear = 2099

// expiry reads the time at which something ends; zero: never.
func (f *fields) expiry(name, text string) time.Time {
	at := f.time(name, text)
	if at.Year() >= neverYear {
		return time.Time{}
	}
	return at
}

func (f *fields) refuse(name, value string) {
	if f.err == nil {
		f.err = adapter.BadAnswer(f.doing, "%s: %s makes no sense: %.60q", f.id, name, value)
	}
}

// list is ids as a JSON array, which is how ECS takes them.
func list(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil {
		return "[]" // cannot be: any list of strings can be written
	}
	return string(text)
}

// distinct are the texts that are there, each once.
func distinct(texts ...string) []string {
	var kept []string
	seen := map[string]bool{"": true}
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}
