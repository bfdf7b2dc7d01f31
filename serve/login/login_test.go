package login_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/config"
	"cloudsync/serve/login"
)

const (
	password = "correct horse battery staple"
	token    = "0123456789abcdef0123456789abcdef"
	secret   = "the secret of the client"
)

// hashed is cheap, so that the tests are quick.
var hashed = sync.OnceValue(func() string { return hashOf(password) })

func hashOf(password string) string {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
}

// people is a section with alice, an operator, and bob, a viewer.
func people() string {
	return fmt.Sprintf(`
  login:
    users:
      - { name: alice, role: operator, password_bcrypt: "%[1]s" }
      - { name: bob, role: viewer, password_bcrypt: "%[1]s" }
`, hashed())
}

// server is a guarded server with its log.
type server struct {
	http.Handler
	guard *login.Guard
	log   *logged
}

// logged is a log that may be written at the same time.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(record []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(record)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func settings(t *testing.T, section string) config.Serve {
	t.Helper()
	c, err := config.Parse("cloudsync.yaml", []byte(`
mysql_s: [{name: stree, addr: "user@tcp(db)/cloudsync"}]
public_cloud_sync:
  resources: {resource_host: {interval: 5s}}
  accounts: [{provider: mock, name: prod, regions: [beijing]}]
serve:
  listen: 127.0.0.1:0
`+section), func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	return c.Serve
}

// serve starts a server with the settings of a section. Its log never has a secret.
func serve(t *testing.T, section string) server {
	t.Helper()
	log := &logged{}
	guard, err := login.New(settings(t, section), slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, never := range []string{password, token, secret, hashed(), "$2a$", "eyJ", "wrong password", "the code"} {
			require.NotContains(t, log.String(), never)
		}
	})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(login.From(r.Context()))
	})
	mux.Handle("/decide", login.Require(login.Operator, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})))
	return server{guard.Wrap(mux), guard, log}
}

// change changes a request before it is sent.
type change func(*http.Request)

func header(name, value string) change {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

func from(address string) change {
	return func(r *http.Request) { r.RemoteAddr = address }
}

func host(name string) change { return func(r *http.Request) { r.Host = name } }

func with(cookies ...*http.Cookie) change {
	return func(r *http.Request) {
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
	}
}

func basic(name, password string) change {
	return func(r *http.Request) { r.SetBasicAuth(name, password) }
}

func bearer(token string) change { return header("Authorization", "Bearer "+token) }

var page = header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")

// response is an answer that was read.
type response struct {
	StatusCode int
	Header     http.Header
	Body       string
}

// Cookies are those that it sets.
func (r response) Cookies() []*http.Cookie { return (&http.Response{Header: r.Header}).Cookies() }

func (s server) do(method, target, body string, changes ...change) response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host, r.RemoteAddr = "localhost:9467", "127.0.0.1:4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, change := range changes {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return response{w.Code, w.Header(), w.Body.String()}
}

func (s server) get(target string, changes ...change) response {
	return s.do(http.MethodGet, target, "", changes...)
}

// logIn fills in the form.
func (s server) logIn(name, password, next string, changes ...change) response {
	form := url.Values{"name": {name}, "password": {password}, "next": {next}}
	return s.do(http.MethodPost, "/login", form.Encode(), append([]change{page}, changes...)...)
}

// sessionOf logs in.
func (s server) sessionOf(t *testing.T, name string) *http.Cookie {
	t.Helper()
	answer := s.logIn(name, password, "")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.Body)
	require.Len(t, answer.Cookies(), 1)
	return answer.Cookies()[0]
}

func identity(t *testing.T, answer response) (who login.Identity) {
	t.Helper()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &who))
	return who
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestPeopleLogIn(t *testing.T) {
	t.Parallel()
	s := serve(t, people())

	answer := s.get("/hosts?q=a%26b&x=1", page)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, "/login?next=%2Fhosts%3Fq%3Da%2526b%26x%3D1", answer.Header.Get("Location"))
	form := s.get(answer.Header.Get("Location"), page).Body
	require.Contains(t, form, `<input type="hidden" name="next" value="/hosts?q=a%26b&amp;x=1">`)
	require.Contains(t, form, `autocomplete="current-password"`)

	answer = s.logIn("alice", "wrong password", "/hosts?q=a%26b&x=1")
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.Empty(t, answer.Cookies())
	form = answer.Body
	require.Contains(t, form, "The name or the password is wrong.")
	require.Contains(t, form, `value="/hosts?q=a%26b&amp;x=1"`)

	answer = s.logIn("alice", password, "/hosts?q=a%26b&x=1")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, "/hosts?q=a%26b&x=1", answer.Header.Get("Location"))
	session := answer.Cookies()[0]
	require.True(t, session.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, session.SameSite)
	require.Equal(t, "/", session.Path)
	require.Empty(t, session.Domain)
	require.InDelta(t, 12*60*60, session.MaxAge, 1)
	require.Equal(t, login.Identity{Name: "alice", Role: login.Operator, Method: login.Password}, identity(t, s.get("/hosts", with(session))))

	answer = s.do(http.MethodPost, "/logout", "", with(session), page)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, -1, answer.Cookies()[0].MaxAge)
	require.Equal(t, session.Name, answer.Cookies()[0].Name)

	for _, want := range []string{
		`"msg":"login failed","name":"alice","method":"password","address":"127.0.0.1"`,
		`"msg":"logged in","name":"alice","role":"operator","method":"password","address":"127.0.0.1"`,
		`"msg":"logged out","name":"alice","method":"password","address":"127.0.0.1"`,
	} {
		require.Contains(t, s.log.String(), want)
	}
	require.Equal(t, 1, strings.Count(s.log.String(), `"logged in"`))
	s.sessionOf(t, "alice")
	require.Equal(t, 2, strings.Count(s.log.String(), `"logged in"`), "each login is logged")
}

// People type their password where the name belongs.
func TestNamesThatNobodyHasAreNotLogged(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	require.Equal(t, http.StatusUnauthorized, s.logIn(password, password, "").StatusCode)
	require.Contains(t, s.log.String(), `"msg":"login failed","name":"(unknown)"`)
}

func TestMethodsOfThePages(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	require.Equal(t, http.StatusMethodNotAllowed, s.get("/logout").StatusCode)
	require.Equal(t, http.StatusMethodNotAllowed, s.do(http.MethodPut, "/login", "a=b").StatusCode)
	require.Equal(t, http.StatusNotFound, s.get("/login/other").StatusCode)
	require.Equal(t, http.StatusNotFound, s.get("/login/oidc").StatusCode)
	require.Equal(t, http.StatusOK, s.do(http.MethodHead, "/login", "").StatusCode)
	style := s.get("/login/style.css")
	require.Equal(t, "text/css; charset=utf-8", style.Header.Get("Content-Type"))
}

func TestProgramsWithoutLogin(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	answer := s.get("/api/v1/resources/host")
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
	require.Equal(t, []string{`Bearer realm="cloudsync"`, `Basic realm="cloudsync", charset="UTF-8"`}, answer.Header.Values("WWW-Authenticate"))
	require.JSONEq(t, `{"title":"Unauthorized","status":401,"detail":"Send a token as a bearer, or a name and a password; people log in at /login."}`, answer.Body)

	// Of a script, a browser would ask for a password in a window of its own.
	answer = s.get("/api/v1/resources/host", header("Sec-Fetch-Mode", "cors"))
	require.Equal(t, []string{`Bearer realm="cloudsync"`}, answer.Header.Values("WWW-Authenticate"))
	// What changes something is not sent again after a login.
	require.Equal(t, "/login", s.do(http.MethodPost, "/decide", "", page).Header.Get("Location"))
}

func TestRoles(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	require.Equal(t, http.StatusNoContent, s.do(http.MethodPost, "/decide", "", with(s.sessionOf(t, "alice"))).StatusCode)

	viewer := s.sessionOf(t, "bob")
	require.Equal(t, login.Viewer, identity(t, s.get("/", with(viewer))).Role)
	answer := s.do(http.MethodPost, "/decide", "", with(viewer))
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
	require.JSONEq(t, `{"title":"Forbidden","status":403,"detail":"This is for the role operator, and you have the role viewer."}`, answer.Body)
	answer = s.do(http.MethodPost, "/decide", "", with(viewer), page)
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
	require.Contains(t, answer.Body, "<p class=\"fault\" role=\"alert\">This is for the role operator, and you have the role viewer.</p>")

	// A handler that no guard stands before lets nobody in.
	w := httptest.NewRecorder()
	login.Require(login.Viewer, http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusForbidden, w.Code)
}

func TestRequestsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := serve(t, "  url: https://cloudsync.example\n"+people())
	session := with(s.sessionOf(t, "alice"))
	for name, of := range map[string]struct {
		changes []change
		want    int
	}{
		"another site's page":       {[]change{header("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"a sister's page":           {[]change{header("Sec-Fetch-Site", "same-site")}, http.StatusForbidden},
		"of an older browser":       {[]change{header("Origin", "https://evil.example")}, http.StatusForbidden},
		"a sandboxed page":          {[]change{header("Origin", "null")}, http.StatusForbidden},
		"the own page":              {[]change{header("Sec-Fetch-Site", "same-origin")}, http.StatusNoContent},
		"the own, of an older one":  {[]change{header("Origin", "http://localhost:9467")}, http.StatusNoContent},
		"the own, behind a proxy":   {[]change{header("Origin", "https://cloudsync.example")}, http.StatusNoContent},
		"a program":                 {nil, http.StatusNoContent},
		"another site's, to delete": {[]change{func(r *http.Request) { r.Method = http.MethodDelete }, header("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"another site's link":       {[]change{func(r *http.Request) { r.Method = http.MethodGet }, header("Sec-Fetch-Site", "cross-site")}, http.StatusNoContent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, of.want, s.do(http.MethodPost, "/decide", "", append(of.changes, session)...).StatusCode)
		})
	}
	// Another site logs nobody in or out.
	require.Equal(t, http.StatusForbidden, s.logIn("bob", password, "", header("Sec-Fetch-Site", "cross-site")).StatusCode)
	require.Equal(t, http.StatusForbidden, s.do(http.MethodPost, "/logout", "", session, header("Sec-Fetch-Site", "cross-site")).StatusCode)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	for _, answer := range []response{
		s.get("/", with(s.sessionOf(t, "alice"))), s.get("/"), s.get("/login", page), s.get("/login/style.css"),
		s.logIn("alice", "wrong password", ""), s.do(http.MethodPost, "/decide", "", header("Sec-Fetch-Site", "cross-site")),
	} {
		policy := answer.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.Contains(t, policy, "base-uri 'none'")
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "same-origin", answer.Header.Get("Referrer-Policy"))
		if answer.Header.Get("Content-Type") != "text/css; charset=utf-8" {
			require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
		}
	}
	require.Contains(t, s.get("/login", page).Header.Get("Content-Security-Policy"), "default-src 'none'")
}

// The pages have neither scripts nor styles of their own, which their policy would refuse.
func TestPagesNeedNoScript(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	for _, answer := range []response{s.get("/login", page), s.logIn("alice", "wrong password", "")} {
		require.NotRegexp(t, `(?i)<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://`, answer.Body)
	}
}

func TestWhereALoginLeads(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"", "hosts", "https://evil.example/", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, "/%5cevil.example", "/%2fevil.example",
		"javascript:alert(1)", "https:evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "//user@evil.example/", "http:///evil.example",
		"/login", "/login/oidc?next=/", "/logout", "/" + strings.Repeat("a", 3000), "?a=b", "%", "/%zz",
	} {
		require.Equal(t, "/", login.SafeNext(next), "%q", next)
	}
	for _, next := range []string{"/", "/hosts", "/hosts?q=%2F%2Fevil.example&a=b", "/a//b", "/a%2Fb", "/logins", "/hosts?next=https://evil.example"} {
		require.Equal(t, next, login.SafeNext(next))
	}
	require.Equal(t, "/hosts", login.SafeNext("/hosts#part"))

	s := serve(t, people())
	require.Equal(t, "/", s.logIn("alice", password, "https://evil.example/").Header.Get("Location"))
	require.NotContains(t, s.get("/login?next=https://evil.example/", page).Body, "evil")
	require.NotContains(t, s.get(`/login?next=/%22%3E%3Cscript%3E`, page).Body, "<script>")
}

func TestHugeRequests(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	compared := 0
	s.guard.OnCompare(func([]byte) { compared++ })
	huge := strings.Repeat("a", 1<<20)
	require.Equal(t, http.StatusRequestEntityTooLarge, s.logIn("alice", huge, "").StatusCode)
	require.Equal(t, http.StatusBadRequest, s.do(http.MethodPost, "/login", "name=%zz").StatusCode)
	require.Equal(t, http.StatusUnauthorized, s.get("/", bearer(huge)).StatusCode)
	require.Equal(t, http.StatusUnauthorized, s.get("/", basic("alice", huge)).StatusCode)
	require.Equal(t, http.StatusUnauthorized, s.get("/", with(&http.Cookie{Name: login.SessionCookie, Value: huge})).StatusCode)
	require.Zero(t, compared)
	require.Less(t, len(s.log.String()), 10_000)
}

func TestMachines(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, token+"\n")
	s := serve(t, `
  login:
    tokens:
      - { name: prometheus, role: viewer, token_file: `+file+` }
      - { name: ci, role: operator, token: "ffffffffffffffffffffffffffffffff" }
`)
	require.Equal(t, login.Identity{Name: "prometheus", Role: login.Viewer, Method: login.Token}, identity(t, s.get("/", bearer(token))))
	require.Equal(t, login.Identity{Name: "ci", Role: login.Operator, Method: login.Token}, identity(t, s.get("/", header("Authorization", "bearer ffffffffffffffffffffffffffffffff"))))
	require.Equal(t, http.StatusForbidden, s.do(http.MethodPost, "/decide", "", bearer(token)).StatusCode)
	for _, wrong := range []string{"Bearer " + token[1:], "Bearer " + token + "0", "Bearer", "Bearer ", token, "Digest " + token, "Basic " + token} {
		answer := s.get("/", header("Authorization", wrong))
		require.Equal(t, http.StatusUnauthorized, answer.StatusCode, wrong)
		require.Equal(t, `Bearer realm="cloudsync", error="invalid_token"`, answer.Header.Get("WWW-Authenticate"))
	}
	require.Equal(t, http.StatusUnauthorized, s.get("/", page, bearer("wrong")).StatusCode, "a program that says it likes pages")
	require.Equal(t, 2, strings.Count(s.log.String(), `"logged in"`), "a machine is logged once an hour")

	// The token is replaced.
	write(t, file, strings.Repeat("n", 40))
	require.Equal(t, http.StatusUnauthorized, s.get("/", bearer(token)).StatusCode)
	require.Equal(t, "prometheus", identity(t, s.get("/", bearer(strings.Repeat("n", 40)))).Name)
	require.NoError(t, os.Remove(file))
	require.Equal(t, http.StatusUnauthorized, s.get("/", bearer("")).StatusCode)
	require.Equal(t, http.StatusUnauthorized, s.get("/", bearer(token)).StatusCode)
	require.Contains(t, s.log.String(), `"msg":"read a token","name":"prometheus"`)

	require.Contains(t, s.get("/login", page).Body, "Only machines with a token are known here.")
}

func TestPasswordsOfPrograms(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	compared := 0
	s.guard.OnCompare(func([]byte) { compared++ })
	for range 5 {
		require.Equal(t, login.Identity{Name: "bob", Role: login.Viewer, Method: login.Password}, identity(t, s.get("/", basic("bob", password))))
	}
	require.Equal(t, 1, compared, "a right password is hashed once a minute")
	require.Equal(t, 1, strings.Count(s.log.String(), `"logged in"`))
	require.Empty(t, s.get("/", basic("bob", password)).Cookies())
	// It shows itself, so its cookie does not count.
	require.Equal(t, http.StatusUnauthorized, s.get("/", basic("bob", "wrong password"), with(s.sessionOf(t, "alice"))).StatusCode)
}

// What it takes says nothing of who is known.
func TestPasswordsOfUnknownNames(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	var costs []int
	s.guard.OnCompare(func(hash []byte) {
		cost, err := bcrypt.Cost(hash)
		require.NoError(t, err)
		costs = append(costs, cost)
	})
	known, unknown := s.logIn("alice", "wrong password", ""), s.logIn("mallory", "wrong password", "")
	require.Equal(t, []int{bcrypt.MinCost, bcrypt.MinCost}, costs)
	require.Equal(t, known.StatusCode, unknown.StatusCode)
	require.Equal(t, known.Body, unknown.Body)
	require.Equal(t, http.StatusUnauthorized, s.logIn("", "", "").StatusCode)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := serve(t, "  proxies: [127.0.0.1, 10.0.0.0/8]\n"+people())
	for want, changes := range map[string][]change{
		"203.0.113.9":  {header("X-Forwarded-For", "203.0.113.9")},
		"203.0.113.8":  {header("X-Forwarded-For", "1.1.1.1, 203.0.113.8, 10.1.2.3")},
		"203.0.113.7":  {header("X-Forwarded-For", "1.1.1.1"), header("X-Forwarded-For", "203.0.113.7")},
		"198.51.100.1": {from("198.51.100.1:1"), header("X-Forwarded-For", "203.0.113.6")},
		"10.9.9.9":     {header("X-Forwarded-For", "nonsense, 10.9.9.9")},
		"127.0.0.1":    {header("X-Forwarded-For", "<script>")},
		"2001:db8::1":  {from("[::ffff:127.0.0.1]:1"), header("X-Forwarded-For", "2001:db8::1")},
	} {
		s.logIn("alice", "wrong password", "", changes...)
		require.Contains(t, s.log.String(), `"address":"`+want+`"`)
	}
	require.NotContains(t, s.log.String(), "script")
}

func TestLocal(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	for _, name := range []string{"localhost", "localhost:9467", "LOCALHOST:1", "127.0.0.1:9467", "127.0.0.1", "[::1]:9467", "[::1]"} {
		require.Equal(t, login.Identity{Name: "local", Role: login.Operator, Method: login.Local}, identity(t, s.get("/", host(name))))
	}
	// A name of another site that is made to mean this machine.
	for _, name := range []string{"evil.example", "evil.example:9467", "localhost.evil.example", "127.0.0.1.evil.example", "", "0.0.0.0:9467", "10.0.0.1", "localhost@evil.example"} {
		answer := s.get("/", host(name))
		require.Equal(t, http.StatusForbidden, answer.StatusCode, name)
		require.Contains(t, answer.Body, "Write serve.login into the configuration to reach it by another name.")
	}
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"} {
		require.Equal(t, http.StatusForbidden, s.get("/", header(name, "203.0.113.9")).StatusCode)
	}
	require.Equal(t, http.StatusForbidden, s.do(http.MethodPost, "/decide", "", header("Origin", "https://evil.example")).StatusCode)
	require.Equal(t, http.StatusNoContent, s.do(http.MethodPost, "/decide", "", header("Origin", "http://localhost:9467")).StatusCode)
	require.Equal(t, "/", s.get("/login", page).Header.Get("Location"))
	require.Equal(t, http.StatusOK, s.get("/login/style.css").StatusCode)
	require.Contains(t, s.get("/").Header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
}

// What others reach has a login.
func TestNewChecksTheSettings(t *testing.T) {
	t.Parallel()
	_, err := login.New(settings(t, "").On("0.0.0.0:80"), slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "write serve.login with users, tokens or oidc")
	_, err = login.New(config.Serve{}, slog.New(slog.DiscardHandler))
	require.Error(t, err)
}
