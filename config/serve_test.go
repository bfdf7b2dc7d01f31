package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/config"
)

// hash is of the password "secret".
const hash = "$2b$04$p77bFJjH3OFyUMxNJYBxB.r7KfC7UWf3LYFI0kQi6L9DHFfS2bBOq"

const token = "0123456789abcdef0123456789abcdef"

// parseServe reads a configuration whose section, indented by its own, begins on line 6.
func parseServe(section string, env map[string]string) (config.Serve, error) {
	c, err := config.Parse("cloudsync.yaml", []byte(minimal+"serve:\n"+section+"\n"), environment(env))
	if err != nil {
		return config.Serve{}, err
	}
	return c.Serve, nil
}

func reveal(t *testing.T, secret cloud.Secret) string {
	t.Helper()
	text, err := secret.Reveal()
	require.NoError(t, err)
	return text
}

func TestServe(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(files, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	s, err := parseServe(`
  listen: 0.0.0.0:443
  url: https://cloudsync.example/
  insecure_http: true
  proxies: [10.0.0.5, 10.1.2.3/16, "fd00::1"]
  login:
    users:
      - { name: alice, password_bcrypt: "`+hash+`", role: operator }
      - { name: bob, password_bcrypt: "${BOB}", role: viewer }
      - { name: carol, password_bcrypt_file: `+write("carol", hash+"\n")+`, role: viewer }
    tokens: [{ name: prometheus, token_file: `+write("token", token+"\r\n")+`, role: viewer }, { name: ci, token: "${CI}", role: operator }]
    oidc:
      issuer: https://idp.example/realms/x
      client_id: cloudsync
      client_secret: "${SECRET}"
      scopes: [groups]
      name_claim: email
      role_claim: groups
      operators: [sre]
      viewers: [staff]
    session: 1h
    session_key_file: `+write("key", strings.Repeat("k", 32)), map[string]string{"BOB": hash, "CI": " " + token + "\n", "SECRET": "hunter2"})
	require.NoError(t, err)
	require.NoError(t, s.Check())

	require.Equal(t, "0.0.0.0:443", s.Listen)
	require.Equal(t, "https://cloudsync.example", s.URL)
	require.True(t, s.InsecureHTTP)
	require.True(t, s.IsHTTPS())
	require.Nil(t, s.TLS())
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::1/128")}, s.Proxies)
	require.True(t, s.Login.IsNeeded())
	require.Equal(t, time.Hour, s.Login.Session)
	require.Equal(t, strings.Repeat("k", 32), reveal(t, s.Login.SessionKey))
	for i, want := range []config.User{{Name: "alice", Role: config.Operator}, {Name: "bob", Role: config.Viewer}, {Name: "carol", Role: config.Viewer}} {
		user := s.Login.Users[i]
		require.Equal(t, hash, reveal(t, user.Password))
		require.Equal(t, want, config.User{Name: user.Name, Role: user.Role})
	}
	for i, want := range []config.Token{{Name: "prometheus", Role: config.Viewer}, {Name: "ci", Role: config.Operator}} {
		machine := s.Login.Tokens[i]
		require.Equal(t, token, reveal(t, machine.Token))
		require.Equal(t, want, config.Token{Name: machine.Name, Role: machine.Role})
	}
	oidc := *s.Login.OIDC
	require.Equal(t, "hunter2", reveal(t, oidc.ClientSecret))
	oidc.ClientSecret = cloud.Secret{}
	require.Equal(t, config.OIDC{
		Issuer: "https://idp.example/realms/x", ClientID: "cloudsync", Scopes: []string{"groups"},
		NameClaim: "email", RoleClaim: "groups", Operators: []string{"sre"}, Viewers: []string{"staff"},
	}, oidc)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	require.True(t, config.Operator.Includes(config.Operator))
	require.True(t, config.Operator.Includes(config.Viewer))
	require.True(t, config.Viewer.Includes(config.Viewer))
	require.False(t, config.Viewer.Includes(config.Operator))
	require.False(t, config.Role("").Includes(config.Viewer))
	require.False(t, config.Role("").Includes(""))
}

func TestServeIsRefused(t *testing.T) {
	t.Parallel()
	user := func(settings string) string { return "  login: {users: [{" + settings + "}]}" }
	alice := "name: alice, role: viewer, password_bcrypt: '" + hash + "'"
	oidc := func(settings string) string {
		return "  url: https://cloudsync.example\n  login: {oidc: {issuer: 'https://idp.example', client_id: x, " + settings + "}}"
	}
	for name, of := range map[string]struct{ section, want string }{
		"mistyped":               {"  lisen: 127.0.0.1:1", `6: serve: unknown key "lisen": did you mean listen?`},
		"no address":             {"  listen: localhost", "6: serve.listen: no address: write HOST:PORT, such as 127.0.0.1:9467"},
		"no port":                {"  listen: 127.0.0.1:http", "6: serve.listen: no address"},
		"open":                   {"  listen: 0.0.0.0:9467", "6: serve.listen: others than this machine reach it, and everybody could decide: write serve.login with users, tokens or oidc, or listen on 127.0.0.1:9467"},
		"open on all":            {"  listen: :9467", "6: serve.listen: others than this machine reach it"},
		"open on IPv6":           {"  listen: '[::]:9467'", "6: serve.listen: others than this machine reach it"},
		"open behind a proxy":    {"  url: https://cloudsync.example", "6: serve.url: others than this machine reach it there"},
		"in the open":            {user(alice) + "\n  listen: 10.0.0.1:9467", "7: serve.listen: passwords would cross the network in the open: write serve.tls_cert_file and tls_key_file, listen on 127.0.0.1:9467 behind a proxy on this machine, or write insecure_http: true"},
		"in the open outside":    {user(alice) + "\n  url: http://cloudsync.example", "7: serve.url: with http, passwords would cross the network in the open: write https"},
		"half a certificate":     {"  tls_cert_file: /x", "6: serve.tls_cert_file: half a certificate: write tls_key_file, too, or neither"},
		"http with TLS":          {"  url: http://localhost\n  tls_cert_file: /x\n  tls_key_file: /x", "6: serve.url: http beside a certificate: write https"},
		"no URL":                 {"  url: cloudsync.example", "6: serve.url: no URL: write the server's address from outside, such as https://cloudsync.example"},
		"a path":                 {"  url: https://cloudsync.example/inventory", "6: serve.url: more than a scheme, a host and a port"},
		"a proxy's name":         {"  proxies: [nginx]", `6: serve.proxies[0]: "nginx" is neither an address nor a network: write one such as 10.0.0.5 or 10.0.0.0/24`},
		"nobody":                 {"  login: {}", "6: serve.login: nobody can log in: write users, tokens or oidc"},
		"no role":                {user("name: alice, password_bcrypt: '" + hash + "'"), "6: serve.login.users[0].role: missing: write viewer or operator"},
		"a bad role":             {user("name: alice, role: admin, password_bcrypt: '" + hash + "'"), `6: serve.login.users[0].role: "admin" is no role: write viewer or operator`},
		"a name with a colon":    {user("name: 'a:b', role: viewer, password_bcrypt: '" + hash + "'"), "6: serve.login.users[0].name: a : in it, which ends a name in HTTP: write it without"},
		"no name":                {user("role: viewer, password_bcrypt: '" + hash + "'"), "6: serve.login.users[0].name: missing: write a name to log in with, such as alice"},
		"a name twice":           {"  login:\n    users:\n      - {" + alice + "}\n      - {" + alice + "}", "9: serve.login.users[1].name: somebody on line 8 has this name already: write another, since it says who did something"},
		"a machine's name again": {"  login:\n    users: [{" + alice + "}]\n    tokens: [{name: alice, role: viewer, token: " + token + "}]", "8: serve.login.tokens[0].name: somebody on line 7 has this name already"},
		"no hash":                {user("name: alice, role: viewer"), "6: serve.login.users[0].password_bcrypt: missing: write it, or password_bcrypt_file"},
		"a hash twice":           {user(alice + ", password_bcrypt_file: /x"), "6: serve.login.users[0].password_bcrypt_file: given beside password_bcrypt: remove one of them"},
		"a password":             {user("name: alice, role: viewer, password_bcrypt: hunter2"), "6: serve.login.users[0].password_bcrypt: no hash by bcrypt: write one as `starter password` prints it"},
		"a hash cut short":       {user("name: alice, role: viewer, password_bcrypt: '" + hash[:59] + "'"), "6: serve.login.users[0].password_bcrypt: no hash by bcrypt"},
		"a line of htpasswd":     {user("name: alice, role: viewer, password_bcrypt: 'alice:" + strings.ReplaceAll(hash, "$", "$$") + "'"), "6: serve.login.users[0].password_bcrypt: a name stands before the hash: write what is behind the colon"},
		"too dear":               {user("name: alice, role: viewer, password_bcrypt: '" + strings.Replace(hash, "$04$", "$15$", 1) + "'"), "6: serve.login.users[0].password_bcrypt: a hash of cost 15, each login of which would take seconds: write one of cost 14 at most"},
		"a short token":          {"  login: {tokens: [{name: p, role: viewer, token: hunter2}]}", "6: serve.login.tokens[0].token: 7 characters, which can be guessed: write at least 32, as `openssl rand -hex 32` prints them"},
		"a token with spaces":    {"  login: {tokens: [{name: p, role: viewer, token: '" + strings.Repeat("a b ", 10) + "'}]}", "6: serve.login.tokens[0].token: a character that HTTP does not carry in tokens"},
		"no file of a token":     {"  login: {tokens: [{name: p, role: viewer, token_file: ''}]}", "6: serve.login.tokens[0].token_file: empty: write the path of a file, or remove the key"},
		"a short session":        {"  login: {users: [{" + alice + "}], session: 1s}", "6: serve.login.session: 1s is outside 1m to 2160h0m0s: write how long a login lasts, such as 12h0m0s"},
		"OIDC without url":       {"  login: {oidc: {issuer: 'https://idp.example', client_id: x}}", "6: serve.login.oidc: the provider has to send people back: write serve.url, the server's address from outside"},
		"no client":              {"  url: https://a.example\n  login: {oidc: {issuer: 'https://idp.example'}}", "7: serve.login.oidc.client_id: missing: write the id that the provider has for this server"},
		"no issuer":              {"  url: https://a.example\n  login: {oidc: {client_id: x}}", "7: serve.login.oidc.issuer: missing: write the provider's address, such as https://idp.example/realms/x"},
		"issuer over http":       {"  url: https://a.example\n  login: {oidc: {client_id: x, issuer: 'http://idp.example'}}", "7: serve.login.oidc.issuer: with http, others could answer in its place"},
		"no issuer's URL":        {"  url: https://a.example\n  login: {oidc: {client_id: x, issuer: idp.example}}", "7: serve.login.oidc.issuer: no URL of an issuer"},
		"roles of no claim":      {oidc("operators: [sre]"), "7: serve.login.oidc: operators and viewers are values of a claim that is not named: write role_claim, such as groups"},
		"a claim without roles":  {oidc("role_claim: groups"), "7: serve.login.oidc.role_claim: no value of it is said to mean anything: write operators, viewers, or both"},
		"an empty value":         {oidc("role_claim: groups, operators: ['']"), "7: serve.login.oidc.operators[0]: empty: write a value, or remove it"},
		"an empty claim":         {oidc("name_claim: ''"), "7: serve.login.oidc.name_claim: empty: write the name of a claim, or remove the key"},
		"an empty secret":        {oidc("client_secret: ''"), "7: serve.login.oidc.client_secret: empty: write a value, set the variable that gives it, or remove the key"},
		"of no known role":       {"  login: {tokens: [{name: p, role: operators, token: " + token + "}]}", `6: serve.login.tokens[0].role: "operators" is no role: write viewer or operator`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseServe(of.section, nil)
			require.ErrorContains(t, err, "cloudsync.yaml:"+of.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), "\n", "one mistake is one problem")
		})
	}
}

// The command line can override the address, and what was fine no longer is.
func TestServeOnAnotherAddress(t *testing.T) {
	t.Parallel()
	c, err := parse(minimal)
	require.NoError(t, err)
	require.NoError(t, c.Serve.Check())
	for _, fine := range []string{"", "127.0.0.1:0", "localhost:80", "[::1]:9467", "127.1.2.3:9467"} {
		require.NoError(t, c.Serve.On(fine).Check(), fine)
	}
	for listen, want := range map[string]string{
		"0.0.0.0:9467": `listen on "0.0.0.0:9467": others than this machine reach it, and everybody could decide: write serve.login`,
		":9467":        `listen on ":9467": others than this machine reach it`,
		"10.0.0.1:80":  `listen on "10.0.0.1:80": others than this machine reach it`,
		"nowhere":      `listen on "nowhere": no address: write HOST:PORT, such as 127.0.0.1:9467`,
		"a\nb:70000":   `listen on "a\nb:70000": no address`,
	} {
		require.ErrorContains(t, c.Serve.On(listen).Check(), want)
	}
	users := "  login: {users: [{name: alice, role: viewer, password_bcrypt: '" + hash + "'}]}"
	s, err := parseServe(users, nil)
	require.NoError(t, err)
	require.ErrorContains(t, s.On("0.0.0.0:1").Check(), `listen on "0.0.0.0:1": passwords would cross the network in the open`)
	s, err = parseServe(users+"\n  insecure_http: true", nil)
	require.NoError(t, err)
	require.NoError(t, s.On("0.0.0.0:1").Check())
}

// A worker reads the same file, and has neither the server's variables nor its files.
func TestWhatOnlyTheServerNeeds(t *testing.T) {
	t.Parallel()
	const section = `
  listen: 10.0.0.1:9467
  url: https://cloudsync.example
  tls_cert_file: /nowhere/cert
  tls_key_file: /nowhere/key
  login:
    users:
      - { name: alice, role: viewer, password_bcrypt_file: /nowhere/alice }
      - { name: bob, role: viewer, password_bcrypt: "%s" }
    tokens:
      - { name: prometheus, role: viewer, token_file: /nowhere/token }
    oidc: { issuer: "https://idp.example", client_id: x, client_secret_file: /nowhere/secret }
    session_key_file: /nowhere/key
`
	s, err := parseServe(fmt.Sprintf(section, "${BOB}"), nil)
	require.NoError(t, err)
	require.EqualError(t, s.Check(), "cloudsync.yaml:14: serve.login.users[1].password_bcrypt: the environment variable BOB is not set: set it, or write $$ for a literal $")

	s, err = parseServe(fmt.Sprintf(section, hash), nil)
	require.NoError(t, err)
	const remedy = "a file that cannot be read, or is empty: write the path of one that this program may read"
	require.EqualError(t, s.Check(), strings.Join([]string{
		"cloudsync.yaml:9: serve.tls_cert_file: with tls_key_file: a file that is named cannot be read: write the path of one that this program may read",
		"cloudsync.yaml:13: serve.login.users[0].password_bcrypt_file: " + remedy,
		"cloudsync.yaml:16: serve.login.tokens[0].token_file: " + remedy,
		"cloudsync.yaml:17: serve.login.oidc.client_secret_file: " + remedy,
		"cloudsync.yaml:18: serve.login.session_key_file: " + remedy,
	}, "\n"))
}

func TestFilesOfTheServer(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	for _, of := range []struct{ entry, content, want string }{
		{"users: [{name: a, role: viewer, password_bcrypt_file: %s}]", "hunter2", "serve.login.users[0].password_bcrypt_file: in the file, no hash by bcrypt"},
		{"tokens: [{name: a, role: viewer, token_file: %s}]", "hunter2", "serve.login.tokens[0].token_file: in the file, 7 characters, which can be guessed"},
		{"tokens: [{name: a, role: viewer, token_file: %s}]", "hunter2\nhunter2", "serve.login.tokens[0].token_file: the file has a line break"},
		{"tokens: [{name: a, role: viewer, token: " + token + "}], session_key_file: %s", "hunter2", "serve.login.session_key_file: in the file, 7 characters, which can be guessed"},
	} {
		require.NoError(t, os.WriteFile(file, []byte(of.content), 0o600))
		s, err := parseServe("  login: {"+fmt.Sprintf(of.entry, file)+"}", nil)
		require.NoError(t, err)
		require.ErrorContains(t, s.Check(), "cloudsync.yaml:6: "+of.want)
		require.NotContains(t, s.Check().Error(), "hunter2")
	}
}

func TestServeOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	replace := func(serial int64) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{SerialNumber: big.NewInt(serial)}
		cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		for name, block := range map[string]pem.Block{"cert": {Type: "CERTIFICATE", Bytes: cert}, "key": {Type: "PRIVATE KEY", Bytes: der}} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&block), 0o600))
		}
	}
	replace(1)
	s, err := parseServe("  listen: 10.0.0.1:443\n  tls_cert_file: "+dir+"/cert\n  tls_key_file: "+dir+"/key\n  login: {tokens: [{name: a, role: viewer, token: "+token+"}]}", nil)
	require.NoError(t, err)
	require.NoError(t, s.Check())
	require.True(t, s.IsHTTPS())
	for serial := range int64(2) {
		replace(7 + serial)
		pair, err := s.TLS().GetCertificate(&tls.ClientHelloInfo{})
		require.NoError(t, err)
		require.Equal(t, 7+serial, pair.Leaf.SerialNumber.Int64())
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte("hunter2"), 0o600))
	require.EqualError(t, s.Check(), "cloudsync.yaml:7: serve.tls_cert_file: with tls_key_file: they are no certificate and its key in PEM that belong together: write those that do")
}

func TestServeShowsNoSecret(t *testing.T) {
	t.Parallel()
	s, err := parseServe(`
  url: https://cloudsync.example
  login:
    users: [{ name: alice, role: viewer, password_bcrypt: "`+hash+`" }]
    tokens: [{ name: ci, role: viewer, token: `+token+` }]
    oidc: { issuer: "https://idp.example", client_id: x, client_secret: hunter2 }`, nil)
	require.NoError(t, err)
	document, err := json.Marshal(s)
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", s, s, s), fmt.Sprintf("%+v %#v", s.Login.OIDC, *s.Login.OIDC), string(document)} {
		for _, secret := range []string{hash, token, "hunter2"} {
			require.NotContains(t, text, secret)
		}
	}
}

// The example in docs/operations/serve.md is a configuration that the program takes.
func TestDocumentedServe(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operations/serve.md")
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)```yaml\nserve:\n(.*?)\n```").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, found)
	for _, of := range found {
		_, err := parseServe(of[1], nil)
		require.NoError(t, err)
	}
}
