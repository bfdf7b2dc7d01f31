package address_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/address"
)

func TestTemporalRun(t *testing.T) {
	t.Parallel()
	ui := address.Temporal{UI: "https://temporal.example", Namespace: "a/b"}
	require.Equal(t, "https://temporal.example/namespaces/a%2Fb/workflows/cloud-sync%2Fresource_host/r%3F1/history", ui.Run("cloud-sync/resource_host", "r?1"))
	require.Equal(t, "https://temporal.example/namespaces/a%2Fb/workflows/w", ui.Run("w", ""))
	require.Empty(t, ui.Run("", "r"))
	require.Empty(t, address.Temporal{}.Run("w", "r"))
}

func TestPaths(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/holds/7", address.Hold(7))
	require.Equal(t, "/kinds/a%2Fb", address.Kind("a/b"))
}
