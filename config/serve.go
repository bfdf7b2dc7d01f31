package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"cloudsync/cloud"
)

// Serve is how the inventory is served over HTTP, and who may ask.
type Serve struct {
	Listen string // HOST:PORT
	// URL is the server's address from outside, as https://cloudsync.example, without a
	// path; empty: none is configured.
	URL string
	// TLSCertFile and TLSKeyFile are in PEM; both empty: HTTP.
	TLSCertFile, TLSKeyFile string
	// InsecureHTTP says that the network is trusted to carry HTTP.
	InsecureHTTP bool
	// TemporalUI is the address of Temporal's own UI, for links to runs, without a slash at the
	// end; empty: none is configured.
	TemporalUI string
	// Proxies are those whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	Login   Login

	origin *origin
}

// Login is who may ask the server, and how they show who they are. Where all of Users,
// Tokens and OIDC are empty, everybody who reaches it may.
type Login struct {
	Users  []User
	Tokens []Token
	OIDC   *OIDC // nil: none
	// Session is how long a login lasts.
	Session time.Duration
	// SessionKey is of what sessions are encrypted with; none: the server draws one.
	SessionKey cloud.Secret
}

// IsNeeded says that somebody can log in, so that everybody has to.
func (l Login) IsNeeded() bool { return len(l.Users) > 0 || len(l.Tokens) > 0 || l.OIDC != nil }

// Role is what somebody may do at the server.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // sees everything
	Operator Role = "operator" // sees everything, and decides
)

// Includes says that who has the role may do what the other is for.
func (r Role) Includes(other Role) bool {
	return r == other && r != "" || r == Operator && other == Viewer
}

// User is a person with a password.
type User struct {
	Name     string
	Password cloud.Secret // its hash by bcrypt
	Role     Role
}

// Token is a machine with a bearer token.
type Token struct {
	Name  string
	Token cloud.Secret
	Role  Role
}

// OIDC is an identity provider that people log in at.
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret cloud.Secret // none: a public client
	Scopes       []string     // beside openid, profile and email
	// NameClaim is where an ID token has the name; empty: a verified email, else
	// preferred_username, else sub.
	NameClaim string
	RoleClaim string // empty: all are viewers
	Operators []string
	Viewers   []string // empty: all who can log in are viewers
}

// origin is where settings were read, for what is checked when the server starts.
type origin struct {
	file, listen string
	lines        map[string]int
	unset        []Problem
}

// On is the settings for another address to listen on; "" is the configured one.
func (s Serve) On(listen string) Serve {
	if listen != "" {
		s.Listen = listen
	}
	return s
}

// Address is where to ask the server, as a URL: the one from outside, or the one it listens on,
// if the configuration has either; else empty.
func (s Serve) Address() string {
	if s.URL != "" || s.origin == nil || s.origin.lines["serve.listen"] == 0 {
		return s.URL
	}
	if s.TLSCertFile != "" {
		return "https://" + s.Listen
	}
	return "http://" + s.Listen
}

// Check says whether the server can start with the settings. Beside what Parse checks,
// it reads the files, looks at the variables, and judges an address that On has set: what
// only the server needs, other programs can do without.
func (s Serve) Check() error {
	from := s.origin
	if from == nil {
		from = &origin{file: "serve", listen: s.Listen}
	}
	if problem := s.listenFault(); problem != "" && (s.origin == nil || s.Listen != from.listen) {
		return fmt.Errorf("listen on %.200q: %s", s.Listen, problem)
	}
	r := newReport(nil)
	if from.lines != nil {
		r.lines = from.lines
	}
	r.problems = append(r.problems, from.unset...)
	if len(r.problems) == 0 {
		s.checkReach(r)
		s.checkFiles(r)
	}
	if len(r.problems) > 0 {
		return r.err(from.file)
	}
	return nil
}

// TLS is the server's certificate, nil for none. It is read for each connection: it may
// be replaced while the server runs.
func (s Serve) TLS() *tls.Config {
	if s.TLSCertFile == "" {
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		pair, err := s.pair().certificate()
		if err != nil {
			return nil, fmt.Errorf("tls_cert_file and tls_key_file of serve: %w", err)
		}
		return pair, nil
	}}
}

func (s Serve) pair() tlsEntry { return tlsEntry{CertFile: s.TLSCertFile, KeyFile: s.TLSKeyFile} }

// IsHTTPS says that browsers reach the server over TLS, its own or a proxy's.
func (s Serve) IsHTTPS() bool {
	outside, err := url.Parse(s.URL)
	return s.TLSCertFile != "" || err == nil && outside.Scheme == "https"
}

// listenFault says why the server cannot listen where it is to; "" where it can.
func (s Serve) listenFault() string {
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil || !isPort(port) {
		return "no address: write HOST:PORT, such as " + DefaultListen
	}
	switch {
	case cloud.IsLoopback(host):
		return ""
	case !s.Login.IsNeeded():
		return "others than this machine reach it, and everybody could decide: write serve.login with users, tokens or oidc, or listen on " + DefaultListen
	case s.TLSCertFile == "" && !s.InsecureHTTP:
		return "passwords would cross the network in the open: write serve.tls_cert_file and tls_key_file, listen on " + DefaultListen +
			" behind a proxy on this machine, or write insecure_http: true if all of the network to the proxy is trusted"
	}
	return ""
}

// checkReach judges who reaches the server, and how.
func (s Serve) checkReach(r *report) {
	if fault := s.listenFault(); fault != "" {
		r.at(child(servePath, "listen"), "%s", fault)
	}
	outside, err := url.Parse(s.URL)
	if at := child(servePath, "url"); err == nil && s.URL != "" && !cloud.IsLoopback(outside.Hostname()) {
		if !s.Login.IsNeeded() {
			r.at(at, "others than this machine reach it there, and everybody could decide: write serve.login with users, tokens or oidc, or remove the key")
		} else if outside.Scheme == "http" && !s.InsecureHTTP {
			r.at(at, "with http, passwords would cross the network in the open: write https, or insecure_http: true if all of the network is trusted")
		}
	}
}

// The least characters of what machines make up. A token has at least 128 bits if it is
// hexadecimal, and a key 256.
const (
	minToken      = 32
	minSessionKey = 32
)

// checkFiles reads all files once.
func (s Serve) checkFiles(r *report) {
	login := child(servePath, "login")
	if s.TLSCertFile != "" {
		if _, err := s.pair().certificate(); err != nil {
			r.at(child(servePath, "tls_cert_file"), "with tls_key_file: %v", err)
		}
	}
	for i, user := range s.Login.Users {
		checkReveals(child(item(child(login, "users"), i), "password_bcrypt_file"), user.Password, hashFault, r)
	}
	for i, token := range s.Login.Tokens {
		checkReveals(child(item(child(login, "tokens"), i), "token_file"), token.Token, tokenFault, r)
	}
	checkReveals(child(login, "session_key_file"), s.Login.SessionKey, sessionKeyFault, r)
	if s.Login.OIDC != nil {
		checkReveals(child(child(login, "oidc"), "client_secret_file"), s.Login.OIDC.ClientSecret, func(string) string { return "" }, r)
	}
}

// checkReveals checks a secret that is in a file; others are checked by Parse.
func checkReveals(path string, secret cloud.Secret, fault func(string) string, r *report) {
	if secret.IsZero() || !r.has(path) {
		return
	}
	text, err := secret.Reveal()
	switch {
	case errors.Is(err, cloud.ErrMalformed):
		r.at(path, "the file %v", cloud.ErrMalformed)
	case err != nil:
		r.at(path, "a file that cannot be read, or is empty: write the path of one that this program may read")
	case fault(text) != "":
		r.at(path, "in the file, %s", fault(text))
	}
}
