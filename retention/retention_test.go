package retention_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/retention"
)

func TestKeepReadsAndWrites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		keep retention.Keep
		form string
	}{
		"90d": {retention.Keep(90 * 24 * time.Hour), "90d"}, "12h": {retention.Keep(12 * time.Hour), "12h"},
		"36h": {retention.Keep(36 * time.Hour), "1d12h"}, "1d12h": {retention.Keep(36 * time.Hour), "1d12h"},
		"24h": {retention.Keep(24 * time.Hour), "1d"}, "99999d": {retention.Keep(99999 * 24 * time.Hour), "99999d"},
		"0": {retention.Forever, "forever"}, "0d": {retention.Forever, "forever"}, "forever": {retention.Forever, "forever"},
	} {
		var keep retention.Keep
		require.NoError(t, keep.UnmarshalText([]byte(text)), text)
		require.Equal(t, want.keep, keep, text)
		require.Equal(t, want.form, keep.String(), text)
	}
}

func TestKeepSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"90":      "90 has no unit: write 90d for days",
		"":        `"" is no time to keep something: write it like 90d or 12h, or forever`,
		"90m":     `"90m" is no time to keep something: write it like 90d or 12h, or forever`,
		"-1d":     `"-1d" is no time to keep something: write it like 90d or 12h, or forever`,
		"12h1d":   `"12h1d" is no time to keep something: write it like 90d or 12h, or forever`,
		"999999d": `"999999d" is no time to keep something: write it like 90d or 12h, or forever`,
	} {
		var keep retention.Keep
		require.EqualError(t, keep.UnmarshalText([]byte(text)), want)
	}
}

func TestLimitsTravelAsText(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(retention.Default())
	require.NoError(t, err)
	require.JSONEq(t, `{"changes": "90d", "runs": "30d", "staging": "1d"}`, string(encoded))
	var limits retention.Limits
	require.NoError(t, json.Unmarshal(encoded, &limits))
	require.Equal(t, retention.Default(), limits)
}

func TestBefore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 28, 12, 0, 0, 0, time.UTC)
	require.Equal(t, time.Date(2026, 7, 27, 12, 0, 0, 0, time.UTC), retention.Default().Staging.Before(now))
	require.Zero(t, retention.Forever.Before(now))
	require.True(t, retention.Limits{Runs: 1}.Anything())
	require.False(t, retention.Limits{}.Anything())
}
