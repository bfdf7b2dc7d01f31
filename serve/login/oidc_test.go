package login_test

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/stretchr/testify/require"

	"cloudsync/serve/login"
)

// issuer is an identity provider that gives everybody the token that a test wants.
type issuer struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	claims map[string]any                   // of the next token, over those of a good one
	sign   func(claims string) string       // the next token
	answer func(w http.ResponseWriter) bool // instead of a token
	away   atomic.Bool
	asked  url.Values // of the last one who came to log in
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{key: newKey(t)}
	i.sign = func(claims string) string { return oidctest.SignIDToken(i.key, "key", oidc.ES256, claims) }
	about := &oidctest.Server{
		Algorithms: []string{oidc.ES256},
		PublicKeys: []oidctest.PublicKey{{PublicKey: i.key.Public(), KeyID: "key", Algorithm: oidc.ES256}},
	}
	mux := http.NewServeMux()
	mux.Handle("/", about)
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) { i.token(t, w, r) })
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	about.SetIssuer(i.URL)
	return i
}

// token answers like a provider that checks PKCE and the client's secret.
func (i *issuer) token(t *testing.T, w http.ResponseWriter, r *http.Request) {
	name, password, _ := r.BasicAuth()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if name != "cloudsync" || password != url.QueryEscape(secret) || r.FormValue("code") != "the code" ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != i.asked.Get("code_challenge") || r.FormValue("redirect_uri") != i.asked.Get("redirect_uri") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": "invalid_grant", "error_description": "%s"}`, secret)
		return
	}
	if i.answer != nil && i.answer(w) {
		return
	}
	claims := map[string]any{
		"iss": i.URL, "aud": "cloudsync", "sub": "4711", "nonce": i.asked.Get("nonce"), "exp": time.Now().Add(time.Hour).Unix(),
		"email": "carol@example.com", "email_verified": true, "preferred_username": "carol",
	}
	maps.Copy(claims, i.claims)
	text, err := json.Marshal(claims)
	if err != nil {
		t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(string(text))}); err != nil {
		t.Error(err)
	}
}

// section is the settings for the issuer, with more of them.
func (i *issuer) section(t *testing.T, more string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	write(t, file, secret+"\n")
	return fmt.Sprintf(`
  url: https://cloudsync.example
  login:
    oidc: { issuer: "%s", client_id: cloudsync, client_secret_file: "%s"%s }
`, i.URL, file, more)
}

// begin begins a login, and returns what the browser keeps of it.
func (i *issuer) begin(t *testing.T, s server, next string) *http.Cookie {
	t.Helper()
	answer := s.get("/login/oidc?next="+url.QueryEscape(next), page)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	to, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, i.URL+"/auth", to.Scheme+"://"+to.Host+to.Path)
	i.asked = to.Query()
	require.Len(t, answer.Cookies(), 1)
	return answer.Cookies()[0]
}

// comeBack is the provider's answer.
func (i *issuer) comeBack(s server, flow *http.Cookie, changed map[string]string) response {
	query := url.Values{"code": {"the code"}, "state": {i.asked.Get("state")}}
	for key, value := range changed {
		query.Set(key, value)
	}
	var changes []change
	if flow != nil {
		changes = append(changes, with(flow))
	}
	return s.get("/login/oidc/callback?"+query.Encode(), append(changes, page)...)
}

// logIn is a whole login.
func (i *issuer) logIn(t *testing.T, s server, claims map[string]any) response {
	t.Helper()
	i.claims = claims
	return i.comeBack(s, i.begin(t, s, "/hosts"), nil)
}

// cookieNamed is the one of an answer with a value.
func cookieNamed(answer response, name string) *http.Cookie {
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "__Host-"+name && cookie.MaxAge >= 0 {
			return cookie
		}
	}
	return nil
}

func TestOIDC(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := serve(t, i.section(t, ", scopes: [groups]"))
	require.Contains(t, s.get("/login?next=/hosts", page).Body, `href="/login/oidc?next=%2Fhosts"`)

	flow := i.begin(t, s, "/hosts?q=1")
	require.True(t, flow.Secure && flow.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, flow.SameSite)
	require.Equal(t, "openid profile email groups", i.asked.Get("scope"))
	require.Equal(t, "S256", i.asked.Get("code_challenge_method"))
	require.Equal(t, "https://cloudsync.example/login/oidc/callback", i.asked.Get("redirect_uri"))
	require.Equal(t, "code", i.asked.Get("response_type"))

	answer := i.comeBack(s, flow, nil)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.Body)
	require.Equal(t, "/hosts?q=1", answer.Header.Get("Location"))
	require.Nil(t, cookieNamed(answer, login.FlowCookie), "it was used")
	session := cookieNamed(answer, login.SessionCookie)
	require.Equal(t, login.Identity{Name: "carol@example.com", Role: login.Viewer, Method: login.OIDC}, identity(t, s.get("/", with(session))))
	require.Contains(t, s.log.String(), `"msg":"logged in","name":"carol@example.com","role":"viewer","method":"oidc","address":"127.0.0.1"`)

	// What is kept of a login under way is no session, and the other way round.
	require.Equal(t, http.StatusUnauthorized, s.get("/", with(&http.Cookie{Name: session.Name, Value: flow.Value})).StatusCode)
	require.Equal(t, http.StatusBadRequest, i.comeBack(s, &http.Cookie{Name: flow.Name, Value: session.Value}, map[string]string{"state": ""}).StatusCode)
}

func TestOIDCAnswersThatAreNotBelieved(t *testing.T) {
	t.Parallel()
	other := newKey(t)
	none := func(claims string) string {
		encode := base64.RawURLEncoding.EncodeToString
		return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
	}
	for name, of := range map[string]struct {
		prepare func(i *issuer)
		query   map[string]string
		noFlow  bool
		want    int
		log     string
	}{
		"another nonce":    {prepare: func(i *issuer) { i.claims = map[string]any{"nonce": "another"} }, log: "its nonce is not the one that was sent"},
		"no nonce":         {prepare: func(i *issuer) { i.claims = map[string]any{"nonce": nil} }, log: "its nonce is not the one that was sent"},
		"another audience": {prepare: func(i *issuer) { i.claims = map[string]any{"aud": "another"} }, log: "expected audience"},
		"another party":    {prepare: func(i *issuer) { i.claims = map[string]any{"aud": []string{"cloudsync", "b"}, "azp": "b"} }, log: "given to another party"},
		"no party of two":  {prepare: func(i *issuer) { i.claims = map[string]any{"aud": []string{"cloudsync", "b"}} }, log: "given to another party"},
		"another issuer":   {prepare: func(i *issuer) { i.claims = map[string]any{"iss": "https://evil.example"} }, log: "issued by a different provider"},
		"expired":          {prepare: func(i *issuer) { i.claims = map[string]any{"exp": time.Now().Add(-time.Minute).Unix()} }, log: "token is expired"},
		"not yet valid":    {prepare: func(i *issuer) { i.claims = map[string]any{"nbf": time.Now().Add(time.Hour).Unix()} }, log: "before the nbf"},
		"another key": {prepare: func(i *issuer) {
			i.sign = func(c string) string { return oidctest.SignIDToken(other, "key", oidc.ES256, c) }
		}, log: "failed to verify"},
		"an unknown key": {prepare: func(i *issuer) {
			i.sign = func(c string) string { return oidctest.SignIDToken(other, "k2", oidc.ES256, c) }
		}, log: "failed to verify"},
		"no signature": {prepare: func(i *issuer) { i.sign = none }, log: "malformed jwt"},
		"by a shared key": {prepare: func(i *issuer) {
			i.sign = func(c string) string { return oidctest.SignIDToken([]byte(strings.Repeat("s", 32)), "key", "HS256", c) }
		}, log: "malformed jwt"},
		"no token":         {prepare: func(i *issuer) { i.sign = func(string) string { return "" } }, log: "malformed jwt"},
		"not even JSON":    {prepare: func(i *issuer) { i.answer = func(w http.ResponseWriter) bool { fmt.Fprint(w, secret); return true } }},
		"no ID token":      {prepare: func(i *issuer) { i.answer = answerWithout }, log: "has no ID token"},
		"another code":     {query: map[string]string{"code": "another"}, log: `the provider gives no token: status 400, \"invalid_grant\"`},
		"no code":          {query: map[string]string{"code": ""}, log: `the provider gives no token: status 400`},
		"refused there":    {query: map[string]string{"error": "access_denied\n<script>"}, log: `the provider says \"access_denied\\n<script>\"`},
		"another state":    {query: map[string]string{"state": "another"}, want: http.StatusBadRequest, log: "no such state"},
		"no state":         {query: map[string]string{"state": ""}, want: http.StatusBadRequest, log: "no such state"},
		"not begun here":   {noFlow: true, want: http.StatusBadRequest, log: "no such state"},
		"neither of them":  {noFlow: true, query: map[string]string{"state": ""}, want: http.StatusBadRequest, log: "no such state"},
		"an unusable name": {prepare: func(i *issuer) { i.claims = map[string]any{"email": nil, "preferred_username": "", "sub": " "} }, log: "does not say a name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(t)
			s := serve(t, i.section(t, ""))
			if of.prepare != nil {
				of.prepare(i)
			}
			flow := i.begin(t, s, "/")
			if of.noFlow {
				flow = nil
			}
			answer := i.comeBack(s, flow, of.query)
			require.Equal(t, cmp.Or(of.want, http.StatusForbidden), answer.StatusCode)
			require.Nil(t, cookieNamed(answer, login.SessionCookie))
			shown := answer.Body
			require.NotContains(t, shown, "<script>")
			require.NotContains(t, shown, secret)
			require.Contains(t, strings.ReplaceAll(s.log.String(), `\u003c`, "<"), of.log)
			require.Contains(t, s.log.String(), `"msg":"login failed","method":"oidc"`)
		})
	}
}

func answerWithout(w http.ResponseWriter) bool {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"access_token": "x", "token_type": "Bearer"}`)
	return true
}

func TestOIDCNames(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	byDefault, byClaim, byEmail := serve(t, i.section(t, "")), serve(t, i.section(t, ", name_claim: nick")), serve(t, i.section(t, ", name_claim: email"))
	for _, of := range []struct {
		server server
		claims map[string]any
		want   string // empty: refused
	}{
		{byDefault, nil, "carol@example.com"},
		{byDefault, map[string]any{"email_verified": "true"}, "carol@example.com"},
		{byDefault, map[string]any{"email_verified": false}, "carol"},
		{byDefault, map[string]any{"email_verified": nil}, "carol"},
		{byDefault, map[string]any{"email": nil, "preferred_username": nil}, "4711"},
		{byDefault, map[string]any{"email": "a\u202eb\x1b[2J\n@example.com"}, "a\ufffdb\ufffd[2J @example.com"},
		{byDefault, map[string]any{"email": strings.Repeat("é", 1000)}, strings.Repeat("é", 128)},
		{byClaim, map[string]any{"nick": "caz"}, "caz"},
		{byClaim, nil, ""},
		{byClaim, map[string]any{"nick": 7}, ""},
		{byEmail, map[string]any{"email_verified": true}, "carol@example.com"},
		{byEmail, map[string]any{"email_verified": false}, ""},
	} {
		answer := i.logIn(t, of.server, of.claims)
		if of.want == "" {
			require.Equal(t, http.StatusForbidden, answer.StatusCode)
			require.Contains(t, answer.Body, "The identity provider does not say a name that can be used.")
			continue
		}
		require.Equal(t, http.StatusSeeOther, answer.StatusCode)
		require.Equal(t, of.want, identity(t, of.server.get("/", with(cookieNamed(answer, login.SessionCookie)))).Name)
	}
}

func TestOIDCRoles(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	both, open := serve(t, i.section(t, ", role_claim: groups, operators: [sre, root], viewers: [staff]")), serve(t, i.section(t, ", role_claim: groups, operators: [sre]"))
	for _, of := range []struct {
		server server
		groups any
		want   any // nil: refused
	}{
		{both, []string{"staff"}, login.Viewer},
		{both, []string{"other", "staff", "sre"}, login.Operator},
		{both, "root", login.Operator},
		{both, "staff", login.Viewer},
		{both, []string{"other"}, nil},
		{both, []string{}, nil},
		{both, nil, nil},
		{both, map[string]any{"sre": true}, nil},
		{both, []any{"sre", 7}, nil},
		{both, "SRE", nil},
		{open, []string{"other"}, login.Viewer},
		{open, nil, login.Viewer},
		{open, []string{"sre"}, login.Operator},
	} {
		answer := i.logIn(t, of.server, map[string]any{"groups": of.groups})
		if of.want == nil {
			require.Equal(t, http.StatusForbidden, answer.StatusCode, "%v", of.groups)
			require.Contains(t, answer.Body, "You have no role here")
			continue
		}
		require.Equal(t, of.want, identity(t, of.server.get("/", with(cookieNamed(answer, login.SessionCookie)))).Role, "%v", of.groups)
	}
}

// A session from a provider ends when what it means is configured otherwise.
func TestSessionsFromAProviderEnd(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, strings.Repeat("k", 32))
	shared := "    session_key_file: " + key + "\n"
	section := func(more string) string { return i.section(t, more) + shared }
	answer := i.logIn(t, serve(t, section(", role_claim: groups, operators: [sre]")), map[string]any{"groups": "sre"})
	session := with(cookieNamed(answer, login.SessionCookie))

	require.Equal(t, login.Operator, identity(t, serve(t, section(", role_claim: groups, operators: [sre]")).get("/", session)).Role)
	require.Equal(t, http.StatusUnauthorized, serve(t, section(", role_claim: groups, operators: [other]")).get("/", session).StatusCode)
	require.Equal(t, http.StatusUnauthorized, serve(t, section("")).get("/", session).StatusCode)
	require.Equal(t, http.StatusUnauthorized, serve(t, "  url: https://cloudsync.example\n"+people()+shared).get("/", session).StatusCode)
}

// The server starts and serves without its provider, and asks again later.
func TestProvidersThatAreAway(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.away.Store(true)
	s := serve(t, i.section(t, ""))
	answer := s.get("/login/oidc", page)
	require.Equal(t, http.StatusBadGateway, answer.StatusCode)
	require.Contains(t, answer.Body, "The identity provider cannot be asked: try again later.")
	require.Equal(t, "application/problem+json", s.get("/login/oidc").Header.Get("Content-Type"))
	i.away.Store(false)
	require.Equal(t, http.StatusSeeOther, i.logIn(t, s, nil).StatusCode)
}
