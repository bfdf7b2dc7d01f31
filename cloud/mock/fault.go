package mock

import (
	"time"

	"cloudsync/resource"
)

// FaultType is something that can go wrong.
type FaultType string

// The faults. The first six fail the call with the error class of that name; the
// others answer, but wrongly.
const (
	Denied            FaultType = "denied"
	InvalidCredential FaultType = "invalid_credential"
	Throttled         FaultType = "throttled"
	Timeout           FaultType = "timeout"
	Unavailable       FaultType = "unavailable"
	ExpiredCursor     FaultType = "expired_cursor" // any page but the first is refused
	Truncated         FaultType = "truncated"      // the second page, or the only one, is half as long and the last
	Duplicate         FaultType = "duplicate"      // a page begins with the last rows of the one before
	Poisoned          FaultType = "poisoned"       // a row has its id, but an impossible field
	PoisonedNoID      FaultType = "poisoned_no_id" // a row has no id
	Empty             FaultType = "empty"          // the listing succeeds, and nothing is in it
	Skipped           FaultType = "skipped"        // rows are missing from the listing, and no total is announced
)

// FaultTypes lists all faults.
func FaultTypes() []FaultType {
	return []FaultType{
		Denied, InvalidCredential, Throttled, Timeout, Unavailable, ExpiredCursor,
		Truncated, Duplicate, Poisoned, PoisonedNoID, Empty, Skipped,
	}
}

// DefaultRetryAfter is how long a throttled call is asked to wait.
const DefaultRetryAfter = time.Second

// Fault is one thing that goes wrong, and where and when. Only Type is needed:
// then it strikes every call.
type Fault struct {
	Type FaultType `yaml:"fault"`
	// Kind and Region narrow the scopes; empty: all.
	Kind   string `yaml:"kind"`
	Region string `yaml:"region"`
	// Call narrows the calls to "list" or "lookup"; empty: both, as far as the fault
	// can be seen there.
	Call string `yaml:"call"`
	// Rate is the share of listings (a scope at a tick) that it strikes, from 0 to 1;
	// of Skipped, the share of rows that each listing lacks. 0 counts as 1.
	Rate float64 `yaml:"rate"`
	// Times is how many calls of one listing it strikes before the cloud works
	// again; 0: all.
	Times int `yaml:"times"`
	// FromTick and ToTick are the first and the last tick at which it strikes; a
	// ToTick of 0 has no end.
	FromTick int64 `yaml:"from_tick"`
	ToTick   int64 `yaml:"to_tick"`
	// Delay is how long the call hangs before it fails.
	Delay time.Duration `yaml:"delay"`
	// RetryAfter is what a throttled call is told to wait; 0 counts as
	// DefaultRetryAfter.
	RetryAfter time.Duration `yaml:"retry_after"`
}

// The calls that faults can be narrowed to.
const (
	listCall   = "list"
	lookupCall = "lookup"
)

// concerns says whether the fault can strike the call in the scope at the tick.
func (f Fault) concerns(call string, scope resource.Scope, tick int64) bool {
	return (f.Call == "" || f.Call == call) && (f.Kind == "" || f.Kind == scope.Kind) &&
		(f.Region == "" || f.Region == scope.Region) &&
		tick >= f.FromTick && (f.ToTick == 0 || tick <= f.ToTick)
}
