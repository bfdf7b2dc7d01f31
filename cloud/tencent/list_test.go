package tencent_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// cloudpods synced only 1,000 of more VMs in a region, because of a paging slip
// (#22974).
func TestManyPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	for kind, action := range kinds {
		n := min(1234, 2*pageSize(kind)+34) // security groups take a request each
		c := newCloud(filled(n))
		ids := map[string]bool{}
		for _, row := range list(t, enter(t, c), kind) {
			ids[row.RowMeta().NativeID] = true
		}
		require.Len(t, ids, n, kind.Name())
		// Nothing is asked for per host, nor by a second listing.
		want := map[string]int{"GetCallerIdentity": 1, action: n/pageSize(kind) + 1}
		for _, action := range also[kind] {
			want[action] = 1
		}
		if each := apiece[kind]; each != "" {
			want[each] = n
		}
		require.Equal(t, want, actionsOf(c), kind.Name())
	}
}

func TestAFullLastPageIsTheLast(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(200))
	page, err := enter(t, c).List(t.Context(), scopeOf(resource.HostKind), "100")
	require.NoError(t, err)
	require.Len(t, page.Rows, 100)
	require.Empty(t, page.Next)
	require.EqualValues(t, 200, page.Total)
}

// A server that gives less than it was asked for is asked for the rest, from where the API takes
// it.
func TestShortPages(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(17))
	c.PageSize = 5
	for kind, action := range kinds {
		require.Len(t, list(t, enter(t, c), kind), 17)
		require.Equal(t, 4, actionsOf(c)[action])
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	for kind := range kinds {
		client := enter(t, newCloud(filled(0)))
		page, err := client.List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		for at := range also[kind] {
			require.Equal(t, cloud.Page{Rows: []resource.Row{}, Next: page.Next, Begins: at > 0}, page)
			page, err = client.List(t.Context(), scopeOf(kind), page.Next)
			require.NoError(t, err)
		}
		require.Equal(t, cloud.Page{Rows: []resource.Row{}, Begins: len(also[kind]) > 0}, page)
	}
}

// Another worker goes on with a listing.
func TestResume(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	for kind := range kinds {
		n := min(2050, 2*pageSize(kind)+50) // three pages of most kinds, and more than one of all
		c := newCloud(filled(n))
		first, err := enter(t, c).List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		require.EqualValues(t, n, first.Total)
		rest := listFrom(t, enter(t, c), kind, first.Next)
		require.Len(t, rest, n-pageSize(kind))
		require.Equal(t, fmt.Sprintf("%s-%08d", prefixes[kind], pageSize(kind)), rest[0].RowMeta().NativeID)
	}
}

// A region that has no serverless clusters says so of their list alone.
func TestARegionWithoutServerlessClusters(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(3))
	c.Break(fake.Fault{Action: serverlessAction, Verdict: fake.RegionDisabled})
	require.Len(t, list(t, enter(t, c), resource.ClusterKind), 3)
	c.Mend()
	c.Break(fake.Fault{Action: serverlessAction, Verdict: fake.Denied})
	_, err := enter(t, c).List(t.Context(), scopeOf(resource.ClusterKind), "1+3+")
	require.Equal(t, cloud.Denied, cloud.ClassOf(err), "they may be there")
	_, err = enter(t, c).Lookup(t.Context(), scopeOf(resource.ClusterKind), []string{"cls-00000000"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
}

// What went in between two pages is missed by the offset: the total tells, whether
// it is announced before or after.
func TestResourcesThatGoWhileTheyAreListed(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(150))
	client := enter(t, c)
	first, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	c.Update(func(accounts []*fake.Account) { accounts[0].Regions[0].Hosts = accounts[0].Regions[0].Hosts[1:] })
	second, err := client.List(t.Context(), scopeOf(resource.HostKind), first.Next)
	require.NoError(t, err)
	require.Empty(t, second.Next)
	require.Less(t, int64(len(first.Rows)+len(second.Rows)), max(first.Total, second.Total))
}

// Past the end the API answers with an empty set.
func TestPastTheEnd(t *testing.T) {
	t.Parallel()
	page, err := enter(t, newCloud(filled(3))).List(t.Context(), scopeOf(resource.HostKind), "100")
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	require.Empty(t, page.Next)
	require.EqualValues(t, 3, page.Total, "so that a listing that lost the rest counts as incomplete")
}

func TestACursorOfAnotherForm(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(3))
	for _, cursor := range []string{"next", "-1", "0", "1.5", "99999999999999999999"} {
		_, err := enter(t, c).List(t.Context(), scopeOf(resource.HostKind), cursor)
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), cursor)
	}
	require.Zero(t, actionsOf(c)["DescribeInstances"])
}

// Certificates are of no region: one of the regions has them, whichever are configured, and
// the others are not asked.
func TestCertificatesAreInOneRegion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		regions []string
		home    string
	}{
		{nil, "ap-guangzhou"},
		{[]string{beijing, "ap-guangzhou"}, "ap-guangzhou"},
		{[]string{"ap-shanghai", beijing}, beijing},
	} {
		all := []*fake.Region{{Name: beijing}, {Name: "ap-guangzhou"}, {Name: "ap-shanghai"}}
		for _, region := range all {
			region.Certificates = filled(3).Certificates
		}
		c := newCloud(all...)
		s := settings(serve(t, tencentfake.New(c)))
		s.Regions = test.regions
		client := newProvider(s)
		for _, region := range all {
			scope := scopeOf(resource.CertificateKind)
			scope.Region = region.Name
			page, err := client.List(t.Context(), scope, "")
			require.NoError(t, err)
			existing, err := client.Lookup(t.Context(), scope, []string{"cert-00000001"})
			require.NoError(t, err)
			if region.Name == test.home {
				require.Len(t, page.Rows, 3)
				require.Len(t, existing, 1)
			} else {
				require.Equal(t, cloud.Page{Rows: []resource.Row{}}, page)
				require.Empty(t, existing)
			}
		}
		require.Equal(t, 2, actionsOf(c)["DescribeCertificates"])
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	c := newCloud(&fake.Region{Name: "ap-shanghai"}, &fake.Region{Name: "na-ashburn", Disabled: true}, &fake.Region{Name: beijing})
	regions, err := enterAll(t, c).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{beijing, "ap-shanghai"}, regions)
	_, err = enterAll(t, newCloud()).Regions(t.Context())
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "no account is without regions")
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(120))
	client := enter(t, c)
	var all sync.WaitGroup
	for kind := range kinds {
		for range 4 {
			all.Go(func() {
				page, err := client.List(t.Context(), scopeOf(kind), "")
				require.NoError(t, err)
				require.Len(t, page.Rows, min(120, pageSize(kind)))
			})
		}
	}
	all.Wait()
	require.Equal(t, 1, actionsOf(c)["GetCallerIdentity"])
}
