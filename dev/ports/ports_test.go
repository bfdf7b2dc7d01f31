package ports

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFreeIsFreeAndBelowTheEphemeralRange(t *testing.T) {
	t.Parallel()
	port, err := Free()

	require.NoError(t, err)
	require.GreaterOrEqual(t, port, first)
	require.Less(t, port, 32768)
	l, err := net.Listen("tcp", Address(port))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

func TestSeveralDiffer(t *testing.T) {
	t.Parallel()
	one, err := Free()
	require.NoError(t, err)

	chosen, err := Several(one, one, 0)

	require.NoError(t, err)
	require.Equal(t, one, chosen[0], "a preferred port that is free is kept")
	require.NotEqual(t, one, chosen[1])
	require.NotEqual(t, chosen[1], chosen[2])
}

func TestSeveralLeavesATakenPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // the test is over
	taken := l.Addr().(*net.TCPAddr).Port

	chosen, err := Several(taken)

	require.NoError(t, err)
	require.NotEqual(t, taken, chosen[0])
}
