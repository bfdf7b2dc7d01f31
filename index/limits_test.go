package index_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/index"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// An export has no time limit, and what it looks for has one.
func TestAnExportThatLooksForLong(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{SelectWithin: time.Nanosecond})
	b.apply(t, resource.HostKind, diff.Add, []resource.Row{&resource.Host{Meta: resource.Meta{NativeID: "i-1"}}})
	b.fresh(t)
	asked, err := query.Parse(`{name=~"(a+)+$"}`, []*query.Schema{query.SchemaOf(resource.HostKind)})
	require.NoError(t, err)
	scope := inventory.Scope{Kinds: kinds[:1], Query: asked}
	require.ErrorIs(t, b.Each(t.Context(), scope, func(inventory.Found) error { return nil }), inventory.ErrSlowQuery)
	require.ErrorIs(t, b.EachLabels(t.Context(), scope, func(*resource.Kind, *index.Labels) error { return nil }), inventory.ErrSlowQuery)
}
