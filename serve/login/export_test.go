package login

import "net/http"

// OnCompare has f called with the hash whenever a password is compared with one.
func (g *Guard) OnCompare(f func(hash []byte)) {
	compare := g.passwords.compare
	g.passwords.compare = func(hash, password []byte) error {
		f(hash)
		return compare(hash, password)
	}
}

// OnlyPretend has no password compared; none is right.
func (g *Guard) OnlyPretend() {
	g.passwords.compare = func([]byte, []byte) error { return errUnknown }
}

// ReachProvider has the identity provider asked in another way.
func (g *Guard) ReachProvider(by http.RoundTripper) { g.provider.client.Transport = by }

// SafeNext is the address that a login leads to.
func SafeNext(next string) string { return safeNext(next) }

// Places are how many passwords are hashed at a time.
func Places() int { return places() }

// MemorySize is how much is remembered of one thing.
const MemorySize = memorySize

// Remembered is how many clients' failures are remembered.
func (g *Guard) Remembered() int { return len(g.passwords.slow.pairs.kept) }

// CookieNames are the names of the cookies, without their prefix.
const (
	SessionCookie = sessionCookie
	FlowCookie    = flowCookie
)
