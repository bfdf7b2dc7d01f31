package resource_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	registry := resource.Standard()
	require.Equal(t, []string{
		"resource_host", "resource_disk", "resource_database", "resource_load_balancer", "resource_cache",
		"resource_vpc", "resource_subnet", "resource_security_group", "resource_public_ip", "resource_nat_gateway",
		"resource_cluster", "resource_bucket", "resource_snapshot", "resource_image", "resource_certificate",
	}, registry.Names())
	for _, name := range registry.Names() {
		kind, err := registry.Kind(name)
		require.NoError(t, err)
		require.Equal(t, name, kind.Name())
	}
	_, err := registry.Kind("resource_hots")
	require.EqualError(t, err, `unknown kind "resource_hots": the kinds are `+fmt.Sprint(registry.Names()))
	_, err = registry.Kind("vpc")
	require.EqualError(t, err, `unknown kind "vpc": write resource_vpc`)

	registry.Names()[0] = "changed"
	require.Equal(t, "resource_host", registry.Names()[0], "the caller got a copy")
	require.PanicsWithValue(t, "resource: kind resource_host registered twice", func() {
		resource.NewRegistry(resource.HostKind, resource.DiskKind, resource.HostKind)
	})
}

func TestKindGivesRowsOfItsType(t *testing.T) {
	t.Parallel()
	require.Equal(t, &resource.Disk{}, resource.DiskKind.NewRow())
	require.NotSame(t, resource.DiskKind.NewRow(), resource.DiskKind.NewRow())

	for _, kind := range kinds {
		var names []string
		for _, c := range columnsOf(kind) {
			names = append(names, c.name)
		}
		require.Equal(t, names, kind.Columns())
	}
}

func TestDefinePanicsOnWhatItCannotHandle(t *testing.T) {
	t.Parallel()
	type untagged struct {
		resource.Meta
		Name string
	}
	type float struct {
		resource.Meta
		Load float64 `bun:"load"`
	}
	type narrow struct {
		resource.Meta
		Count int `bun:"count"`
	}
	type misspelt struct {
		resource.Meta
		Name string `bun:"name" field:"unwatch"`
	}
	type limitless struct {
		resource.Meta
		Name string `bun:"name" field:"max=many"`
	}
	for name, test := range map[string]struct {
		define func()
		want   string
	}{
		"no column":        {func() { resource.Define[untagged]("k", 1) }, `resource: kind k: field Name: needs a bun column and a supported type, has "" and string`},
		"unsupported type": {func() { resource.Define[float]("k", 1) }, `resource: kind k: field Load: needs a bun column and a supported type, has "load" and float64`},
		"int, not int64":   {func() { resource.Define[narrow]("k", 1) }, `resource: kind k: field Count: needs a bun column and a supported type, has "count" and int`},
		"unknown option":   {func() { resource.Define[misspelt]("k", 1) }, `resource: kind k: field Name: unknown option "unwatch"`},
		"bad limit":        {func() { resource.Define[limitless]("k", 1) }, `resource: kind k: field Name: option "max=many": strconv.Atoi: parsing "many": invalid syntax`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.PanicsWithValue(t, test.want, test.define)
		})
	}
}

func TestNamedKindsMayBeShort(t *testing.T) {
	t.Parallel()
	kinds := resource.Standard()
	for _, name := range []string{"host", "resource_host"} {
		kind, err := kinds.Named(name)
		require.NoError(t, err)
		require.Same(t, resource.HostKind, kind)
	}
	_, err := kinds.Named("lamp")
	require.ErrorContains(t, err, `unknown kind "lamp": the kinds are `)
}
