package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

func TestPayloadsFitIntoAPacket(t *testing.T) {
	t.Parallel()
	for packet, want := range map[int]int{256 << 10: 240 << 10, 1 << 20: 1008 << 10, 4 << 20: 4080 << 10, 16 << 20: BatchBytes, 1 << 30: BatchBytes} {
		s := server{maxPacket: packet}
		require.Equal(t, want, s.payloadBytes())
		require.NoError(t, s.checkPacket())
		require.NoError(t, s.checkPayload(make([]byte, want)))
		require.ErrorContains(t, s.checkPayload(make([]byte, packet)), "max_allowed_packet of the server is "+fmt.Sprint(packet))
	}
	require.ErrorContains(t, server{maxPacket: 64 << 10}.checkPacket(), "max_allowed_packet of the server is 65536 bytes: set it to 16M")
}

func TestInHalves(t *testing.T) {
	t.Parallel()
	rows := []int{1, 2, 3, 4, 5, 6, 7}
	var written [][]int
	atMost := func(n int) func([]int) error {
		return func(some []int) error {
			if len(some) > n {
				return fmt.Errorf("insert: %w", mysql.ErrPktTooLarge)
			}
			written = append(written, some)
			return nil
		}
	}
	require.NoError(t, inHalves(rows, atMost(2)))
	require.Equal(t, rows, slices.Concat(written...))
	require.ErrorIs(t, inHalves(rows, atMost(0)), mysql.ErrPktTooLarge)
	require.NoError(t, inHalves(nil, func([]int) error { return errors.New("nothing is not written") }))
	calls := 0
	require.Error(t, inHalves(rows, func([]int) error { calls++; return errors.New("lost") }))
	require.Equal(t, 1, calls, "no other error gets better by halves")
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	const longData = "Parameter of prepared statement which is set through mysql_send_long_data() is longer than 'max_allowed_packet' bytes"
	for _, err := range []error{
		mysql.ErrPktTooLarge, &packetError{}, &mysql.MySQLError{Number: 1105, Message: longData}, &mysql.MySQLError{Number: 1153}, &mysql.MySQLError{Number: 1301},
	} {
		err = fmt.Errorf("write: %w", err)
		require.True(t, IsMisconfigured(err), "%v", err)
		require.True(t, isRowRefusal(err), "%v", err)
		require.Contains(t, reason(err), "max_allowed_packet of the server")
	}
	for _, err := range []error{nil, errors.New("max_allowed_packet"), &mysql.MySQLError{Number: 1105, Message: "Unknown error"}, mysql.ErrInvalidConn} {
		require.False(t, IsTooLarge(err), "%v", err)
	}
}
