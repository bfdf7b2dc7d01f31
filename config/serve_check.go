package config

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"cloudsync/cloud"
)

func (e serveEntry) check(path string, r *report) {
	e.checkURL(child(path, "url"), r)
	e.checkTemporalUI(child(path, "temporal_ui"), r)
	e.checkCertificate(path, r)
	for i, text := range e.Proxies {
		if _, ok := parsePrefix(text); !ok {
			r.showing(item(child(path, "proxies"), i), "%.64q is neither an address nor a network: write one such as 10.0.0.5 or 10.0.0.0/24", text)
		}
	}
	if r.has(child(path, "login")) {
		e.Login.check(child(path, "login"), r)
	}
	if e.Login.OIDC.isGiven && e.URL == "" {
		r.at(child(child(path, "login"), "oidc"), "the provider has to send people back: write serve.url, the server's address from outside")
	}
	if !r.isFailed(child(path, "login")) {
		e.serve().checkReach(r)
	}
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && text == strconv.FormatUint(port, 10)
}

func (e serveEntry) checkURL(path string, r *report) {
	if !r.has(path) {
		return
	}
	const remedy = "write the server's address from outside, such as https://cloudsync.example"
	parsed, err := url.Parse(e.URL)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		r.at(path, "no URL: %s", remedy)
	case parsed.User != nil || strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "":
		r.at(path, "more than a scheme, a host and a port: %s", remedy)
	case parsed.Scheme == "http" && e.TLSCertFile != "":
		r.at(path, "http beside a certificate: write https, or remove tls_cert_file and tls_key_file")
	}
}

// checkTemporalUI wants what a link can begin with.
func (e serveEntry) checkTemporalUI(path string, r *report) {
	if !r.has(path) {
		return
	}
	parsed, err := url.Parse(e.TemporalUI)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		r.at(path, "no URL: write where Temporal's UI answers, such as http://127.0.0.1:8233, or remove the key")
	}
}

func (e serveEntry) checkCertificate(path string, r *report) {
	cert, key := child(path, "tls_cert_file"), child(path, "tls_key_file")
	hasCert, hasKey := checkPath(cert, e.TLSCertFile, r), checkPath(key, e.TLSKeyFile, r)
	switch {
	case hasCert && !hasKey:
		r.at(cert, "half a certificate: write tls_key_file, too, or neither")
	case hasKey && !hasCert:
		r.at(key, "half a certificate: write tls_cert_file, too, or neither")
	}
}

// checkPath says whether the path of a file is given.
func checkPath(path, value string, r *report) bool {
	if r.has(path) && strings.TrimSpace(value) == "" {
		r.at(path, "empty: write the path of a file, or remove the key")
	}
	return r.has(path)
}

func (e loginEntry) check(path string, r *report) {
	if len(e.Users) == 0 && len(e.Tokens) == 0 && !e.OIDC.isGiven {
		r.at(path, "nobody can log in: write users, tokens or oidc")
	}
	seen := map[string]int{}
	for i, user := range e.Users {
		at := item(child(path, "users"), i)
		checkLoginName(at, user.Name, "a name to log in with, such as alice", seen, r)
		checkRole(child(at, "role"), user.Role, r)
		checkLoginSecret(at, "password_bcrypt", string(user.PasswordBcrypt), user.PasswordBcryptFile, hashFault, r)
	}
	for i, token := range e.Tokens {
		at := item(child(path, "tokens"), i)
		checkLoginName(at, token.Name, "a name for the machine, such as prometheus", seen, r)
		checkRole(child(at, "role"), token.Role, r)
		checkLoginSecret(at, "token", token.Token, token.TokenFile, tokenFault, r)
	}
	if e.OIDC.isGiven {
		e.OIDC.check(child(path, "oidc"), r)
	}
	if e.Session < time.Minute || e.Session > maxSession {
		r.showing(child(path, "session"), "%v is outside 1m to %v: write how long a login lasts, such as %v", e.Session, maxSession, defaultSession)
	}
	checkPath(child(path, "session_key_file"), e.SessionKeyFile, r)
}

// maxSession is the longest that a login lasts.
const maxSession = 90 * 24 * time.Hour

// checkLoginName wants a name of its own for everybody: it says who did something.
func checkLoginName(entry, name, remedy string, seen map[string]int, r *report) {
	path := child(entry, "name")
	checkText(path, name, remedy, r)
	if strings.Contains(name, ":") {
		r.at(path, "a : in it, which ends a name in HTTP: write it without")
	}
	if line, again := seen[name]; again && name != "" {
		r.at(path, "somebody on line %d has this name already: write another, since it says who did something", line)
	}
	seen[name] = r.lineOf(entry)
}

func checkRole(path, role string, r *report) {
	switch {
	case !r.has(path):
		r.at(path, "missing: write viewer or operator")
	case role != string(Viewer) && role != string(Operator):
		r.showing(path, "%.40q is no role: write viewer or operator", role)
	}
}

// checkLoginSecret checks a secret that is given as a text or by a file. What the file
// has in it, Serve.Check reads.
func checkLoginSecret(entry, key, text, file string, fault func(string) string, r *report) {
	asText, asFile := child(entry, key), child(entry, key+fileSuffix)
	switch {
	case !r.has(asText) && !r.has(asFile):
		r.at(asText, "missing: write it, or %s", key+fileSuffix)
	case r.has(asText) && r.has(asFile):
		r.at(asFile, "given beside %s: remove one of them", key)
	case r.has(asFile):
		checkPath(asFile, file, r)
	case fault(cloud.TrimSecret(text)) != "":
		r.at(asText, "%s", fault(cloud.TrimSecret(text)))
	}
}

// maxBcryptCost is the most that a hash may cost to compare: a second or so of a core.
const maxBcryptCost = 14

// hashFault says what is wrong with a hash by bcrypt, "" where nothing is.
func hashFault(hash string) string {
	const remedy = "write one as `starter password` prints it"
	_, afterColon, named := strings.Cut(hash, ":")
	cost, err := bcrypt.Cost([]byte(hash))
	switch {
	case named && strings.HasPrefix(afterColon, hashBegins):
		return "a name stands before the hash: write what is behind the colon"
	case err != nil || len(hash) != 60:
		return "no hash by bcrypt: " + remedy
	case cost > maxBcryptCost:
		return fmt.Sprintf("a hash of cost %d, each login of which would take seconds: write one of cost %d at most", cost, maxBcryptCost)
	}
	return ""
}

func tokenFault(token string) string {
	switch length := utf8.RuneCountInString(token); {
	case length < minToken:
		return fmt.Sprintf("%d characters, which can be guessed: write at least %d, as `openssl rand -hex 32` prints them", length, minToken)
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "a character that HTTP does not carry in tokens: write letters and digits, as `openssl rand -hex 32` prints them"
	}
	return ""
}

func sessionKeyFault(key string) string {
	if len(key) < minSessionKey {
		return fmt.Sprintf("%d characters, which can be guessed: write at least %d, as `openssl rand -hex 32` prints them", len(key), minSessionKey)
	}
	return ""
}

func (e oidcEntry) check(path string, r *report) {
	e.checkIssuer(child(path, "issuer"), r)
	if at := child(path, "client_id"); !r.has(at) || strings.TrimSpace(e.ClientID) == "" {
		r.at(at, "missing: write the id that the provider has for this server")
	}
	if r.has(child(path, "client_secret")) || r.has(child(path, "client_secret_file")) {
		checkLoginSecret(path, "client_secret", e.ClientSecret, e.ClientSecretFile, func(secret string) string {
			if secret == "" {
				return "empty: write a value, set the variable that gives it, or remove the key"
			}
			return ""
		}, r)
	}
	for _, claim := range []struct{ key, value string }{{"name_claim", e.NameClaim}, {"role_claim", e.RoleClaim}} {
		if at := child(path, claim.key); r.has(at) && strings.TrimSpace(claim.value) == "" {
			r.at(at, "empty: write the name of a claim, or remove the key")
		}
	}
	if grants := len(e.Operators) + len(e.Viewers); grants > 0 && e.RoleClaim == "" {
		r.at(path, "operators and viewers are values of a claim that is not named: write role_claim, such as groups")
	} else if grants == 0 && e.RoleClaim != "" {
		r.at(child(path, "role_claim"), "no value of it is said to mean anything: write operators, viewers, or both")
	}
	for _, list := range []struct {
		key    string
		values []string
	}{{"scopes", e.Scopes}, {"operators", e.Operators}, {"viewers", e.Viewers}} {
		if i := slices.IndexFunc(list.values, func(value string) bool { return strings.TrimSpace(value) == "" }); i >= 0 {
			r.at(item(child(path, list.key), i), "empty: write a value, or remove it")
		}
	}
}

func (e oidcEntry) checkIssuer(path string, r *report) {
	const remedy = "write the provider's address, such as https://idp.example/realms/x"
	parsed, err := url.Parse(e.Issuer)
	switch {
	case !r.has(path):
		r.at(path, "missing: %s", remedy)
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		r.at(path, "no URL of an issuer: %s", remedy)
	case parsed.Scheme == "http" && !cloud.IsLoopback(parsed.Hostname()):
		r.at(path, "with http, others could answer in its place: %s", remedy)
	}
}
