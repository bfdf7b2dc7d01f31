package page_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/page"
	"cloudsync/store/storetest"
)

// oneHost is a host with all that a page may show of it.
func oneHost(name string) *resource.Host {
	return &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "i-1"}, Name: name, Status: "running",
		PrivateIPs: []string{"10.0.0.1"}, VPCID: "vpc-1", SecurityGroupIDs: []string{"sg-1", "sg-2"}, VCPU: 4,
		Tags: map[string]string{"owner": hostile, hostile: "x"}, STreeGroup: "inf", STreeProduct: "mq", STreeApp: "kafka",
	}
}

func pathOf(row resource.Row, kind *resource.Kind) string {
	return "/resources/" + kind.Name() + "/" + row.RowMeta().UID.String()
}

func TestAResourceAndWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost(hostile)
	inventorytest.Apply(t, s, "hosts", resource.HostKind, diff.Add, []resource.Row{host})
	group := &resource.SecurityGroup{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "sg-1"}, Name: "web", Rules: []string{"ingress tcp 443-443 0.0.0.0/0 allow 100"}}
	inventorytest.Apply(t, s, "groups", resource.SecurityGroupKind, diff.Add, []resource.Row{group})
	disk := func(account, id string) resource.Row {
		return &resource.Disk{Meta: resource.Meta{Provider: "mock", Account: account, Region: "beijing", NativeID: id}, HostNativeID: "i-1"}
	}
	inventorytest.Apply(t, s, "disks", resource.DiskKind, diff.Add, []resource.Row{disk("prod", "d-1"), disk("other", "d-2")})
	site := open(t, s, nil)
	status, body := site.get(pathOf(host, resource.HostKind))
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		"10.0.0.1", "inf.mq.kafka", `href="/tree?path=inf.mq.kafka"`, "running", "vcpu", "ingress tcp 443-443 0.0.0.0/0 allow 100",
		"The inventory does not have <bdi class=\"foreign\">vpc-1</bdi>", "d-1", "appeared", "Not set:",
	} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "d-2", "it is of another account")
	requireHarmless(t, body)
	_, body = site.get(pathOf(group, resource.SecurityGroupKind))
	require.Contains(t, body, "host rows that name it")
	require.Contains(t, body, pathOf(host, resource.HostKind))
}

func TestALife(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	before, after := oneHost("old"), oneHost("new"+hostile)
	after.SecurityGroupIDs, after.Tags = []string{"sg-2", "sg-3"}, map[string]string{"owner": "x"}
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{before})
	between := time.Now()
	inventorytest.Apply(t, s, "two", resource.HostKind, diff.Modify, []resource.Row{after})
	path := pathOf(before, resource.HostKind)
	site := open(t, s, func(o *page.Options) { o.Now = time.Now })
	_, body := site.get(path)
	for _, want := range []string{
		"appeared", "changed", `gone: </span><bdi class="foreign">sg-1</bdi></del>`,
		`came: </span><bdi class="foreign">sg-3</bdi></ins>`, `<bdi class="foreign">old</bdi></del>`,
	} {
		require.Contains(t, body, want)
	}
	requireHarmless(t, body)
	_, body = site.get(path + "?" + url.Values{"at": {between.UTC().Format(time.RFC3339Nano)}}.Encode())
	require.Contains(t, body, "This is the resource as it was at")
	require.Contains(t, body, "<h1><bdi>old</bdi></h1>")

	inventorytest.Apply(t, s, "three", resource.HostKind, diff.Delete, []resource.Row{after})
	status, body := site.get(path)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "The inventory no longer has it")
	require.Contains(t, body, "starter restore --uid "+before.UID.String())
	require.Contains(t, body, "10.0.0.1", "it shows how it was last")
}

func TestALongLifeHasPages(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost("web")
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	for n := range 120 {
		host.VCPU++
		changed := *host
		inventorytest.Apply(t, s, fmt.Sprint("two-", n), resource.HostKind, diff.Modify, []resource.Row{&changed})
	}
	_, body := open(t, s, nil).get(pathOf(host, resource.HostKind))
	require.Contains(t, body, "Older changes")
	require.NotContains(t, body, "appeared", "that is the oldest")
}

func TestResourcesThatAreNot(t *testing.T) {
	t.Parallel()
	site := open(t, storetest.Open(t), nil)
	uid := resource.Scope{Kind: "resource_host"}.UID("i-1").String()
	for path, want := range map[string]int{
		"/resources/host/" + uid: http.StatusNotFound, "/resources/lamp/" + uid: http.StatusNotFound,
		"/resources/host/x": http.StatusNotFound, "/resources/host/" + uid + "?at=yesterdayish": http.StatusBadRequest,
		"/resources/host/" + uid + "?before=x": http.StatusBadRequest,
	} {
		status, _ := site.get(path)
		require.Equal(t, want, status, path)
	}
}

// Which part of a life is looked at makes no difference to what became of the resource.
func TestADeletedResourceHasOlderChanges(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost("web")
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	for n := range 110 {
		host.VCPU++
		inventorytest.Apply(t, s, fmt.Sprint("two-", n), resource.HostKind, diff.Modify, []resource.Row{host})
	}
	inventorytest.Apply(t, s, "three", resource.HostKind, diff.Delete, []resource.Row{host})
	site := open(t, s, nil)
	_, body := site.get(pathOf(host, resource.HostKind))
	older := regexp.MustCompile(`\?before=\d+`).FindString(body)
	status, body := site.get(pathOf(host, resource.HostKind) + older)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "The inventory no longer has it")
	require.Contains(t, body, "appeared")
}

func TestAResourceAsOfATimeWithoutIt(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost("first")
	at := func(when time.Time) string {
		return pathOf(host, resource.HostKind) + "?" + url.Values{"at": {when.UTC().Format(time.RFC3339Nano)}}.Encode()
	}
	before := time.Now().Add(-time.Hour)
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	inventorytest.Apply(t, s, "two", resource.HostKind, diff.Delete, []resource.Row{host})
	between := time.Now()
	again := oneHost("second")
	inventorytest.Apply(t, s, "three", resource.HostKind, diff.Add, []resource.Row{again})
	inventorytest.Apply(t, s, "four", resource.HostKind, diff.Delete, []resource.Row{again})
	site := open(t, s, func(o *page.Options) { o.Now = time.Now })

	status, body := site.get(at(time.Now().Add(time.Hour)))
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "is in the future")
	status, body = site.get(at(before))
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, "The inventory did not have this resource then")
	status, body = site.get(at(between))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "The inventory did not have it then")
	require.Contains(t, body, "<h1><bdi>first</bdi></h1>", "the deletion that came later is another")
	require.NotContains(t, body, "starter restore", "that is for now")
}

func TestAResourceAsOfATimeThatIsNoLongerKept(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	s := storetest.OpenDSN(t, dsn)
	host := oneHost("web")
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	_, err := storetest.Connect(t, dsn).Exec("INSERT INTO sync_horizon (kind, pruned_until) VALUES ('resource_host', ?)", now.Add(-time.Hour))
	require.NoError(t, err)
	site := open(t, s, nil)
	status, body := site.get(pathOf(host, resource.HostKind) + "?at=2h")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "The history does not go back that far")
	require.Contains(t, body, "choose a time from")
	_, body = site.get(pathOf(host, resource.HostKind))
	require.Contains(t, body, "are no longer kept")
}

func TestFactsHaveUnits(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost("web")
	host.MemoryMiB, host.DiskGiB, host.CloudCreatedAt = 16384, 2048, time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	host.Tags = map[string]string{"bare": ""}
	host.STreeProduct = ""
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	_, body := open(t, s, nil).get(pathOf(host, resource.HostKind))
	for _, want := range []string{
		"<dt>memory</dt><dd><bdi class=\"foreign\">16\u00a0GiB</bdi>", "<dt>disk</dt><dd><bdi class=\"foreign\">2\u00a0TiB</bdi>",
		"<dt>vcpu</dt><dd><bdi class=\"foreign\">4</bdi>", `<time datetime="2020-01-02T03:04:05Z"`, `href="/tree?path=inf"`,
	} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "tag_bare", "to ask for no value is to ask for all others")
}

// Whatever a tag is called, its link, and those of all that is related, lead to the inventory.
func TestLinksToTheInventoryCanBeRead(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	host := oneHost("web")
	host.Tags = map[string]string{"a b": "x", `q"{}`: "y=,z", "ключ": "значение", hostile: hostile}
	inventorytest.Apply(t, s, "one", resource.HostKind, diff.Add, []resource.Row{host})
	var disks []resource.Row
	for n := range 30 {
		disks = append(disks, &resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: fmt.Sprint("d-", n)}, HostNativeID: "i-1"})
	}
	inventorytest.Apply(t, s, "two", resource.DiskKind, diff.Add, disks)
	site := open(t, s, nil)
	_, body := site.get(pathOf(host, resource.HostKind))
	links := regexp.MustCompile(`href="(/inventory\?[^"]*)"`).FindAllStringSubmatch(body, -1)
	require.Len(t, links, 3+1+1+4+1, "the place, the status, the vpc, tags, and all disks")
	for _, link := range links {
		address, err := url.Parse(html.UnescapeString(link[1]))
		require.NoError(t, err)
		kind, err := resource.Standard().Kind(address.Query().Get("kind"))
		require.NoError(t, err)
		asked, err := query.Parse(address.Query().Get("q"), []*query.Schema{query.SchemaOf(kind)})
		require.NoError(t, err, link[1])
		found, err := inventory.FromTables(s).Find(t.Context(), inventory.Find{Scope: inventory.Scope{Kinds: []*resource.Kind{kind}, Query: asked}})
		require.NoError(t, err)
		require.Positive(t, found.Total, link[1])
	}
}
