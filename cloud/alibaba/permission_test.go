package alibaba_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// What cartography #1398 and #2658 got wrong: denied is no empty list. Here the cloud
// itself answers a missing permission with one.
func TestAnEmptyListWithoutThePermissionIsAnError(t *testing.T) {
	t.Parallel()
	denied := everything()
	denied.Denied = true
	client := newWorld(t, denied).worker()
	for _, kind := range kinds {
		want := cloud.Denied // says the dry run
		if !hasDryRun(kind) {
			want = cloud.Unproven
		}
		_, err := client.List(t.Context(), scopeOf(kind), "")
		require.Equal(t, want, cloud.ClassOf(err), "list %s", kind.Name())
		_, err = client.Lookup(t.Context(), scopeOf(kind), []string{"i-1"})
		require.Equal(t, want, cloud.ClassOf(err), "look up %s", kind.Name())
	}
}

// hasDryRun says that a dry run proves that a kind's list is empty.
func hasDryRun(kind *resource.Kind) bool {
	i := slices.IndexFunc(declaredKinds, func(of declared) bool { return of.kind == kind })
	return kind == resource.HostKind || kind == resource.DiskKind || i >= 0 && declaredKinds[i].dryRun
}

// A region that truly has none is known to have none where a dry run says so.
func TestAnEmptyRegionWithADryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &fake.Region{Name: beijing})
	for kind, action := range actionOf {
		if !hasDryRun(kind) {
			continue
		}
		page, err := w.worker().List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		require.Equal(t, cloud.Page{Rows: []resource.Row{}}, page)
		require.Equal(t, 2, w.asked(action), "the list and the dry run")
		found, err := w.worker().Lookup(t.Context(), scopeOf(kind), []string{"i-1"})
		require.NoError(t, err)
		require.Empty(t, found)
		require.Equal(t, 4, w.asked(action))
	}
}

// Only the proof makes an empty list complete: whatever keeps from it is an error.
func TestADryRunThatProvesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		want  cloud.Class
	}{
		"it is denied":                     {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"it is throttled":                  {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"the cloud fails":                  {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"the cloud does not know dry runs": {fake.Fault{Body: `{"Instances":{"Instance":[]},"Disks":{"Disk":[]}}`}, cloud.Unproven},
		"another error":                    {fake.Fault{Status: 400, Body: `{"Code":"InvalidParameter","Message":"DryRun"}`}, cloud.BadAnswer},
	} {
		for kind, action := range map[*resource.Kind]string{resource.HostKind: "DescribeInstances", resource.DiskKind: "DescribeDisks"} {
			w := newWorld(t, &fake.Region{Name: beijing})
			w.Break(fake.Fault{Action: action, Times: 1, Body: `{"Instances":{"Instance":[]},"Disks":{"Disk":[]}}`})
			test.fault.Action = action
			w.Break(test.fault)
			_, err := w.worker().List(t.Context(), scopeOf(kind), "")
			require.Equal(t, test.want, cloud.ClassOf(err), "%s %s: %v", kind.Name(), name, err)
		}
	}
}

// A host list whose disks are hidden would have sizes of 0.
func TestHostsWithoutThePermissionForDisks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeDisks", Times: 1, Body: `{"Disks":{"Disk":[]},"NextToken":""}`})
	w.Break(fake.Fault{Action: "DescribeDisks", Verdict: fake.Denied})
	_, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
}

// RDS, SLB and others have no dry run: of a RAM user's empty list nobody knows.
func TestAnEmptyRegionWithoutADryRun(t *testing.T) {
	t.Parallel()
	for _, kind := range []*resource.Kind{resource.DatabaseKind, resource.LoadBalancerKind, resource.CacheKind, resource.ClusterKind} {
		w := newWorld(t, &fake.Region{Name: beijing})
		_, err := w.worker().List(t.Context(), scopeOf(kind), "")
		require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
		require.ErrorContains(t, err, "cannot be told from a missing permission")
		_, err = w.worker().Lookup(t.Context(), scopeOf(kind), []string{"gone"})
		require.Equal(t, cloud.Unproven, cloud.ClassOf(err))

		w.Break(fake.Fault{Action: actionOf[kind], Verdict: fake.Denied})
		_, err = w.worker().List(t.Context(), scopeOf(kind), "")
		require.Equal(t, cloud.Denied, cloud.ClassOf(err), "a refusal is one")
		w.Mend()

		w.Record("GetCallerIdentity", []byte(`{"AccountId":"`+accountID+`","IdentityType":"Account"}`))
		rows, pages := listAll(t, w.worker(), kind)
		require.Empty(t, rows, "no policy restricts the account itself")
		require.Equal(t, max(1, listsOf[kind]), pages)
		found, err := w.worker().Lookup(t.Context(), scopeOf(kind), []string{"gone"})
		require.NoError(t, err)
		require.Empty(t, found)
	}
}
