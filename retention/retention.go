// Package retention says how long things that only grow are kept: the history, the
// records of runs, and what crashed runs left behind.
package retention

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Keep is how long something is kept.
type Keep time.Duration

// Forever keeps for good.
const Forever Keep = 0

const day = 24 * time.Hour

// Limits are the times for which things are kept.
type Limits struct {
	// Changes is for the history of the inventory, and for the records of the runs
	// that changed something.
	Changes Keep `json:"changes"`
	// Runs is for the records of the other runs, and of verifications.
	Runs Keep `json:"runs"`
	// Staging is for what runs that do not go on left in flight.
	Staging Keep `json:"staging"`
}

// Default are the limits where the configuration has none.
func Default() Limits {
	return Limits{Changes: Keep(90 * day), Runs: Keep(30 * day), Staging: Keep(day)}
}

// Anything says whether anything is ever removed.
func (l Limits) Anything() bool { return l != Limits{} }

// Before is the time before which things are removed; the zero time, where they
// are kept for good.
func (k Keep) Before(now time.Time) time.Time {
	if k == Forever {
		return time.Time{}
	}
	return now.Add(-time.Duration(k))
}

// String is the time in days and hours.
func (k Keep) String() string {
	if k == Forever {
		return "forever"
	}
	days, hours := time.Duration(k)/day, time.Duration(k)%day/time.Hour
	switch {
	case hours == 0:
		return fmt.Sprintf("%dd", days)
	case days == 0:
		return fmt.Sprintf("%dh", hours)
	default:
		return fmt.Sprintf("%dd%dh", days, hours)
	}
}

// MarshalText writes the form of String.
func (k Keep) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

var (
	form     = regexp.MustCompile(`^(?:(\d{1,5})d)?(?:(\d{1,6})h)?$`)
	unitless = regexp.MustCompile(`^\d+$`)
)

// UnmarshalText reads days and hours, such as 90d or 12h, or forever; 0 is
// forever, too.
func (k *Keep) UnmarshalText(text []byte) error {
	parts := form.FindSubmatch(text)
	switch {
	case string(text) == "forever" || string(text) == "0":
		*k = Forever
		return nil
	case unitless.Match(text):
		return fmt.Errorf("%.40s has no unit: write %.40sd for days", text, text)
	case parts == nil || len(text) == 0:
		return fmt.Errorf("%.40q is no time to keep something: write it like 90d or 12h, or forever", text)
	}
	*k = Keep(number(parts[1])*day + number(parts[2])*time.Hour)
	return nil
}

// number reads digits that the form has let through; none are 0.
func number(digits []byte) time.Duration {
	n, _ := strconv.Atoi(string(digits))
	return time.Duration(n)
}
