package tencent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(150))
	client := enter(t, c)
	for kind := range kinds {
		prefix, limit := prefixes[kind], client.LookupLimit(kind.Name())
		there := func(n int) []string { return numbered(n, prefix, func(id string) string { return id }) }
		gone := func(n int) []string { return numbered(n, prefix+"-gone", func(id string) string { return id }) }
		for name, test := range map[string]struct{ ask, want []string }{
			"existing":                  {there(3), there(3)},
			"absent":                    {gone(3), nil},
			"mixed":                     {append(gone(3), there(4)...), there(4)},
			"at the limit":              {there(limit), there(limit)},
			"at the limit, absent":      {gone(limit), nil},
			"at the limit, mixed":       {append(there(limit-2), gone(2)...), there(limit - 2)},
			"of another form":           {[]string{"i-0123456789abcdef0"}, nil},
			"some of another form":      {append(there(5), "i-0123456789abcdef0", "/subscriptions/x"), there(5)},
			"one":                       {there(1), there(1)},
			"one that is absent":        {gone(1), nil},
			"none":                      {nil, nil},
			"one among the absent":      {append(there(1), gone(limit-1)...), there(1)},
			"more than a default page":  {there(min(limit, 60)), there(min(limit, 60))},
			"with characters of a list": {[]string{prefix + "-a,b", prefix + "-\"c"}, nil},
		} {
			existing, err := client.Lookup(t.Context(), scopeOf(kind), test.ask)
			require.NoError(t, err, "%s: %s", kind.Name(), name)
			slices.Sort(existing)
			require.ElementsMatch(t, test.want, existing, "%s: %s", kind.Name(), name)
		}
	}
}

// One id that the API does not know costs a few more requests, not one per id.
func TestLookupWithOneUnknownIDIsCheap(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(100))
	ids := numbered(100, "cdb", func(id string) string { return id })
	ids[70] = "cdb-gone"
	existing, err := enter(t, c).Lookup(t.Context(), scopeOf(resource.DatabaseKind), ids)
	require.NoError(t, err)
	require.Len(t, existing, 99)
	require.LessOrEqual(t, actionsOf(c)["DescribeDBInstances"], 16)
}

// The forms that the API has for an id that it does not know.
func TestLookupOfAnIDThatIsRefused(t *testing.T) {
	t.Parallel()
	for code, kind := range map[string]*resource.Kind{
		"ResourceNotFound":                          resource.VPCKind,
		"InvalidParameterValue.Malformed":           resource.SubnetKind,
		"InvalidParameterValue.AddressIdMalformed":  resource.PublicIPKind,
		"InvalidAddressId.NotFound":                 resource.PublicIPKind,
		"InvalidSnapshotId.NotFound":                resource.SnapshotKind,
		"InvalidImageId.NotFound":                   resource.MachineImageKind,
		"InvalidImageId.Malformed":                  resource.MachineImageKind,
		"FailedOperation.CertificateNotFound":       resource.CertificateKind,
		"InvalidInstanceId.NotFound":                resource.HostKind,
		"InvalidInstanceId.Malformed":               resource.HostKind,
		"InvalidParameterValue.InstanceIdMalformed": resource.HostKind,
		"InvalidDiskId.NotFound":                    resource.DiskKind,
		"InvalidParameter.InstanceNotFound":         resource.DatabaseKind,
		"InvalidParameter.LBIdNotFound":             resource.LoadBalancerKind,
		"ResourceNotFound.InstanceNotExists":        resource.CacheKind,
	} {
		c := newCloud(filled(1))
		c.Record(kinds[kind], failed(code, "The id is unknown."))
		existing, err := enter(t, c).Lookup(t.Context(), scopeOf(kind), []string{"x-1", "x-2"})
		require.NoError(t, err, code)
		require.Empty(t, existing, code)
		_, err = enter(t, c).List(t.Context(), scopeOf(kind), "")
		want := cloud.BadAnswer
		if kind == resource.CertificateKind {
			want = cloud.Unavailable // as other failed operations
		}
		if strings.HasPrefix(code, "ResourceNotFound") {
			want = cloud.NotFound // which is not read as absent either
		}
		require.Equal(t, want, cloud.ClassOf(err), "%s: a listing names no id", code)
	}
}

// An API time-out led to mass deletion in external-dns (#2858, #3997): only an
// answer that says so makes a resource absent.
func TestNoAnswerMakesNothingAbsent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"denied":                     {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"throttled":                  {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"the region is disabled":     {fake.Fault{Verdict: fake.RegionDisabled}, cloud.RegionDisabled},
		"server error":               {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"an answer without content":  {fake.Fault{Body: `{"Response":{"RequestId":"r"}}`}, cloud.BadAnswer},
		"an answer without envelope": {fake.Fault{Body: `{}`}, cloud.BadAnswer},
		"cut short":                  {fake.Fault{Body: `{"Response":{"TotalCount":0,`, Truncated: true}, cloud.Unavailable},
		"a wrong parameter":          {fake.Fault{Body: string(failed("InvalidParameter", "wrong"))}, cloud.BadAnswer},
		"another thing is not found": {fake.Fault{Body: string(failed("ResourceNotFound.HpcCluster", "no"))}, cloud.NotFound},
	} {
		for kind, action := range kinds {
			c := newCloud(filled(1))
			fault := test.fault
			fault.Action = action
			c.Break(fault)
			existing, err := enter(t, c).Lookup(t.Context(), scopeOf(kind), []string{prefixes[kind] + "-00000000"})
			require.Equal(t, test.class, cloud.ClassOf(err), "%s: %s: %v", kind.Name(), name, err)
			require.Empty(t, existing)
		}
	}
}

// One Lookup has the time of one call, in which some hundred requests find no room.
func TestLookupOfDatabasesThatAreAllGone(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(1))
	c.Record("DescribeDBInstances", failed("InvalidParameter.InstanceNotFound", "no"))
	client := enter(t, c)
	gone := make([]string, client.LookupLimit(resource.DatabaseKind.Name()))
	for i := range gone {
		gone[i] = fmt.Sprintf("cdb-gone%d", i)
	}
	existing, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), gone)
	require.NoError(t, err)
	require.Empty(t, existing)
	require.LessOrEqual(t, actionsOf(c)["DescribeDBInstances"], 40)
}

// The second half of a lookup fails: nothing is known.
func TestLookupInHalvesFailsWhole(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(4))
	client := enter(t, c)
	c.Break(fake.Fault{Action: "DescribeInstances", Times: 1, Body: string(failed("InvalidInstanceId.NotFound", "no"))})
	c.Break(fake.Fault{Action: "DescribeInstances", Times: 1, Body: string(page(resource.HostKind, 1, `{"InstanceId":"ins-00000000"}`))})
	c.Break(fake.Fault{Action: "DescribeInstances", Verdict: fake.Denied})
	existing, err := client.Lookup(t.Context(), scopeOf(resource.HostKind), []string{"ins-00000000", "ins-00000001"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	require.Empty(t, existing)
}

func TestLookupAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for kind, action := range kinds {
		for name, body := range map[string][]byte{
			"fewer than announced": page(kind, 2, `{}`),
			"none of those":        page(kind, 1, ``),
			"without an id":        page(kind, 1, `{}`),
			"a negative count":     page(kind, -1, ``),
			"null":                 []byte(fmt.Sprintf(`{"Response":{"TotalCount":null,%q:null}}`, sets[kind])),
		} {
			c := newCloud(filled(1))
			c.Record(action, body)
			_, err := enter(t, c).Lookup(t.Context(), scopeOf(kind), []string{prefixes[kind] + "-00000000"})
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "%s: %s", kind.Name(), name)
		}
	}
}

func failed(code, message string) []byte {
	return fmt.Appendf(nil, `{"Response":{"Error":{"Code":%q,"Message":%q},"RequestId":"r"}}`, code, message)
}
