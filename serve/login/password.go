package login

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/semaphore"

	"cloudsync/config"
)

// errUnknown is of one whom the server does not know, whatever the reason.
var errUnknown = errors.New("not known")

// laterError says when to try again.
type laterError struct{ wait time.Duration }

func (e laterError) Error() string {
	return fmt.Sprintf("Too many logins failed: try again in %d seconds.", e.seconds())
}

// seconds are at least one.
func (e laterError) seconds() int { return max(1, int((e.wait+time.Second-1)/time.Second)) }

// passwords checks the passwords of users.
type passwords struct {
	users   []config.User
	log     *slog.Logger
	slow    *slow
	gate    gate
	right   *memory[[sha256.Size]byte, struct{}]
	seal    []byte // of what right remembers
	nobody  []byte // a hash that is compared where there is no user
	compare func(hash, password []byte) error
}

// attempt is a name and a password from somewhere.
type attempt struct {
	name, password string
	from           netip.Addr
}

const (
	// rightKept is for how long a right password is not hashed again: machines send
	// theirs with each request.
	rightKept = time.Minute
	maxTried  = 256 // the longest name that is looked for, in bytes
)

func newPasswords(users []config.User, log *slog.Logger) (*passwords, error) {
	cost := bcrypt.MinCost
	for _, user := range users {
		hash, err := user.Password.Reveal()
		if err != nil {
			return nil, fmt.Errorf("password of %s: %w", user.Name, err)
		}
		own, err := bcrypt.Cost([]byte(hash))
		if err != nil {
			return nil, fmt.Errorf("password of %s: %w", user.Name, err)
		}
		if own < bcrypt.DefaultCost {
			log.Warn("a password's hash is cheap to guess at: make a new one with starter password", "name", user.Name, "cost", own)
		}
		cost = max(cost, own)
	}
	nobody, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), cost)
	if err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	return &passwords{
		users: users, log: log, slow: newSlow(), gate: newGate(), right: newMemory[[sha256.Size]byte, struct{}](),
		seal: []byte(rand.Text()), nobody: nobody, compare: bcrypt.CompareHashAndPassword,
	}, nil
}

// check says whose password it is. An unknown name takes as long as a wrong password.
// The error is errUnknown or a laterError.
func (p *passwords) check(ctx context.Context, a attempt) (Identity, error) {
	by := pair{name: a.name[:min(len(a.name), maxTried)], client: network(a.from)}
	if wait := p.slow.wait(by); wait > 0 {
		return Identity{}, laterError{wait}
	}
	leave, err := p.gate.enter(ctx, p.slow.isKnown(by))
	if err != nil {
		return Identity{}, err
	}
	defer leave()
	if wait := p.slow.wait(by); wait > 0 { // others of the same client were before
		return Identity{}, laterError{wait}
	}
	user, isUser := userNamed(p.users, a.name)
	if !p.isRight(ctx, user, isUser, a) {
		p.slow.failed(by)
		p.log.WarnContext(ctx, "login failed", "name", shownName(isUser, a.name), "method", Password, "address", a.from.String())
		return Identity{}, errUnknown
	}
	p.slow.succeeded(by)
	return Identity{Name: user.Name, Role: user.Role, Method: Password}, nil
}

// shownName hides a name that nobody has: people type their password there.
func shownName(isUser bool, name string) string {
	if !isUser {
		return "(unknown)"
	}
	return name
}

func userNamed(users []config.User, name string) (found config.User, ok bool) {
	for _, user := range users {
		if user.Name == name {
			return user, true
		}
	}
	return config.User{}, false
}

// isRight compares the password with the user's; with nobody's, which nothing matches, where
// there is none.
func (p *passwords) isRight(ctx context.Context, user config.User, isUser bool, a attempt) bool {
	hash := p.nobody
	if isUser {
		own, err := user.Password.Reveal()
		if err != nil {
			p.log.ErrorContext(ctx, "read a password's hash", "name", user.Name, "error", err)
		} else {
			hash = []byte(own)
		}
	}
	sealed := p.sealed(user.Name, string(hash), a.password)
	if _, known := p.right.get(sealed); known {
		return true
	}
	if p.compare(hash, []byte(a.password)) != nil || !isUser {
		return false
	}
	p.right.put(sealed, struct{}{}, rightKept)
	return true
}

// sealed stands for a user's password without showing it.
func (p *passwords) sealed(parts ...string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, p.seal)
	for _, part := range parts {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	copy(sum[:], mac.Sum(nil))
	return sum
}

// gate lets some passwords be hashed at a time, so that a flood of them leaves the
// processors to others.
type gate struct {
	places  *semaphore.Weighted
	waiting *atomic.Int64
}

const (
	// maxWaiting is how many logins wait for a place; as many again do where their
	// client is known, which a flood of strangers does not keep out.
	maxWaiting = 16
	maxWait    = 10 * time.Second
)

func newGate() gate {
	return gate{places: semaphore.NewWeighted(int64(places())), waiting: new(atomic.Int64)}
}

// places are how many passwords are hashed at a time, each by one processor.
func places() int { return max(1, runtime.GOMAXPROCS(0)/2) }

func (g gate) enter(ctx context.Context, isKnown bool) (leave func(), err error) {
	room := int64(maxWaiting)
	if isKnown {
		room *= 2
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > room {
		return nil, laterError{time.Second}
	}
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	if err := g.places.Acquire(ctx, 1); err != nil {
		return nil, laterError{time.Second}
	}
	return func() { g.places.Release(1) }, nil
}

// mark is of a user's present role and password, "" where that cannot be read.
func (p *passwords) mark(user config.User) string {
	hash, err := user.Password.Reveal()
	if err != nil {
		return ""
	}
	return markOf(user.Name, string(user.Role), hash)
}

// markOf stands for what a session relies on: where it has changed, the session ends.
func markOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
