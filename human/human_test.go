package human

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDurationsForPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		d                time.Duration
		took, span, unit string
	}{
		{123 * time.Millisecond, "0.12s", "0s", "0s"},
		{4240 * time.Millisecond, "4.2s", "4s", "4s"},
		{75 * time.Second, "75s", "75s", "75s"},
		{12*time.Minute + 5*time.Second, "12m05s", "12m05s", "12m"},
		{3*time.Hour + 7*time.Minute, "3h07m", "3h07m", "3h"},
		{99 * time.Hour, "4d03h", "4d03h", "4d"},
	} {
		require.Equal(t, test.took, Took(test.d))
		require.Equal(t, test.span, Span(test.d))
		require.Equal(t, test.unit, oneUnit(test.d))
	}
}

func TestTimesFromNow(t *testing.T) {
	t.Parallel()
	now := time.Now()
	require.Equal(t, "5s ago", Ago(now, now.Add(-5*time.Second)))
	require.Equal(t, "0s ago", Ago(now, now.Add(time.Second)), "a clock that is ahead")
	require.Equal(t, "in 3m", In(now, now.Add(3*time.Minute)))
	require.Equal(t, "now", In(now, now.Add(-time.Second)))
}

func TestSigned(t *testing.T) {
	t.Parallel()
	require.Equal(t, "+3", Signed("+", 3))
	require.Equal(t, "·", Signed("+", 0))
	require.Equal(t, "~12k", Signed("~", 12_999))
}

func TestCount(t *testing.T) {
	t.Parallel()
	for text, n := range map[string]int64{"0": 0, "9999": 9999, "10k": 10_000, "999k": 999_999, "1.0M": 1_000_000, "12.3M": 12_345_678} {
		require.Equal(t, text, Count(n))
	}
}
