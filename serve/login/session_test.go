package login_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/serve/login"
)

func TestCookiesOfOthers(t *testing.T) {
	t.Parallel()
	s := serve(t, people())
	good := s.sessionOf(t, "alice")
	require.Equal(t, http.StatusOK, s.get("/", with(good)).StatusCode)
	sealed, err := base64.RawURLEncoding.DecodeString(good.Value)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "alice", "it is encrypted")

	refused := func(value string) {
		t.Helper()
		require.Equal(t, http.StatusUnauthorized, s.get("/", with(&http.Cookie{Name: good.Name, Value: value})).StatusCode)
	}
	for i := range sealed { // a bit is another
		forged := append([]byte(nil), sealed...)
		forged[i] ^= 1
		refused(base64.RawURLEncoding.EncodeToString(forged))
		refused(base64.RawURLEncoding.EncodeToString(sealed[:i]))
	}
	refused("")
	refused("alice")
	refused(base64.RawURLEncoding.EncodeToString([]byte(`{"Name":"alice","Role":"operator","Method":"password"}`)))
	refused(serve(t, people()).sessionOf(t, "alice").Value) // another server's
}

func TestCookiesOverHTTPS(t *testing.T) {
	t.Parallel()
	session := serve(t, "  url: https://cloudsync.example\n"+people()).sessionOf(t, "alice")
	require.Equal(t, "__Host-"+login.SessionCookie, session.Name)
	require.True(t, session.Secure)
	require.True(t, session.HttpOnly)

	session = serve(t, "  url: http://cloudsync.example\n  insecure_http: true\n"+people()).sessionOf(t, "alice")
	require.Equal(t, login.SessionCookie, session.Name)
	require.False(t, session.Secure)
}

// Servers with one key share sessions, as a server does with the one that it was before.
func TestSessionsEndWithWhatTheyRelyOn(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, strings.Repeat("k", 32))
	section := func(users ...string) string {
		return fmt.Sprintf("  login:\n    session_key_file: %s\n    users:\n      - %s\n", key, strings.Join(users, "\n      - "))
	}
	alice := `{ name: alice, role: operator, password_bcrypt: "` + hashed() + `" }`
	bob := `{ name: bob, role: viewer, password_bcrypt: "` + hashed() + `" }`
	session := with(serve(t, section(alice, bob)).sessionOf(t, "alice"))

	require.Equal(t, "alice", identity(t, serve(t, section(alice, bob)).get("/", session)).Name)
	require.Equal(t, "alice", identity(t, serve(t, section(alice)).get("/", session)).Name)
	for name, changed := range map[string]string{
		"removed":          section(bob),
		"another role":     section(strings.Replace(alice, "operator", "viewer", 1)),
		"another password": section(strings.Replace(alice, hashed(), hashOf("another"), 1)),
		"hashed anew":      section(strings.Replace(alice, hashed(), hashOf(password), 1)),
		"no people at all": "  login:\n    session_key_file: " + key + "\n    tokens: [{name: alice, role: operator, token: " + token + "}]\n",
	} {
		require.Equal(t, http.StatusUnauthorized, serve(t, changed).get("/", session).StatusCode, name)
	}
	write(t, key, strings.Repeat("n", 32))
	require.Equal(t, http.StatusUnauthorized, serve(t, section(alice, bob)).get("/", session).StatusCode, "another key")
}

// The files are read at each use.
func TestFilesAreReplacedWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, hash := filepath.Join(dir, "key"), filepath.Join(dir, "hash")
	write(t, key, strings.Repeat("k", 32))
	write(t, hash, hashed()+"\n")
	s := serve(t, fmt.Sprintf("  login: {session_key_file: %s, users: [{name: alice, role: viewer, password_bcrypt_file: %s}]}", key, hash))
	session := with(s.sessionOf(t, "alice"))
	require.Equal(t, http.StatusOK, s.get("/", session).StatusCode)
	require.Equal(t, http.StatusOK, s.get("/", basic("alice", password)).StatusCode)

	write(t, hash, hashOf("another"))
	require.Equal(t, http.StatusUnauthorized, s.get("/", session).StatusCode)
	require.Equal(t, http.StatusUnauthorized, s.get("/", basic("alice", password)).StatusCode)
	require.Equal(t, http.StatusOK, s.get("/", basic("alice", "another")).StatusCode)

	write(t, hash, hashed())
	session = with(s.sessionOf(t, "alice"))
	write(t, key, strings.Repeat("n", 32))
	require.Equal(t, http.StatusUnauthorized, s.get("/", session).StatusCode)

	write(t, key, "")
	require.Equal(t, http.StatusInternalServerError, s.logIn("alice", password, "").StatusCode)
	require.Contains(t, s.log.String(), `"msg":"begin a session"`)
	write(t, hash, "")
	require.Equal(t, http.StatusUnauthorized, s.logIn("alice", password, "").StatusCode)
	require.Contains(t, s.log.String(), `"msg":"read a password's hash"`)
}
