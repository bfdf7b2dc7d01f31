package fake

import (
	"net/http"
	"time"
)

// Fault is something that goes wrong with requests.
type Fault struct {
	// Account, Region and Action narrow the requests; empty for any.
	Account, Region, Action string
	// Cursor narrows them to those that go on with a listing.
	Cursor bool
	// Times is how many requests it strikes; 0: all.
	Times int
	// Verdict is how they are answered: Throttled, ServerError, ExpiredCursor, Denied,
	// InvalidCredential …
	Verdict    Verdict
	RetryAfter time.Duration
	// Delay is how long they wait for their answer, or until the caller goes away.
	Delay time.Duration
	// Body is answered instead, with Status (0: 200). With Truncated, the connection is
	// cut after it.
	Body      string
	Status    int
	Truncated bool
	// Moves is what happens in the request's region before it is answered as if nothing
	// were wrong: with Cursor, something is created or deleted while it is listed.
	Moves func(*Region)

	struck int
}

// Break adds a fault; of several that fit a request, the first added strikes.
func (c *Cloud) Break(fault Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &fault)
}

// Struck is how many requests the faults have struck since the last Mend.
func (c *Cloud) Struck() (times int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fault := range c.faults {
		times += fault.struck
	}
	return times
}

// Mend ends all faults.
func (c *Cloud) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

func (f *Fault) strikes(r Request, cursor bool) bool {
	fits := (f.Account == "" || f.Account == r.Account) && (f.Region == "" || f.Region == r.Region) &&
		(f.Action == "" || f.Action == r.Action) && (!f.Cursor || cursor) && (f.Times == 0 || f.struck < f.Times)
	if fits {
		f.struck++
	}
	return fits
}

func (f *Fault) strike(w http.ResponseWriter, r *http.Request) Verdict {
	if f.Delay > 0 {
		select {
		case <-r.Context().Done():
		case <-time.After(f.Delay):
		}
	}
	if f.Body == "" && !f.Truncated {
		return f.Verdict
	}
	if f.Truncated {
		w.Header().Set("Content-Length", "100000")
	}
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = w.Write([]byte(f.Body)) // fails where the caller went away, too
	if f.Truncated {
		panic(http.ErrAbortHandler) // the way of net/http to cut a connection
	}
	return Done
}
