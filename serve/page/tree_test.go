package page_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/page"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// placed is a host with a place in the tree.
func placed(id, group, product, app string) *resource.Host {
	return &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: id}, Name: "web-" + id, VCPU: 4, MemoryMiB: 8192, DiskGiB: 100,
		STreeGroup: group, STreeProduct: product, STreeApp: app, Tags: map[string]string{"env": "test-" + id},
	}
}

// forest has five hosts and a disk in a tree, and a host that is placed nowhere.
func forest(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "hosts", resource.HostKind, diff.Add, []resource.Row{
		placed("1", "inf", "monitor", "kafka"), placed("2", "inf", "monitor", "prometheus"), placed("3", "inf", "monitor", ""), placed("4", "inf", "", ""),
		placed("5", "biz", "shop", "cart"), placed("6", "", "", ""),
	})
	inventorytest.Apply(t, s, "disks", resource.DiskKind, diff.Add, []resource.Row{
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "d-1"}, STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka"},
	})
	return s
}

// words is what a reader sees of a body: its text without marks, blanks together.
func words(body string) string {
	text := regexp.MustCompile(`(?s)<(script|style|title).*?</(script|style|title)>|<[^>]*>`).ReplaceAllString(body, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// linksTo are the addresses that a body links to and that begin as given.
func linksTo(body, start string) (links []string) {
	for _, found := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if link := html.UnescapeString(found[1]); strings.HasPrefix(link, start) {
			links = append(links, link)
		}
	}
	return links
}

func TestTreeFromTheTop(t *testing.T) {
	t.Parallel()
	status, body := open(t, forest(t), nil).get("/tree")
	require.Equal(t, http.StatusOK, status)
	seen := words(body)
	for _, want := range []string{
		"Service tree", "7 rows", "6 host · 1 disk", "vCPU of hosts 24", "Memory of hosts 48 GiB", "Disk of hosts 600 GiB",
		"inf 5 4 1 16 32 GiB 400 GiB", "biz 1 1 0 4 8 GiB 100 GiB", "placed no deeper 1 1 0 4", "Divided by region", "beijing 7 100.0 %",
	} {
		require.Contains(t, seen, want)
	}
	require.Contains(t, linksTo(body, "/tree?"), "/tree?path=inf")
}

func TestTreeOfANode(t *testing.T) {
	t.Parallel()
	site := open(t, forest(t), nil)
	_, body := site.get("/tree?path=inf.monitor&by=tag_env&q=provider%3Dmock")
	seen := words(body)
	for _, want := range []string{"inf.monitor", "All inf monitor", "kafka 2 1 1", "prometheus 1 1 0", "placed no deeper 1 1 0", "test-1 1 25.0 %", "no value 1 25.0 %"} {
		require.Contains(t, seen, want)
	}
	require.Contains(t, linksTo(body, "/tree?"), "/tree?by=tag_env&path=inf.monitor.kafka&q=provider%3Dmock", "what is asked for stays on the way down")
	require.Contains(t, body, `aria-current="page"`)

	_, body = site.get("/tree?path=inf.monitor.kafka")
	require.Contains(t, words(body), "2 rows")
	require.NotContains(t, body, "placed no deeper", "nothing is beneath an app")

	_, body = site.get("/tree?path=no.such")
	require.Contains(t, body, "Nothing is placed here")
	_, body = site.get("/tree?path=inf&q=region%3Dnowhere")
	require.Contains(t, body, "No row matches here")
}

// Each link to the inventory asks for as many rows as stand beside it.
func TestTreeLinksMeanTheirRows(t *testing.T) {
	t.Parallel()
	s := forest(t)
	site := open(t, s, nil)
	kinds := resource.Standard()
	for _, address := range []string{"/tree", "/tree?path=inf", "/tree?path=inf.monitor&by=stree_app", "/tree?path=inf.monitor.kafka&by=kind", "/tree?by=tag_env&q=web"} {
		_, body := site.get(address)
		found := regexp.MustCompile(`href="(/inventory\?[^"]*)">(?:<bdi[^>]*>)?[^<]*(?:</bdi>)?</a></th>\s*<td class="n">(\d+)`).FindAllStringSubmatch(body, -1)
		require.NotEmpty(t, found, address)
		for _, one := range found {
			link, err := url.Parse(html.UnescapeString(one[1]))
			require.NoError(t, err)
			require.Equal(t, one[2], fmt.Sprint(rowsOf(t, s, kinds, link.Query())), "%s: %s", address, link)
		}
	}
}

// rowsOf is how many rows an address of the inventory means.
func rowsOf(t *testing.T, s *store.Store, kinds *resource.Registry, parameters url.Values) int64 {
	t.Helper()
	names := parameters["kind"]
	if len(names) == 0 {
		names = kinds.Names()
	}
	scope := inventory.Scope{}
	var schemas []*query.Schema
	for _, name := range names {
		kind, err := kinds.Kind(name)
		require.NoError(t, err)
		scope.Kinds, schemas = append(scope.Kinds, kind), append(schemas, query.SchemaOf(kind))
	}
	var err error
	scope.Query, err = query.Parse(parameters.Get("q"), schemas)
	require.NoError(t, err)
	counts, err := inventory.FromTables(s).Count(t.Context(), inventory.Count{Scope: scope})
	require.NoError(t, err)
	return counts.Total
}

// wide is an inventory with more nodes and values than a page shows.
type wide struct {
	*inventory.Tables
	n int
}

func (w wide) Count(_ context.Context, count inventory.Count) (counts inventory.Counts, err error) {
	for i := range w.n {
		group := inventory.Group{Rows: int64(w.n - i), Sums: make([]int64, 3)}
		for _, label := range count.By {
			value := fmt.Sprintf("node-%04d", i)
			if label == query.KindLabel {
				value = resource.HostKind.Name()
			}
			group.Values = append(group.Values, value)
		}
		counts.Total += group.Rows
		counts.Groups = append(counts.Groups, group)
	}
	counts.Groups, counts.Others = inventory.SortGroups(counts.Groups, count.Limit)
	return counts, nil
}

func TestTreeOfThousands(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	site := open(t, s, func(o *page.Options) { o.Inventory = wide{inventory.FromTables(s), 3000} })
	_, body := site.get("/tree")
	seen := words(body)
	require.Contains(t, seen, "2 800 more, with fewer rows")
	require.Contains(t, seen, "2 980 other values")
	require.Contains(t, body, "node-0199")
	require.NotContains(t, body, "node-0200")
	require.Contains(t, strings.Join(linksTo(body, "/inventory?"), " "), "region%21%3D%22node-0019%22", "the others can be asked for, too")
	_, body = site.get("/tree?named=NODE-29")
	require.Contains(t, body, "node-2999")
	require.NotContains(t, body, "more, with fewer rows")
	_, body = site.get("/tree?named=%3Cb%3E")
	require.Contains(t, words(body), "None of 3 000 has “<b>” in its name")
}

func TestTreeOfNothing(t *testing.T) {
	t.Parallel()
	status, body := open(t, storetest.Open(t), nil).get("/tree")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Nothing is placed in the tree yet")
	require.Contains(t, body, "stree_tags")
}

func TestTreeOfHostileNames(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := placed("1", hostile, "", "")
	host.Tags["owner"] = hostile
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, []resource.Row{host, placed("2", "a.b", "c", "")})
	site := open(t, s, nil)
	_, body := site.get("/tree?by=tag_owner")
	requireHarmless(t, body)
	require.NotContains(t, linksTo(body, "/tree?"), "/tree?by=tag_owner&path=a.b", "that is product b of group a")
	for _, link := range linksTo(body, "/tree?") {
		status, body := site.get(link)
		require.Equal(t, http.StatusOK, status, link)
		require.NotContains(t, body, "<script>alert")
		require.NotContains(t, body, "Nothing is placed here")
	}
}

func TestTreeOfWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	site := open(t, storetest.Open(t), nil)
	for query, want := range map[string]string{
		"path=a..b": "write GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP", "q=%7B": "the braces are not closed", "by=regoin": "did you mean region?",
		"at=soon": "write a time such as", "at=2999-01-01": "in the future",
	} {
		status, body := site.get("/tree?" + query)
		require.Equal(t, http.StatusBadRequest, status, query)
		require.Contains(t, words(body), want)
	}
}
