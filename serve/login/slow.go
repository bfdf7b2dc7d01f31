package login

import (
	"net/netip"
	"sync"
	"time"
)

// slow makes guessing slow. It counts failures of a name from one client, of a client
// and of a name; each has some free ones, then waits that double up to a few seconds.
//
// Nobody is locked out by others for long. While a client waits, what it tries is neither
// looked at nor counted. Strangers' failures at a name delay its owner by a second at
// most, and not at all where the owner has logged in from before.
type slow struct {
	mu                       sync.Mutex
	pairs, clients, accounts *memory[pair, failures]
	known                    *memory[pair, struct{}]
}

// pair is a name and a client; either alone where the other does not matter.
type pair struct {
	name   string
	client netip.Prefix
}

type failures struct {
	number int
	until  time.Time // nothing is tried before
}

// The limits. A client may be an office whose people mistype, and a name is tried by
// strangers.
var (
	pairLimit    = limit{free: 3, most: 16 * time.Second}
	clientLimit  = limit{free: 20, most: 16 * time.Second}
	accountLimit = limit{free: 100, most: time.Second}
)

type limit struct {
	free int
	most time.Duration
}

// wait is how long to wait after a number of failures.
func (l limit) wait(number int) time.Duration {
	over := number - l.free
	if over <= 0 {
		return 0
	}
	return min(time.Second<<min(over-1, 30), l.most)
}

const (
	failuresKept = 15 * time.Minute    // since the last one
	clientKnown  = 30 * 24 * time.Hour // since the last login
)

func newSlow() *slow {
	return &slow{
		pairs: newMemory[pair, failures](), clients: newMemory[pair, failures](), accounts: newMemory[pair, failures](),
		known: newMemory[pair, struct{}](),
	}
}

type counter struct {
	of    *memory[pair, failures]
	key   pair
	limit limit
}

func (s *slow) counters(p pair) []counter {
	counters := []counter{{s.pairs, p, pairLimit}}
	if s.isKnown(p) {
		return counters
	}
	return append(counters, counter{s.clients, pair{client: p.client}, clientLimit}, counter{s.accounts, pair{name: p.name}, accountLimit})
}

// isKnown says that the name has logged in from there.
func (s *slow) isKnown(p pair) bool {
	_, known := s.known.get(p)
	return known
}

// wait is how long to wait before the next try.
func (s *slow) wait(p pair) (wait time.Duration) {
	for _, c := range s.counters(p) {
		if f, ok := c.of.get(c.key); ok {
			wait = max(wait, time.Until(f.until))
		}
	}
	return wait
}

func (s *slow) failed(p pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.counters(p) {
		f, _ := c.of.get(c.key)
		f.number++
		f.until = time.Now().Add(c.limit.wait(f.number))
		c.of.put(c.key, f, failuresKept)
	}
}

func (s *slow) succeeded(p pair) {
	s.pairs.drop(p)
	s.known.put(p, struct{}{}, clientKnown)
}
