package history

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// TimeHelp says what ParseTime reads.
const TimeHelp = `TIME is as in 2026-07-28T11:59:00Z or "2026-07-28 11:59" (UTC), or how long ago,
such as 90s, 2h or 7d.`

// timeLayouts are the forms of a time, apart from how long ago it was. Those
// without a zone are UTC, as all times that are shown.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02"}

// ParseTime reads a time that somebody wrote.
func ParseTime(text string, now time.Time) (time.Time, error) {
	if ago, ok := parseAgo(text); ok {
		return now.Add(-ago), nil
	}
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, strings.TrimSuffix(text, " UTC")); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q: write a time such as 2026-07-28T11:59:00Z or \"2026-07-28 11:59\" (UTC), "+
		"or how long ago, such as 90s, 2h or 7d", text)
}

// ParsePast is ParseTime of a time of which the history can tell.
func ParsePast(text string, now time.Time) (time.Time, error) {
	at, err := ParseTime(text, now)
	if err == nil && at.After(now) {
		err = fmt.Errorf("%q is in the future: it is %s UTC now", text, now.UTC().Format(time.DateTime))
	}
	return at, err
}

// parseAgo reads a duration, in which days may come first.
func parseAgo(text string) (ago time.Duration, ok bool) {
	text = strings.TrimSuffix(text, " ago")
	days, rest, found := strings.Cut(text, "d")
	if found {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, false
		}
		ago, text = time.Duration(n)*24*time.Hour, rest
	}
	if text == "" {
		return ago, found
	}
	more, err := time.ParseDuration(text)
	return ago + more, err == nil && more >= 0
}
