package screenshots

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// pages are all that there are, in the order of the menu.
func (s *stack) pages(t *testing.T) []shown {
	t.Helper()
	holds, err := s.store.StandingHolds(t.Context())
	require.NoError(t, err)
	var hold, emptied int64
	for _, waiting := range holds {
		if waiting.Scope.Kind == resource.HostKind.Name() {
			hold = waiting.ScopeID
		} else {
			emptied = waiting.ScopeID
		}
	}
	require.NotZero(t, hold)
	require.NotZero(t, emptied)
	return []shown{
		{name: "login", path: "/login"},
		{name: "overview", path: "/"},
		{name: "inventory", path: "/inventory?kind=resource_host"},
		{name: "inventory-asked", path: "/inventory?" + url.Values{"kind": {"resource_host"}, "q": {`{stree_group="shop",status="running"} vcpu=4`}}.Encode()},
		{name: "inventory-all", path: "/inventory"},
		{name: "inventory-wrong", path: "/inventory?q=" + url.QueryEscape(`{regoin="cn-beijing"}`), status: http.StatusBadRequest},
		{name: "inventory-none", path: "/inventory?q=nosuchhost"},
		{name: "inventory-deleted", path: "/inventory?" + url.Values{"kind": {"resource_host"}, "q": {s.deleted(t, "resource_host")}}.Encode()},
		{name: "resource", path: s.resource(t, "resource_host", "modify")},
		{name: "resource-group", path: s.resource(t, "resource_security_group", "modify")},
		{name: "resource-gone", path: s.resource(t, "resource_host", "delete")},
		{name: "tree", path: "/tree"},
		{name: "tree-node", path: "/tree?path=shop&by=instance_type"},
		{name: "changes", path: "/changes"},
		{name: "changes-modified", path: "/changes?kind=resource_host&op=modify"},
		{name: "compare", path: "/compare?kind=resource_host&from=5d"},
		{name: "runs", path: "/runs"},
		{name: "runs-held", path: "/runs?outcome=held"},
		{name: "run", path: fmt.Sprintf("/runs/%d", s.number(t, "SELECT MAX(id) FROM sync_run WHERE kind = 'resource_host'"))},
		{name: "run-approved", path: fmt.Sprintf("/runs/%d", s.number(t, "SELECT MAX(id) FROM sync_run WHERE approved_by <> ''"))},
		{name: "kind", path: "/kinds/resource_host"},
		{name: "kind-paused", path: "/kinds/resource_certificate"},
		{name: "holds", path: "/holds"},
		{name: "hold", path: fmt.Sprintf("/holds/%d", hold)},
		{name: "hold-empty", path: fmt.Sprintf("/holds/%d", emptied)},
		{name: "missing", path: "/no/such/page", status: http.StatusNotFound},
	}
}

// resource is the page of one that was changed so last.
func (s *stack) resource(t *testing.T, kind, op string) string {
	t.Helper()
	var uid string
	require.NoError(t, s.sql.QueryRowContext(t.Context(), "SELECT LOWER(HEX(uid)) FROM resource_change WHERE kind = ? AND op = ? ORDER BY id DESC LIMIT 1", kind, op).Scan(&uid))
	return "/resources/" + kind + "/" + uid
}

// deleted is the id of a resource that was deleted last.
func (s *stack) deleted(t *testing.T, kind string) (id string) {
	t.Helper()
	require.NoError(t, s.sql.QueryRowContext(t.Context(), "SELECT native_id FROM resource_change WHERE kind = ? AND op = 'delete' ORDER BY id DESC LIMIT 1", kind).Scan(&id))
	return id
}

func (s *stack) number(t *testing.T, query string) (n int64) {
	t.Helper()
	require.NoError(t, s.sql.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}
