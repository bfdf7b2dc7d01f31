package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// Limits are what the API gives to those who ask. What is zero has its default.
type Limits struct {
	Question   time.Duration // that one question may take, with its wait: 5 s
	Concurrent int64         // questions answered at a time: 8
	Waiting    int64         // that wait for their turn, beyond those: 64
	Exports    int64         // written at a time: 4
	PerSecond  float64       // requests of one client in the long run: 50
	Burst      int           // requests of one client at once: 200
	// Write is how long a client may take for 64 KiB of an export: 30 s.
	Write time.Duration
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Question: cmp.Or(l.Question, 5*time.Second), Concurrent: cmp.Or(l.Concurrent, 8), Waiting: cmp.Or(l.Waiting, 64),
		Exports: cmp.Or(l.Exports, 4), PerSecond: cmp.Or(l.PerSecond, 50), Burst: cmp.Or(l.Burst, 200), Write: cmp.Or(l.Write, 30*time.Second),
	}
}

const (
	// maxAddress is how long a request's address may be: a query of the greatest length,
	// each byte of it escaped, and the rest.
	maxAddress = 64 << 10 // bytes
	// maxClients is how many clients are told apart; those not seen for longest are
	// forgotten.
	maxClients = 10_000
)

// repeated are the parameters that may stand there more than once.
var repeated = map[string]bool{"kind": true, "op": true}

// mayBeEmpty are the parameters whose empty value says something.
var mayBeEmpty = map[string]bool{"q": true, "path": true, "prefix": true, "cursor": true}

// Refuser answers a request that is beyond a bound, with what to do. Of what is beneath 500, the
// client is to blame.
type Refuser func(w http.ResponseWriter, r *http.Request, status int, detail string)

// problemFor is the Refuser of the API.
func problemFor(w http.ResponseWriter, _ *http.Request, status int, detail string) {
	refuse(w, status, detail)
}

// limitAddress refuses addresses that are too long.
func limitAddress(next http.Handler, refuse Refuser) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := len(r.RequestURI); n > maxAddress {
			refuse(w, r, http.StatusRequestURITooLong, fmt.Sprintf("the address has %d bytes, at most %d are allowed: ask for less in one query", n, maxAddress))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkParameters refuses what would silently narrow nothing: parameters that cannot be read, one
// that is there twice, of which one would count, and an empty one, as a variable has that is
// not set. The next handler gets the parameters in one form: libraries differ in how they
// read others.
func (a *API) checkParameters(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 && r.Method == http.MethodGet {
			refuse(w, http.StatusBadRequest, "the request has a body: write all in the address")
			return
		}
		parameters, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			refuse(w, http.StatusUnprocessableEntity, fmt.Sprintf("the parameters cannot be read: %v: write %% as %%25, ; as %%3B, and so on", err))
			return
		}
		for name, values := range parameters {
			if problem := parameterFault(name, values); problem != "" {
				refuse(w, http.StatusUnprocessableEntity, fmt.Sprintf("%.64q %s", name, problem), at("query."+name))
				return
			}
		}
		address := *r.URL
		address.RawQuery = parameters.Encode()
		r = r.WithContext(r.Context()) // a copy
		r.URL = &address
		next.ServeHTTP(w, r)
	})
}

func parameterFault(name string, values []string) string {
	switch {
	case len(values) > 1 && !repeated[name]:
		return fmt.Sprintf("is there %d times: write it once", len(values))
	case slices.Contains(values, "") && !mayBeEmpty[name]:
		return "is empty: write its value, or leave it out"
	}
	return ""
}

// limitClients lets each client ask as often as the limits say.
func (a *API) limitClients(next http.Handler, refuse Refuser) http.Handler {
	client := func(r *http.Request) string {
		if a.options.Client != nil {
			if name := a.options.Client(r); name != "" {
				return name
			}
		}
		return address(r)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := a.doors.clients.wait(client(r), a.options.Now()); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
			refuse(w, r, http.StatusTooManyRequests, fmt.Sprintf("you ask more than %g times a second in the long run: ask again in %s", a.options.Limits.PerSecond, wait.Round(time.Millisecond)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// address is where a request comes from; of IPv6, the network of 64 bits that one client has.
func address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	from := peer.Addr().Unmap().WithZone("")
	if from.Is6() {
		network, _ := from.Prefix(64) // each address of IPv6 has one
		return network.String()
	}
	return from.String()
}

// clients are the limits of those who ask.
type clients struct {
	of      *lru.Cache[string, *rate.Limiter]
	perSec  rate.Limit
	atATime int
}

// wait is how long the client has to wait until it may ask; zero: it may.
func (c clients) wait(name string, now time.Time) time.Duration {
	limiter, known := c.of.Get(name)
	if !known {
		limiter = rate.NewLimiter(c.perSec, c.atATime)
		if other, beaten, _ := c.of.PeekOrAdd(name, limiter); beaten {
			limiter = other
		}
	}
	turn := limiter.ReserveN(now, 1)
	wait := turn.DelayFrom(now)
	if wait > 0 {
		turn.CancelAt(now)
	}
	return wait
}

// doors bound what goes on at a time.
type doors struct {
	clients   clients
	questions *door
	exports   *door
}

func newDoors(limits Limits) doors {
	of, err := lru.New[string, *rate.Limiter](maxClients)
	if err != nil { // it refuses a size below 1 alone
		panic("api: remember clients: " + err.Error())
	}
	return doors{
		clients:   clients{of: of, perSec: rate.Limit(limits.PerSecond), atATime: limits.Burst},
		questions: &door{turns: semaphore.NewWeighted(limits.Concurrent), room: limits.Concurrent + limits.Waiting},
		exports:   &door{turns: semaphore.NewWeighted(limits.Exports), room: limits.Exports},
	}
}

// door lets some in at a time, and some more wait.
type door struct {
	turns  *semaphore.Weighted
	room   int64 // for those inside and those who wait
	inside atomic.Int64
}

// enter waits for a turn. Where even the queue is full, ok is false at once.
func (d *door) enter(ctx context.Context) (leave func(), ok bool) {
	if d.inside.Add(1) > d.room {
		d.inside.Add(-1)
		return nil, false
	}
	if d.turns.Acquire(ctx, 1) != nil {
		d.inside.Add(-1)
		return nil, false
	}
	return func() {
		d.turns.Release(1)
		d.inside.Add(-1)
	}, true
}

// isExport tells requests that take as long as the inventory is read.
func isExport(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, Prefix) || slices.ContainsFunc([]string{"/export/", "/sd/", "/ansible"}, func(path string) bool { return strings.HasPrefix(r.URL.Path, Prefix+path) })
}

// admit bounds how much is asked at a time, and how long a question takes. An export takes
// as long as it is read.
func (a *API) admit(next http.Handler, refuse Refuser) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, door := r.Context(), a.doors.exports
		if !isExport(r) {
			door = a.doors.questions
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, a.options.Limits.Question)
			defer cancel()
		}
		leave, ok := door.enter(ctx)
		if !ok {
			w.Header().Set("Retry-After", "1")
			refuse(w, r, http.StatusServiceUnavailable, "too much is asked at the moment: ask again in a second")
			return
		}
		defer leave()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
