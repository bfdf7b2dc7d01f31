package config

import (
	"net/netip"
	"strings"
	"time"

	"cloudsync/cloud"
)

// servePath is where the settings of the server are in the document.
const servePath = "serve"

// DefaultListen is where the server listens if nothing else is said.
const DefaultListen = "127.0.0.1:9467"

const defaultSession = 12 * time.Hour

type serveEntry struct {
	// HOST:PORT to listen on. Beyond this machine it needs a login, and a certificate.
	Listen string `yaml:"listen"`
	// The address from outside: https://cloudsync.example.
	URL string `yaml:"url"`
	// The server's certificate, in PEM.
	TLSCertFile string `yaml:"tls_cert_file"`
	// The key of the certificate, in PEM.
	TLSKeyFile string `yaml:"tls_key_file"`
	// true: the network is trusted to carry passwords in the open.
	InsecureHTTP bool `yaml:"insecure_http"`
	// Where Temporal's own UI is, for links.
	TemporalUI string `yaml:"temporal_ui"`
	// Addresses or networks of proxies whose X-Forwarded-For is believed.
	Proxies []string `yaml:"proxies"`
	// Who may ask.
	Login loginEntry `yaml:"login"`
}

func (e *serveEntry) setDefaults() {
	e.Listen = DefaultListen
	e.Login.setDefaults()
}

type loginEntry struct {
	// People with a password.
	Users []userEntry `yaml:"users"`
	// Machines with a token.
	Tokens []tokenEntry `yaml:"tokens"`
	// An identity provider that people log in at.
	OIDC oidcEntry `yaml:"oidc"`
	// How long a login lasts.
	Session time.Duration `yaml:"session"`
	// A file with what sessions are encrypted with. Without it, logins end with the server.
	SessionKeyFile string `yaml:"session_key_file"`
}

func (e *loginEntry) setDefaults() { e.Session = defaultSession }

type userEntry struct {
	// The name to log in with.
	Name string `yaml:"name"`
	// The hash, as `starter password` prints it.
	PasswordBcrypt     hashText `yaml:"password_bcrypt"`
	PasswordBcryptFile string   `yaml:"password_bcrypt_file"`
	// A viewer sees everything; an operator decides, too.
	Role string `yaml:"role"`
}

type tokenEntry struct {
	// The name of the machine.
	Name string `yaml:"name"`
	// At least 32 characters: `openssl rand -hex 32`.
	Token     string `yaml:"token"`
	TokenFile string `yaml:"token_file"`
	// A viewer sees everything; an operator decides, too.
	Role string `yaml:"role"`
}

type oidcEntry struct {
	// The provider's address.
	Issuer string `yaml:"issuer"`
	// The id that the provider has for this server.
	ClientID string `yaml:"client_id"`
	// What the provider gave with client_id; none: a public client.
	ClientSecret     string `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// Scopes to ask for, beside openid, profile and email.
	Scopes []string `yaml:"scopes"`
	// The claim with the name.
	NameClaim string `yaml:"name_claim"`
	// The claim that operators and viewers are values of.
	RoleClaim string `yaml:"role_claim"`
	// Values of role_claim that make an operator.
	Operators []string `yaml:"operators"`
	// Values of role_claim that let somebody in; none: all who can log in.
	Viewers []string `yaml:"viewers"`

	isGiven bool
}

func (e *oidcEntry) setDefaults() { e.isGiven = true }

// serve is the entry in the form the program uses.
func (e serveEntry) serve() Serve {
	s := Serve{
		Listen: e.Listen, URL: strings.TrimRight(e.URL, "/"), TLSCertFile: e.TLSCertFile, TLSKeyFile: e.TLSKeyFile,
		InsecureHTTP: e.InsecureHTTP, TemporalUI: strings.TrimRight(e.TemporalUI, "/"), Login: e.Login.login(),
	}
	for _, text := range e.Proxies {
		if prefix, ok := parsePrefix(text); ok {
			s.Proxies = append(s.Proxies, prefix)
		}
	}
	return s
}

func (e loginEntry) login() Login {
	l := Login{OIDC: e.OIDC.oidc(), Session: e.Session, SessionKey: textOrFile("", e.SessionKeyFile)}
	for _, user := range e.Users {
		l.Users = append(l.Users, User{Name: user.Name, Password: textOrFile(string(user.PasswordBcrypt), user.PasswordBcryptFile), Role: Role(user.Role)})
	}
	for _, token := range e.Tokens {
		l.Tokens = append(l.Tokens, Token{Name: token.Name, Token: textOrFile(token.Token, token.TokenFile), Role: Role(token.Role)})
	}
	return l
}

func (e oidcEntry) oidc() *OIDC {
	if !e.isGiven {
		return nil
	}
	return &OIDC{
		Issuer: e.Issuer, ClientID: e.ClientID, ClientSecret: textOrFile(e.ClientSecret, e.ClientSecretFile), Scopes: e.Scopes,
		NameClaim: e.NameClaim, RoleClaim: e.RoleClaim, Operators: e.Operators, Viewers: e.Viewers,
	}
}

func textOrFile(text, file string) cloud.Secret {
	if file != "" {
		return cloud.SecretFile(file)
	}
	return cloud.SecretText(cloud.TrimSecret(text))
}

// parsePrefix reads a network, or an address alone.
func parsePrefix(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), true
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(addr, addr.BitLen()), true
}
