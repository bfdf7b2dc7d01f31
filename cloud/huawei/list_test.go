package huawei_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// crowd is a region with n resources of each kind.
func crowd(n int) (region fake.Region) {
	for i := range n {
		region.Hosts = append(region.Hosts, fake.Host{ID: uuid('h', i), Status: "ACTIVE", VPC: "vpc", VCPU: 1, MemoryMiB: 1024})
		region.Disks = append(region.Disks, fake.Disk{ID: uuid('d', i), Host: uuid('h', i), SizeGiB: int64(i + 1)})
		region.Databases = append(region.Databases, fake.Database{ID: uuid('b', i), Engine: "MySQL"})
		region.LoadBalancers = append(region.LoadBalancers, fake.LoadBalancer{ID: uuid('e', i), Addresses: []string{"10.0.0.1"}})
		region.Caches = append(region.Caches, fake.Cache{ID: uuid('c', i), Engine: "Redis"})
		region.VPCs = append(region.VPCs, resource.VPC{Meta: meta(uuid('v', i)), CIDRs: []string{"10.0.0.0/8"}})
		region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{
			SecurityGroup: resource.SecurityGroup{Meta: meta(uuid('g', i))}, Rules: []resource.SecurityRule{{Protocol: "tcp", Ports: fmt.Sprint(i + 1)}},
		})
		region.PublicIPs = append(region.PublicIPs, resource.PublicIP{Meta: meta(uuid('p', i)), Address: "203.0.113.1", AttachedType: "NATGW", AttachedID: uuid('n', i)})
		region.NATGateways = append(region.NATGateways, resource.NATGateway{Meta: meta(uuid('n', i)), VPCID: uuid('v', i)})
		region.Snapshots = append(region.Snapshots, resource.Snapshot{Meta: meta(uuid('t', i)), SizeGiB: int64(i + 1)})
		region.Images = append(region.Images, resource.MachineImage{Meta: meta(uuid('i', i)), SizeGiB: 40})
		region.Clusters = append(region.Clusters, resource.Cluster{Meta: meta(uuid('k', i)), ClusterType: "cce.s1.small"})
		region.Certificates = append(region.Certificates, resource.Certificate{Meta: meta(uuid('z', i))})
		region.Subnets = append(region.Subnets, resource.Subnet{Meta: meta(uuid('s', i)), VPCID: uuid('v', i)})
	}
	return region
}

// The pages have no resource twice and miss none, whatever their size; another worker
// goes on at any cursor.
func TestListingOverPages(t *testing.T) {
	t.Parallel()
	for _, pageSize := range []int{1, 3, 7, 8, 0} {
		w := newWorld(t, crowd(7))
		w.PageSize = pageSize
		for name, of := range kinds {
			pages := list(t, w.open(), of.kind)
			whole := ids(rowsOf(pages))
			require.Len(t, whole, 7, "%s by %d", name, pageSize)
			seen := map[string]bool{}
			for _, id := range whole {
				require.False(t, seen[id], "%s by %d: %s twice", name, pageSize, id)
				seen[id] = true
			}
			rest := whole
			for _, page := range pages {
				if rest = rest[len(page.Rows):]; page.Next != "" {
					require.Equal(t, rest, append([]string{}, resumedAt(t, w.open(), of.kind, page.Next)...), "%s by %d at %s", name, pageSize, page.Next)
				}
				if of.total != "" && (len(of.others) == 0 || len(page.Rows) > 0) { // of several lists one has them all
					require.Equal(t, int64(7), page.Total)
				}
			}
		}
	}
}

func resumedAt(t *testing.T, client cloud.Provider, kind *resource.Kind, cursor string) (rest []string) {
	t.Helper()
	rest = []string{}
	for cursor != "" {
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		require.NoError(t, err)
		rest = append(rest, ids(page.Rows)...)
		cursor = page.Next
	}
	return rest
}

// More than 1,000 servers in a region, of which only the first 1,000 were synced
// (cloudpods #22974), with no call per host: 1,000 items took minutes elsewhere
// (cloudquery #15780).
func TestMoreThanAThousandHosts(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	w := newWorld(t, crowd(2_345))
	pages := list(t, w.open(), resource.HostKind)
	rows := rowsOf(pages)
	require.Len(t, rows, 2_345)
	for i, row := range rows {
		require.Equal(t, int64(i+1), row.(*resource.Host).DiskGiB)
	}
	require.Equal(t, 12, w.count("ListServersDetails"), "200 a page")
	require.Equal(t, 3, w.count("ListVolumes"), "the table is loaded once, 1,000 a page")
	require.Equal(t, 1, w.count("KeystoneListProjects"))
}

// A page has 1,000 caches, unless no size is asked for: then 10.
func TestAThousandCachesAreOneRequest(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	for caches, requests := range map[int]int{1000: 1, 1001: 2} {
		w := newWorld(t, fake.Region{Caches: crowd(caches).Caches})
		require.Len(t, rowsOf(list(t, w.open(), resource.CacheKind)), caches)
		require.Equal(t, requests, w.count(huaweifake.CacheAction))
	}
}

// Another listing of the same worker loads the volumes anew.
func TestVolumesAreOfTheListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	client := w.open()
	list(t, client, resource.HostKind)
	w.region(func(r *fake.Region) { r.Disks[1].SizeGiB = 501 })
	require.Equal(t, int64(541), list(t, client, resource.HostKind)[0].Rows[0].(*resource.Host).DiskGiB)
	require.Equal(t, 2, w.count("ListVolumes"))
}

// A host is never listed with half of its fields.
func TestHostsNeedTheirVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListVolumes", Verdict: fake.Denied})
	page, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.Denied, err)
	require.Empty(t, page.Rows)
}

// A volume that is deleted between two pages does not shift the next one. If it is the
// one that the next page was to follow, the listing begins anew.
func TestDeletionsBetweenPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(6))
	w.PageSize = 3
	first, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	w.region(func(r *fake.Region) { r.Disks = r.Disks[1:] })
	second, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), first.Next)
	require.NoError(t, err)
	require.Equal(t, []string{uuid('d', 3), uuid('d', 4), uuid('d', 5)}, ids(second.Rows))

	for _, kind := range []*resource.Kind{resource.DiskKind, resource.LoadBalancerKind} {
		w := newWorld(t, crowd(6))
		w.PageSize = 3
		first, err := w.open().List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		w.region(func(r *fake.Region) { r.Disks, r.LoadBalancers = r.Disks[:1], r.LoadBalancers[:1] })
		_, err = w.open().List(t.Context(), scopeOf(kind), first.Next)
		classed(t, cloud.ExpiredCursor, err)
	}
}

// The total falls by volumes that were listed before: the marker goes on to the last.
func TestATotalThatFallsBelowWhatWasListed(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	w := newWorld(t, crowd(2001))
	client := w.open()
	first, err := client.List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	w.region(func(r *fake.Region) { r.Disks = r.Disks[2:] })
	rest := resumedAt(t, client, resource.DiskKind, first.Next)
	require.Len(t, rest, 1001)
	require.Equal(t, uuid('d', 2001-1), rest[1000])
}

// Servers are listed by pages' numbers: what is deleted before the next page shifts it.
// The first page's total tells.
func TestAShiftedListingAnnouncesMoreThanItHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(6))
	w.PageSize = 3
	client := w.open()
	first, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	w.region(func(r *fake.Region) { r.Hosts = r.Hosts[1:] })
	rest := resumedAt(t, client, resource.HostKind, first.Next)
	require.Less(t, int64(len(first.Rows)+len(rest)), first.Total)
}

func TestCursorsOfAnotherForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	for name, of := range kinds {
		for _, cursor := range []string{"x", "x+y", "+3", "-1+3", "1+-3", "99999999999+1", "1e3+1", "0+1", "-5"} {
			_, err := w.open().List(t.Context(), scopeOf(of.kind), cursor)
			require.Error(t, err, "%s at %s", name, cursor)
			classed(t, cloud.ExpiredCursor, err)
			require.ErrorContains(t, err, "huawei/prod: "+strings.TrimPrefix(of.action, "dcs_")+" of "+beijing)
		}
	}
}

// Past the end there is nothing, and no end to wait for.
func TestPastTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(3))
	for kind, cursor := range map[*resource.Kind]string{resource.HostKind: "2+1", resource.DiskKind: uuid('d', 2) + "+1", resource.DatabaseKind: "3+3+3", resource.CacheKind: "3", resource.LoadBalancerKind: uuid('e', 2), resource.VPCKind: uuid('v', 2), resource.SubnetKind: uuid('s', 2), resource.SecurityGroupKind: uuid('g', 2),
		resource.PublicIPKind: uuid('p', 2) + "+1", resource.NATGatewayKind: "1+0+", resource.SnapshotKind: "3", resource.MachineImageKind: uuid('i', 2),
		resource.ClusterKind: "1+0+", resource.CertificateKind: "1+0+50"} {
		page, err := w.open().List(t.Context(), scopeOf(kind), cursor)
		require.NoError(t, err)
		require.Empty(t, page.Rows)
		require.Empty(t, page.Next)
	}
}

// Where nothing is announced, any page may be one that was cut short. Some lists never
// announce a total, and say themselves what follows.
func TestListingsWithoutATotal(t *testing.T) {
	t.Parallel()
	for name, of := range kinds {
		w := newWorld(t, fake.Region{})
		w.Record(of.action, fmt.Appendf(nil, `{%q:[%s]}`, of.list, of.element("one", `"flavor":{}`)))
		page, err := w.open().List(t.Context(), scopeOf(of.kind), "")
		if of.total != "" {
			classed(t, cloud.BadAnswer, err)
			require.Empty(t, page, name)
			continue
		}
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		require.Zero(t, page.Total)
		require.Equal(t, len(of.others) > 0, page.Next != "", name)
	}
}

// A listing goes on after the last resource of a page, which has to have an id.
func TestAFullPageThatEndsWithoutAnID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	entries := strings.Repeat(`{"id":"d"},`, 999)
	w.Record("ListVolumes", []byte(`{"count":1000,"volumes":[`+entries+`{"name":"nameless"}]}`))
	_, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), "")
	classed(t, cloud.BadAnswer, err)

	w.Record("ListVolumes", []byte(`{"count":2,"volumes":[{"id":"d"},{"name":"nameless"}]}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Equal(t, []cloud.Problem{{Text: "volume without an id"}}, page.Problems)
	require.Empty(t, page.Next)
}

// A server that is listed as one that there is not is none; one of which nobody can tell
// is there.
func TestServersThatAreListedWithAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListServersDetails", []byte(`{"count":3,"servers":[{"id":"h-1","status":"ACTIVE"},{"id":"h-2","fault":{"code":404}},{"id":"h-3","fault":{"code":500}}]}`))
	require.Equal(t, []string{"h-1", "h-3"}, ids(rowsOf(list(t, w.open(), resource.HostKind))))
}

// volumesByMarker is a server whose volumes are on the pages that follow the markers.
func volumesByMarker(t *testing.T, w world, pages map[string]string) (endpoint string) {
	t.Helper()
	whole := huaweifake.New(w.Cloud)
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cloudvolumes/detail") {
			_, _ = out.Write([]byte(pages[r.URL.Query().Get("marker")]))
			return
		}
		whole.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func volume(id string, size int) string {
	return fmt.Sprintf(`{"id":%q,"size":%d,"attachments":[{"server_id":%q}]}`, id, size, uuid('h', 0))
}

// A volume that two pages have is one.
func TestAVolumeOnTwoPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(1))
	w.settings.Endpoint = volumesByMarker(t, w, map[string]string{
		"":  `{"count":4,"volumes":[` + volume("a", 10) + `,` + volume("b", 20) + `]}`,
		"b": `{"count":4,"volumes":[` + volume("b", 20) + `,` + volume("c", 40) + `]}`,
	})
	host := rowsOf(list(t, w.open(), resource.HostKind))[0].(*resource.Host)
	require.Equal(t, int64(70), host.DiskGiB)
}

// Pages that lead back to each other have no end.
func TestVolumesInACircle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(1))
	w.settings.Endpoint = volumesByMarker(t, w, map[string]string{
		"":  `{"count":1000000000,"volumes":[` + volume("a", 10) + `]}`,
		"a": `{"count":1000000000,"volumes":[` + volume("b", 20) + `]}`,
		"b": `{"count":1000000000,"volumes":[` + volume("a", 10) + `]}`,
	})
	_, err := w.open().List(within(t, 10*time.Second), scopeOf(resource.HostKind), "")
	classed(t, cloud.BadAnswer, err)
}

// An answer that leads nowhere is no end of a listing.
func TestListingsThatLeadNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(1))
	w.Record("ListVolumes", []byte(`{"count":9,"volumes":[{"id":"d","size":1}]}`))
	_, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), "d+1")
	classed(t, cloud.BadAnswer, err)
	_, err = w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.BadAnswer, err)

	w.Record("ListLoadBalancers", []byte(`{"loadbalancers":[{"id":"e"}],"page_info":{"next_marker":"e"}}`))
	_, err = w.open().List(t.Context(), scopeOf(resource.LoadBalancerKind), "e")
	classed(t, cloud.BadAnswer, err)
	full := `{"id":"e0"}`
	for i := range 1999 {
		full += fmt.Sprintf(`,{"id":"f%d"}`, i)
	}
	w.Record("ListLoadBalancers", []byte(`{"loadbalancers":[`+full+`]}`))
	_, err = w.open().List(t.Context(), scopeOf(resource.LoadBalancerKind), "")
	classed(t, cloud.BadAnswer, err)
}

// An empty page after the last load balancer ends the listing, whatever marker it names.
func TestAnEmptyPageAfterTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(1))
	w.Record("ListLoadBalancers", []byte(`{"loadbalancers":[],"page_info":{"next_marker":"e"}}`))
	require.Empty(t, resumedAt(t, w.open(), resource.LoadBalancerKind, "e"))
}
