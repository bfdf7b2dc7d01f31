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
	Listen       string     `yaml:"listen"`
	URL          string     `yaml:"url"`
	TLSCertFile  string     `yaml:"tls_cert_file"`
	TLSKeyFile   string     `yaml:"tls_key_file"`
	InsecureHTTP bool       `yaml:"insecure_http"`
	TemporalUI   string     `yaml:"temporal_ui"`
	Proxies      []string   `yaml:"proxies"`
	Login        loginEntry `yaml:"login"`
}

func (e *serveEntry) setDefaults() {
	e.Listen = DefaultListen
	e.Login.setDefaults()
}

type loginEntry struct {
	Users          []userEntry   `yaml:"users"`
	Tokens         []tokenEntry  `yaml:"tokens"`
	OIDC           oidcEntry     `yaml:"oidc"`
	Session        time.Duration `yaml:"session"`
	SessionKeyFile string        `yaml:"session_key_file"`
}

func (e *loginEntry) setDefaults() { e.Session = defaultSession }

type userEntry struct {
	Name               string   `yaml:"name"`
	PasswordBcrypt     hashText `yaml:"password_bcrypt"`
	PasswordBcryptFile string   `yaml:"password_bcrypt_file"`
	Role               string   `yaml:"role"`
}

type tokenEntry struct {
	Name      string `yaml:"name"`
	Token     string `yaml:"token"`
	TokenFile string `yaml:"token_file"`
	Role      string `yaml:"role"`
}

type oidcEntry struct {
	Issuer           string   `yaml:"issuer"`
	ClientID         string   `yaml:"client_id"`
	ClientSecret     string   `yaml:"client_secret"`
	ClientSecretFile string   `yaml:"client_secret_file"`
	Scopes           []string `yaml:"scopes"`
	NameClaim        string   `yaml:"name_claim"`
	RoleClaim        string   `yaml:"role_claim"`
	Operators        []string `yaml:"operators"`
	Viewers          []string `yaml:"viewers"`

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
