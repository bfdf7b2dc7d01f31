package api_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/api"
	"cloudsync/store/storetest"
)

// generous are limits that no test meets by chance.
func generous(options *api.Options) {
	options.Limits = api.Limits{Question: time.Minute, PerSecond: 1e6, Burst: 1e6}
}

// Whoever asks a server gets what the tables answer: what both are compared with.
func TestAServerAnswersAsTheTables(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 1))
	s := storetest.Open(t)
	kinds := []*resource.Kind{resource.HostKind, resource.PublicIPKind, resource.LoadBalancerKind}
	for _, kind := range kinds {
		inventorytest.Apply(t, s, "add-"+kind.Name(), kind, diff.Add, inventorytest.RandomRows(rng, kind, 60))
	}
	before := inventorytest.Stored(t, s, kinds)
	then := time.Now().UTC().Truncate(time.Microsecond)
	inventorytest.Apply(t, s, "delete", resource.HostKind, diff.Delete, rowsOf(before, resource.HostKind)[:20])
	server := inventory.FromServer(newBenchOver(t, s, generous).URL, "")
	require.NotZero(t, inventorytest.Check(t, rng, server, inventorytest.Stored(t, s, kinds), kinds, time.Time{}, 100))
	for _, row := range before { // the history does not know when they were written
		row.Row.RowMeta().UpdatedAt = time.Time{}
	}
	require.NotZero(t, inventorytest.Check(t, rng, server, before, kinds, then, 20))

	tables := inventory.FromTables(s)
	scope := inventory.Scope{Kinds: kinds}
	for _, path := range [][]string{nil, {"inf"}, {"inf", "monitor"}, {"inf", "monitor", "kafka"}, {"no such"}} {
		want, err := inventory.Tree(t.Context(), tables, scope, path)
		require.NoError(t, err)
		got, err := inventory.Tree(t.Context(), server, scope, path)
		require.NoError(t, err)
		require.Equal(t, want, got, path)
	}
	page, err := server.Find(t.Context(), inventory.Find{Limit: 10})
	require.NoError(t, err, "no kinds are asked for, not all")
	require.Zero(t, page.Total)
}

func rowsOf(found []inventory.Found, kind *resource.Kind) (rows []resource.Row) {
	for _, row := range found {
		if row.Kind == kind {
			rows = append(rows, row.Row)
		}
	}
	return rows
}

// seed is the seed of the random tests, see CONTRIBUTING.md.
func seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("CLOUDSYNC_TEST_SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	return seed
}

func TestWhatAClientIsTold(t *testing.T) {
	t.Parallel()
	answers := map[string]func(http.ResponseWriter, *http.Request){
		"401": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"detail":"Send a token."}`))
		},
		"403":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"html":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"login": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusSeeOther) },
		"loading": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"type":"` + inventory.NotLoadedType + `","detail":"being loaded"}`))
		},
		"other kind": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"total":1,"rows":[{"kind":"resource_disk"}]}`))
		},
	}
	for name, message := range map[string]string{
		"401": "it does not know you: give it a token, or a name and a password (Send a token.)", "403": "you may not ask that (it answers 403 Forbidden, and not as this API does)",
		"html": "read the answer of server", "login": `it leads to "/login": write the address at which the API itself is`, "loading": "being loaded",
		"other kind": `the server sent a row of "resource_disk", which was not asked for`,
	} {
		server := httptest.NewServer(http.HandlerFunc(answers[name]))
		t.Cleanup(server.Close)
		_, err := inventory.FromServer(server.URL, "secret").Find(t.Context(), inventory.Find{Scope: inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}, Limit: 1})
		require.ErrorContains(t, err, message, name)
		require.Equal(t, name == "loading", errors.Is(err, inventory.ErrNotLoaded))
		require.NotContains(t, err.Error(), "secret")
	}
	for _, address := range []string{"", "cloudsync.example", "ftp://x", "https://a:b@x", "https://x?y=z", "https://"} {
		_, err := inventory.FromServer(address, "").Count(t.Context(), inventory.Count{Scope: inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}})
		require.ErrorContains(t, err, "write it as https://HOST:PORT", address)
	}
	_, err := inventory.FromServer("http://127.0.0.1:1", "secret").Find(t.Context(), inventory.Find{Scope: inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}})
	require.ErrorContains(t, err, "ask server http://127.0.0.1:1: ")
}

// A credential goes to the server, and into no text.
func TestCredentials(t *testing.T) {
	t.Parallel()
	for credential, want := range map[string]string{"": "", "t0ken": "Bearer t0ken", "ann:pass:word": "Basic YW5uOnBhc3M6d29yZA=="} {
		got := make(chan string, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got <- r.Header.Get("Authorization")
			_, _ = w.Write([]byte(`{"total":0,"rows":[]}`))
		}))
		t.Cleanup(server.Close)
		client := inventory.FromServer(server.URL+"/", credential)
		_, err := client.Find(t.Context(), inventory.Find{Scope: inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, want, <-got)
		require.Equal(t, "server "+server.URL, fmt.Sprintf("%+v", client))
	}
}

// What only a server says of a query is in the client's error.
func TestAWrongQuestionIsToldToTheClient(t *testing.T) {
	t.Parallel()
	b := newBench(t, generous)
	client := inventory.FromServer(b.URL, "")
	scope := inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}
	_, err := client.Count(t.Context(), inventory.Count{Scope: scope, By: []string{"lamp"}})
	require.ErrorContains(t, err, `unknown label "lamp"`)
	_, err = client.Count(t.Context(), inventory.Count{Scope: scope, By: []string{"tag_a,b"}})
	require.ErrorContains(t, err, "which has a comma")
	_, err = client.Find(t.Context(), inventory.Find{Scope: scope, Limit: inventory.MaxLimit + 1})
	require.ErrorContains(t, err, "1000")
	wide, err := query.Parse("", nil)
	require.NoError(t, err)
	for range 200 {
		wide = wide.And("region", "x")
	}
	scope.Query = wide
	require.ErrorContains(t, client.Each(t.Context(), scope, nil), "more than 100 matchers and words")
}
