package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/dev/browser"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// person is somebody who may log in.
type person struct{ name, password string }

// Those whom a served inventory knows.
var (
	theViewer   = person{"bob", "looks at what there is"}
	theOperator = person{"alice", "decides about what is held"}
)

// hash is the password as the configuration has it, of the least cost: it is not secret.
func (p person) hash(t *testing.T) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(p.password), bcrypt.MinCost)
	require.NoError(t, err)
	return string(hash)
}

// served is a server of a stack's inventory, as a process.
type served struct {
	url   string
	child *process.Child
}

// serving is what is served, and how.
type serving struct {
	regions string // beijing if it is empty
	mock    string // the mock cloud's settings, { seed: 1 } if it is empty
	config  string // a configuration without serve, in place of one with the two above
	more    string // lines of the section serve, indented by two
}

// serve starts `starter serve` for a stack, with a viewer and an operator, to the end of the
// test.
func (s *stack) serve(t *testing.T, o serving) served {
	t.Helper()
	return startServing(t, s.servingConfig(t, o), s.environ())
}

// startServing starts `starter serve` with a configuration and an environment, to the end of
// the test.
func startServing(t *testing.T, config string, environ []string) served {
	t.Helper()
	starter, err := starterBinary()
	require.NoError(t, err)
	port, err := ports.Free()
	require.NoError(t, err)
	dir := t.TempDir()
	child, err := process.Start(process.Spec{
		Name: "starter serve", Path: starter, Dir: dir, Log: filepath.Join(dir, "log"),
		Env:  environ,
		Args: []string{"--config", config, "serve", "--listen", ports.Address(port)},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, child.Stop(context.Background())) })
	at := served{url: "http://" + ports.Address(port), child: child}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, child.WaitReady(ctx, func(ctx context.Context) error {
		_, err := fetch(ctx, at.url+"/readyz")
		return err
	}))
	return at
}

// servingConfig writes the configuration of a server.
func (s *stack) servingConfig(t *testing.T, o serving) (path string) {
	t.Helper()
	base := o.config
	if base == "" {
		base = s.writeConfig(t, textOr(o.regions, "beijing"), textOr(o.mock, "{ seed: 1 }"))
	}
	text, err := os.ReadFile(base)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "serve.yaml")
	text = fmt.Appendf(text, `serve:
  login:
    users:
      - { name: %q, role: viewer, password_bcrypt: %q }
      - { name: %q, role: operator, password_bcrypt: %q }
%s`, theViewer.name, theViewer.hash(t), theOperator.name, theOperator.hash(t), o.more)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func textOr(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// logIn opens a path of the server in the tab as somebody, through the page to log in.
func (s served) logIn(t *testing.T, tab *browser.Tab, who person, path string) {
	t.Helper()
	tab.Open(s.url + path)
	tab.Type("#name", who.name)
	tab.Type("#password", who.password)
	tab.Leave(func() { tab.Press("Enter") })
	require.Equal(t, s.url+path, tab.Location(), "%s cannot log in", who.name)
}

// openHosts opens the page of hosts until their schedule can be worked with. On a busy machine
// Temporal tells of it later than the page waits, which says to load it again.
func (s served) openHosts(t *testing.T, tab *browser.Tab) {
	t.Helper()
	for until := time.Now().Add(patience); ; {
		tab.Open(s.url + "/kinds/" + hostKind)
		var can bool
		tab.Eval(`document.querySelector("form[action$='/run'] button") !== null`, &can)
		if can {
			return
		}
		require.True(t, time.Now().Before(until), tab.Text("body"))
	}
}

// follow leaves the page of a kind for the one of what a form of it begins, which asks again where
// Temporal answers later than it waits.
func follow(t *testing.T, tab *browser.Tab, form, to string) {
	t.Helper()
	tab.Leave(func() { tab.Click("form[action$='" + form + "'] button") })
	at, err := url.Parse(tab.Location())
	require.NoError(t, err)
	require.Contains(t, at.Path, to)
	tab.Expect(http.StatusServiceUnavailable, at.Path)
}

// requireUsable checks the page that the tab shows: nothing that keeps people from using it,
// light or dark, and no scrolling sideways from 360 to 2,000 pixels. It ends as the tab was
// made: light, 1280 x 800.
func requireUsable(t *testing.T, tab *browser.Tab) {
	t.Helper()
	at := tab.Location()
	for _, width := range []int64{360, 768, 2000, 1280} {
		tab.Size(width, 800)
		require.Empty(t, tab.Overflows(), "%s, %d pixels wide", at, width)
	}
	for _, width := range []int64{360, 1280} {
		tab.Size(width, 800)
		tab.Dark()
		require.Empty(t, strings.Join(tab.Axe(), "\n"), "%s, dark, %d pixels wide", at, width)
		tab.Light()
		require.Empty(t, strings.Join(tab.Axe(), "\n"), "%s, light, %d pixels wide", at, width)
	}
	require.Empty(t, tab.Problems(), "%s", at)
}

func TestLoginInABrowser(t *testing.T) {
	t.Parallel()
	at := newStack(t).serve(t, serving{})
	tab := browser.New(t)

	tab.Open(at.url + "/api/openapi.yaml")
	require.Contains(t, tab.Location(), "/login?next=%2Fapi%2Fopenapi.yaml")
	require.Equal(t, "input#name", tab.Focused().Selector)
	requireUsable(t, tab)

	tab.Expect(http.StatusUnauthorized, "/login")
	tab.Write(theViewer.name)
	tab.TabTo("#password")
	tab.Write("something else")
	tab.Leave(func() { tab.Press("Enter") })
	require.Equal(t, "The name or the password is wrong.", tab.Text("[role=alert]"))
	requireUsable(t, tab)

	at.logIn(t, tab, theViewer, "/api/v1/count")
	require.Contains(t, tab.Text("body"), `"total"`)

	other := browser.New(t)
	other.Open(at.url + "/login")
	other.Wait("#name") // who is logged in there is nobody here
}
