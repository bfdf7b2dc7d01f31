package api_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/api"
)

// versioned is an inventory that has versions, and counts what it is asked.
type versioned struct {
	inventory.Reader
	version atomic.Pointer[string] // of all kinds; nil: none is loaded
	asked   atomic.Int64
}

func (v *versioned) set(version string) { v.version.Store(&version) }

func (v *versioned) State() (state inventory.State) {
	state.AsOf = time.Now().UTC()
	version := v.version.Load()
	for _, name := range resource.Standard().Names() {
		kind := inventory.KindState{Kind: name, Loaded: version != nil}
		if version != nil {
			kind.Version = *version
		}
		state.Kinds = append(state.Kinds, kind)
	}
	return state
}

func (v *versioned) ready() error {
	v.asked.Add(1)
	if v.version.Load() == nil {
		return inventory.ErrNotLoaded
	}
	return nil
}

func (v *versioned) Find(ctx context.Context, find inventory.Find) (inventory.Page, error) {
	if err := v.ready(); err != nil {
		return inventory.Page{}, err
	}
	return v.Reader.Find(ctx, find)
}

func (v *versioned) Count(ctx context.Context, count inventory.Count) (inventory.Counts, error) {
	if err := v.ready(); err != nil {
		return inventory.Counts{}, err
	}
	return v.Reader.Count(ctx, count)
}

func (v *versioned) Each(ctx context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	if err := v.ready(); err != nil {
		return err
	}
	return v.Reader.Each(ctx, scope, show)
}

func ifNot(tag string) http.Header { return http.Header{"If-None-Match": {tag}} }

var aboutRows = []string{"/api/v1/resources", "/api/v1/resources/host", "/api/v1/count", "/api/v1/tree", "/api/v1/labels/region/values", "/api/v1/export/host"}

// An index knows by its versions that an answer is the same, and is not asked for it.
func TestTagsByVersions(t *testing.T) {
	t.Parallel()
	rows := &versioned{}
	rows.set("1")
	b := newBench(t, func(options *api.Options) { rows.Reader, options.Inventory = options.Inventory, rows })
	for _, path := range aboutRows {
		rows.set("1")
		first := b.get(t, path, "q", "region=beijing")
		tag := first.header.Get("Etag")
		require.Regexp(t, `^W/"[0-9a-f]{32}"$`, tag, path)
		require.Equal(t, "private, no-cache", first.header.Get("Cache-Control"))
		asked := rows.asked.Load()
		for _, header := range []http.Header{ifNot(tag), ifNot(`"x", ` + tag), ifNot("*")} {
			again := b.ask(t, http.MethodGet, path, header, "q", "region=beijing")
			require.Equal(t, http.StatusNotModified, again.status, path)
			require.Empty(t, again.body)
			require.Equal(t, tag, again.header.Get("Etag"))
		}
		require.Equal(t, asked, rows.asked.Load(), path)
		require.Equal(t, http.StatusOK, b.ask(t, http.MethodGet, path, ifNot(tag), "q", "region=shanghai").status, "another question")
		rows.set("2")
		again := b.ask(t, http.MethodGet, path, ifNot(tag), "q", "region=beijing")
		require.Equal(t, http.StatusOK, again.status, path)
		require.NotEqual(t, tag, again.header.Get("Etag"))
	}
	// Another process numbers its versions anew.
	other := newBenchOver(t, b.store, func(options *api.Options) { options.Inventory = rows })
	for _, path := range aboutRows {
		require.Equal(t, http.StatusOK, other.ask(t, http.MethodGet, path, ifNot(b.get(t, path).header.Get("Etag"))).status, path)
	}
}

// Versions say nothing of a time: how long ago that is changes, and so does the history.
func TestTagsOfATime(t *testing.T) {
	t.Parallel()
	rows := &versioned{}
	rows.set("1")
	now := newClock()
	b := newBench(t, func(options *api.Options) {
		rows.Reader, options.Inventory = options.Inventory, rows
		options.Now = now.read
	})
	now.set(time.Now())
	first := b.get(t, "/api/v1/count", "as_of", "0s")
	require.Contains(t, first.body, `"total":6`)
	now.move(-time.Hour)
	again := b.ask(t, http.MethodGet, "/api/v1/count", ifNot(first.header.Get("Etag")), "as_of", "0s")
	require.Equal(t, http.StatusOK, again.status)
	require.Contains(t, again.body, `"total":0`)
	require.Empty(t, b.get(t, "/api/v1/export/host", "as_of", "0s").header.Get("Etag"))
}

// The tables have no versions: an answer is the same if it has the same bytes.
func TestTagsByContents(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	paths := append([]string{"/api/v1/changes", "/api/v1/runs", "/api/v1/runs/latest", "/api/v1/labels", "/api/openapi.json"}, aboutRows[:5]...)
	tags := map[string]string{}
	for _, path := range paths {
		tags[path] = b.get(t, path).header.Get("Etag")
		require.Equal(t, http.StatusNotModified, b.ask(t, http.MethodGet, path, ifNot(tags[path])).status, path)
		require.Equal(t, http.StatusNotModified, b.ask(t, http.MethodHead, path, ifNot(tags[path])).status, path)
	}
	require.Empty(t, b.get(t, "/api/v1/export/host").header.Get("Etag"))
	require.Equal(t, http.StatusOK, b.ask(t, http.MethodGet, "/api/v1/export/host", ifNot("*")).status)
	inventorytest.Apply(t, b.store, "run-later", resource.HostKind, diff.Delete, rowsOf(inventorytest.Stored(t, b.store, []*resource.Kind{resource.HostKind}), resource.HostKind)[:1])
	for _, path := range paths {
		status := http.StatusOK
		if path == "/api/v1/labels" || path == "/api/openapi.json" {
			status = http.StatusNotModified
		}
		require.Equal(t, status, b.ask(t, http.MethodGet, path, ifNot(tags[path])).status, path)
	}
	require.Empty(t, b.get(t, "/api/v1/lamp").header.Get("Etag"), "errors have none")
}

func TestWhatIsNotLoadedComesLater(t *testing.T) {
	t.Parallel()
	rows := &versioned{}
	b := newBench(t, func(options *api.Options) { rows.Reader, options.Inventory = options.Inventory, rows })
	for _, path := range aboutRows {
		got := b.get(t, path)
		require.Contains(t, got.problem(t, http.StatusServiceUnavailable).Detail, "still being loaded")
		require.Equal(t, "2", got.header.Get("Retry-After"), path)
	}
	client := inventory.FromServer(b.URL, "")
	scope := inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}
	_, err := client.Count(t.Context(), inventory.Count{Scope: scope})
	require.ErrorIs(t, err, inventory.ErrNotLoaded)
	require.ErrorIs(t, client.Each(t.Context(), scope, nil), inventory.ErrNotLoaded)
	var state inventory.State
	b.get(t, "/api/v1/index").into(t, &state)
	require.False(t, state.Loaded())
	require.Len(t, state.Kinds, 15)
}
