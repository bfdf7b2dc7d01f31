package discovery

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// memory is an inventory of some rows, in their order.
type memory []resource.Row

func (m memory) Each(_ context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	for _, kind := range scope.Kinds {
		schema := query.SchemaOf(kind)
		for _, row := range m {
			if !isOf(kind, row) || !scope.Query.Match(schema, row) {
				continue
			}
			if err := show(inventory.Found{Kind: kind, Row: row}); err != nil {
				return err
			}
		}
	}
	return nil
}

func isOf(kind *resource.Kind, row resource.Row) bool {
	switch row.(type) {
	case *resource.Host:
		return kind == resource.HostKind
	case *resource.Database:
		return kind == resource.DatabaseKind
	case *resource.LoadBalancer:
		return kind == resource.LoadBalancerKind
	case *resource.Cluster:
		return kind == resource.ClusterKind
	default:
		return kind == resource.PublicIPKind
	}
}

var errNotHere = errors.New("nobody asks this")

func (m memory) Find(context.Context, inventory.Find) (inventory.Page, error) {
	return inventory.Page{}, errNotHere
}

func (m memory) Count(context.Context, inventory.Count) (inventory.Counts, error) {
	return inventory.Counts{}, errNotHere
}

// recorded are labels in memory.
type recorded struct {
	kind   *resource.Kind
	labels [][2]string
}

func (r *recorded) Each(show func(label, value string)) {
	for _, label := range r.labels {
		show(label[0], label[1])
	}
}

// recording is a source of labels in memory, whatever is asked for.
type recording []recorded

func (r recording) Each(_ context.Context, _ inventory.Scope, show func(*resource.Kind, Labels) error) error {
	for i := range r {
		if err := show(r[i].kind, &r[i]); err != nil {
			return err
		}
	}
	return nil
}

// read reads all hosts of a source.
func read(t testing.TB, source Source) (all recording) {
	t.Helper()
	require.NoError(t, source.Each(t.Context(), hostScope(), func(kind *resource.Kind, labels Labels) error {
		one := recorded{kind: kind}
		labels.Each(func(label, value string) { one.labels = append(one.labels, [2]string{label, value}) })
		all = append(all, one)
		return nil
	}))
	return all
}

// broken is a source that fails after some.
type broken struct {
	Source
	after int
	err   error
}

func (b broken) Each(ctx context.Context, scope inventory.Scope, show func(*resource.Kind, Labels) error) error {
	left := b.after
	err := b.Source.Each(ctx, scope, func(kind *resource.Kind, labels Labels) error {
		if left == 0 {
			return b.err
		}
		left--
		return show(kind, labels)
	})
	return errors.Join(err, b.err)
}

// The labels of a row have the names that they have in a query.
func TestRowsHaveTheLabelsOfQueries(t *testing.T) {
	t.Parallel()
	host := &resource.Host{
		Meta: resource.Meta{UID: resource.UID{1}, Provider: "aws", NativeID: "i-1"}, VCPU: 8,
		PrivateIPs: []string{"10.0.0.1", "10.0.0.2"}, Tags: map[string]string{"kubernetes.io/role": "node", "empty": ""},
	}
	all := read(t, FromReader(memory{host}))
	require.Len(t, all, 1)
	require.ElementsMatch(t, [][2]string{
		{"uid", host.UID.String()}, {"provider", "aws"}, {"native_id", "i-1"}, {"vcpu", "8"},
		{"private_ips", "10.0.0.1"}, {"private_ips", "10.0.0.2"}, {"tag_kubernetes.io/role", "node"}, {"tag_empty", ""},
	}, all[0].labels)
	schema := query.SchemaOf(resource.HostKind)
	for _, label := range all[0].labels {
		require.True(t, schema.Has(label[0]), label[0])
	}
	require.Equal(t, "kubernetes.io/role", schema.Source("tag_kubernetes.io/role").Tag)
}
