package page_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/cloud"
	"cloudsync/config"
	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/serve/login"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/store"
)

// fakeDesk answers what it is told to, and writes down what it is asked for.
type fakeDesk struct {
	schedules []schedule.Overview
	task      operate.Task
	tasks     []operate.Task
	planned   execution.Run
	look      operate.Look
	err       error // of everything that is asked for, if it is set
	lookErr   error

	mu    sync.Mutex
	asked []string // what operators asked for, a line each
}

func (d *fakeDesk) note(parts ...string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, strings.Join(parts, " "))
	return d.err
}

func (d *fakeDesk) Schedules(context.Context) ([]schedule.Overview, error) { return d.schedules, d.err }

func (d *fakeDesk) Approve(_ context.Context, kind string, digests []string, by, note string) (operate.Task, error) {
	return d.task, d.note("approve", kind, strings.Join(digests, ","), by, note)
}

func (d *fakeDesk) RunNow(_ context.Context, kind, by string) (operate.Task, error) {
	return d.task, d.note("run", kind, by)
}

func (d *fakeDesk) Pause(_ context.Context, kind, note, by string) error {
	return d.note("pause", kind, note, by)
}

func (d *fakeDesk) Resume(_ context.Context, kind, note, by string) error {
	return d.note("resume", kind, note, by)
}

func (d *fakeDesk) Plan(_ context.Context, kind string, only []string, by string) (execution.Run, error) {
	return d.planned, d.note("plan", kind, strings.Join(only, ","), by)
}

func (d *fakeDesk) Task(id string) (operate.Task, bool) { return d.task, d.task.ID == id }

func (d *fakeDesk) Tasks() []operate.Task { return d.tasks }

func (d *fakeDesk) Look(_ context.Context, run execution.Run) (operate.Look, error) {
	d.look.Run = run
	return d.look, d.lookErr
}

// as is who sends all requests of a client.
type as struct {
	name string
	next http.RoundTripper
}

const password = "correct horse battery staple"

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.SetBasicAuth(a.name, password)
	return a.next.RoundTrip(r)
}

// hashed is cheap, so that the tests are quick.
var hashed = sync.OnceValue(func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
})

// openAs serves the page to ada, an operator, or to bob, a viewer.
func openAs(t *testing.T, name string, s *store.Store, desk page.Desk) site {
	t.Helper()
	made, err := page.New(page.Options{
		Inventory: inventory.FromTables(s), Store: s, Kinds: resource.Standard(), Version: "v1", Desk: desk,
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Question: time.Minute,
		Namespace: "default", TemporalUI: "http://temporal.example",
	})
	require.NoError(t, err)
	settings := config.Serve{Listen: "127.0.0.1:0", Login: config.Login{Session: time.Hour, Users: []config.User{
		{Name: "ada", Role: config.Operator, Password: cloud.SecretText(hashed())},
		{Name: "bob", Role: config.Viewer, Password: cloud.SecretText(hashed())},
	}}}
	guard, err := login.New(settings, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewServer(guard.Wrap(made.Handler()))
	t.Cleanup(server.Close)
	server.Client().Transport = as{name, server.Client().Transport}
	return site{t: t, server: server}
}

// send sends a form, and says where that leads.
func (s site) send(path string, form url.Values) (status int, next, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server.URL+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "text/html")
	client := *s.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	read, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, response.Header.Get("Location"), string(read)
}
