// Package login says who asks the server, and what they may do. People log in with a
// password or at an identity provider, and have a session in a cookie; machines show a
// bearer token or a password with each request. Where no login is configured, the server
// is on loopback alone, and whoever reaches it there is its operator.
package login

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"cloudsync/config"
)

// The roles, as the configuration has them.
const (
	Viewer   = config.Viewer
	Operator = config.Operator
)

// Identity is who asks. The name of one who came from an identity provider is text that
// others chose.
type Identity struct {
	Name   string
	Role   config.Role
	Method Method
}

// Method is how somebody showed who they are.
type Method string

// The methods.
const (
	Local    Method = "local" // not at all: there is no login
	Password Method = "password"
	Token    Method = "token"
	OIDC     Method = "oidc"
)

// local is everybody where there is no login.
var local = Identity{Name: "local", Role: Operator, Method: Local}

type identityKey struct{}

// From is who asks, in the context of a request that a Guard let pass; nobody, without
// any role, in others.
func From(ctx context.Context) Identity {
	who, _ := ctx.Value(identityKey{}).(Identity)
	return who
}

func with(r *http.Request, who Identity) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), identityKey{}, who))
}

// Require lets those pass who have the role.
func Require(role config.Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := From(r.Context()); !who.Role.Includes(role) {
			refuse(w, r, http.StatusForbidden, fmt.Sprintf("This is for the role %s, and you have the role %s.", role, who.Role))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Guard stands before the server's handlers.
type Guard struct {
	settings  config.Serve
	log       *slog.Logger
	cookies   cookies
	passwords *passwords
	tokens    *tokens
	told      *memory[seenAt, struct{}]
	provider  *provider // nil: none
	origin    *http.CrossOriginProtection
	own       http.Handler
}

// New returns a guard for settings that are for the address the server listens on (see
// config.Serve.On). The error is that of config.Serve.Check.
func New(settings config.Serve, log *slog.Logger) (*Guard, error) {
	if err := settings.Check(); err != nil {
		return nil, err
	}
	passwords, err := newPasswords(settings.Login.Users, log)
	if err != nil {
		return nil, err
	}
	g := &Guard{
		settings: settings, log: log, passwords: passwords,
		cookies:  newCookies(settings),
		tokens:   &tokens{of: settings.Login.Tokens, log: log},
		told:     newMemory[seenAt, struct{}](),
		provider: newProvider(settings),
		origin:   http.NewCrossOriginProtection(),
	}
	if settings.URL != "" { // proxies may write another Host
		if err := g.origin.AddTrustedOrigin(settings.URL); err != nil {
			return nil, fmt.Errorf("serve.url: %w", err)
		}
	}
	g.own = g.pages()
	return g, nil
}

// Wrap lets requests pass to next whose sender is known, with their Identity in the
// context, and answers /login, /login/… and /logout itself. What changes something is
// refused when another site's page sends it.
//
// Answers may be kept by nobody. Where next has its own Cache-Control, it has to say
// private.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		if err := g.origin.Check(r); err != nil {
			refuse(w, r, http.StatusForbidden, "A page of another site sent this request.")
			return
		}
		if !g.settings.Login.IsNeeded() {
			g.serveLocal(w, r, next)
			return
		}
		if isOwn(r.URL.Path) {
			g.own.ServeHTTP(w, r)
			return
		}
		who, err := g.identify(r)
		if err != nil {
			g.deny(w, r, err)
			return
		}
		next.ServeHTTP(w, with(r, who))
	})
}

// identify says who sent a request: by what it shows itself, else by its session.
func (g *Guard) identify(r *http.Request) (who Identity, err error) {
	from := g.address(r)
	name, password, isBasic := r.BasicAuth()
	switch authorization := r.Header.Get("Authorization"); {
	case authorization == "":
		return g.fromSession(r)
	case len(authorization) > maxAuthorization:
		return Identity{}, errUnknown
	case isBasic:
		who, err = g.passwords.check(r.Context(), attempt{name: name, password: password, from: from})
	default:
		who, err = g.tokens.check(r, from)
	}
	if at := (seenAt{who, from}); err == nil && !g.isTold(at) {
		g.told.put(at, struct{}{}, toldAgain)
		g.tell(r, who)
	}
	return who, err
}

// seenAt is somebody somewhere.
type seenAt struct {
	who  Identity
	from netip.Addr
}

// toldAgain is after how long it is logged again that somebody comes from the same address
// who shows a token or a password with each request.
const toldAgain = time.Hour

func (g *Guard) isTold(at seenAt) bool {
	_, told := g.told.get(at)
	return told
}

func (g *Guard) tell(r *http.Request, who Identity) {
	g.log.InfoContext(r.Context(), "logged in", "name", who.Name, "role", who.Role, "method", who.Method, "address", g.address(r).String())
}

// maxAuthorization is the longest header that is looked at, in bytes.
const maxAuthorization = 8 << 10

// sessionEnds is when a login of now ends.
func (g *Guard) sessionEnds() time.Time { return time.Now().Add(g.settings.Login.Session) }
