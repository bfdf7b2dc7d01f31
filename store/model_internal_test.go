package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestModelsAreOfTheKindsType(t *testing.T) {
	t.Parallel()
	rows := []resource.Row{&resource.Disk{Name: "a"}, &resource.Disk{Name: "b"}}
	require.Equal(t, &[]*resource.Disk{{Name: "a"}, {Name: "b"}}, modelOf(resource.DiskKind, rows))
	require.Equal(t, &[]*resource.Disk{}, modelOf(resource.DiskKind, nil))
}
