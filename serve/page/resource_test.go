package page_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
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
	site := open(t, s, nil)
	_, body := site.get(path)
	for _, want := range []string{
		"appeared", "changed", `<del><span class="hidden">removed </span><bdi class="foreign">sg-1</bdi></del>`,
		`<ins><span class="hidden">added </span><bdi class="foreign">sg-3</bdi></ins>`, `from </span><bdi class="foreign">old</bdi>`,
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
