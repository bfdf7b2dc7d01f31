package adapter

import (
	"strings"
	"time"
)

// layouts are the forms in which clouds write times, a T or a space between day and
// hour, after which a fraction of a second may come. Some leave the seconds out, or the
// zone, or the colon in it.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04",
	time.DateOnly,
}

// The numbers from which on a time is one of seconds, or of milliseconds, since 1970: any
// year after 1973 has its own. A smaller number is none of either.
const (
	fewestSeconds = 100_000_000
	fewestMillis  = 100_000_000_000
)

// parseTime reads a time; an empty one, and the zeros of clouds and languages, stand for
// none. zone is that of a text that does not name its own. not ok: it makes no sense, or
// is of no year that can be stored, and is then returned as far as it is known.
func parseTime(text string, zone *time.Location) (at time.Time, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}, true
	}
	if n, isNumber := number(text); isNumber {
		return epoch(n)
	}
	text = normal(text)
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return checkTime(at)
		}
	}
	return time.Time{}, false
}

// normal is a text with a T between day and hour, and no space before the zone.
func normal(text string) string {
	if day, rest, spaced := strings.Cut(text, " "); spaced && len(day) == len(time.DateOnly) {
		text = day + "T" + rest
	}
	if before, isUTC := strings.CutSuffix(text, " UTC"); isUTC && strings.Contains(before, " ") { // as Go prints one
		text = before
	} else if isUTC {
		text = before + "Z"
	}
	return strings.ToUpper(strings.ReplaceAll(text, " ", ""))
}

func epoch(n float64) (time.Time, bool) {
	switch {
	case n == 0:
		return time.Time{}, true
	case n < fewestSeconds || n > maxWhole<<10:
		return time.Time{}, false
	case n < fewestMillis:
		return checkTime(time.UnixMilli(int64(n * 1000)))
	default:
		return checkTime(time.UnixMilli(int64(n)))
	}
}

// Rows have times from year 1000 to 9999. Years 0 and 1 are the zero of some language,
// whatever its offset.
const firstYear, lastYear = 1000, 9999

func checkTime(at time.Time) (known time.Time, ok bool) {
	utc := at.UTC()
	switch {
	case min(at.Year(), utc.Year()) <= 1:
		return time.Time{}, true
	case utc.Year() < firstYear || utc.Year() > lastYear:
		return utc, false
	default:
		return utc, true
	}
}

// Times of these years stand for "never": 2099-12-31T15:59Z, 2999-09-08T16:00Z,
// 9999-12-31T23:59Z.
const neverYear = 2099

// isNoExpiry says that a time at which something ends is none: never, or the zero of
// Unix, in whatever zone that was.
func isNoExpiry(at time.Time) bool {
	const day = 24 * 60 * 60
	second := at.Unix()
	return at.Year() >= neverYear || second >= -day && second < 2*day
}
