package page_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
)

// Who looks for something that is gone is told what became of it.
func TestWhatWasDeletedIsTold(t *testing.T) {
	t.Parallel()
	s := stocked(t)
	gone := sealed(t, resource.HostKind, &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-77"},
		Name: "old-01", Status: "running", PrivateIPs: []string{"10.9.0.7"}, Tags: map[string]string{"env": "legacy"},
	})
	back := sealed(t, resource.HostKind, &resource.Host{Meta: resource.Meta{Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-88"}, Name: "old-02"})
	both := []resource.Row{gone, back}
	inventorytest.Apply(t, s, "there", resource.HostKind, diff.Add, both)
	inventorytest.Apply(t, s, "gone", resource.HostKind, diff.Delete, both)
	renamed := sealed(t, resource.HostKind, &resource.Host{Meta: resource.Meta{Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-88"}, Name: "new-02"})
	inventorytest.Apply(t, s, "back", resource.HostKind, diff.Add, []resource.Row{renamed})
	site := open(t, s, nil)
	for _, asked := range []string{"i-77", `native_id="i-77"`, "old-0", `{name="old-01",region="beijing"}`, "10.9.0.7", "tag_env=legacy"} {
		_, body := site.inventoryAt("kind", "host", "q", asked)
		require.Contains(t, body, "The inventory had one that matched, and it was deleted", asked)
		require.Contains(t, body, `href="`+pathOf(gone, resource.HostKind)+`"`, asked)
		require.Regexp(t, `by <a href="/runs/\d+">run \d+</a>`, body)
		require.NotContains(t, body, pathOf(back, resource.HostKind), "it is there again, under another name")
	}
	for _, asked := range []string{"i-99", `{native_id="i-77",region="shanghai"}`, "old-02"} {
		_, body := site.inventoryAt("kind", "host", "q", asked)
		require.Contains(t, body, "No row matches", asked)
		require.NotContains(t, body, "deleted", asked)
	}
	_, body := site.inventoryAt("kind", "disk", "q", "i-77")
	require.NotContains(t, body, "deleted", "it was of another kind")
}
