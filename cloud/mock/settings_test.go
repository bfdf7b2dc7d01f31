package mock_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/mock"
)

func TestSettingsThatAreSound(t *testing.T) {
	t.Parallel()
	require.Empty(t, mock.DefaultSettings().Validate())
	require.Empty(t, mock.Settings{}.Validate())
	require.Empty(t, mock.Settings{
		Seed: 1, Tick: mock.MaxTick, TickEvery: time.Second, TickFile: "tick", Hosts: mock.ExactHosts(mock.MaxHosts), Churn: 1,
		PageSize: 2, PageDelay: time.Second, Faults: []mock.Fault{{Type: mock.Denied, Rate: 1, FromTick: 3, ToTick: 3}},
	}.Validate())
}

func TestSettingsThatAreImpossible(t *testing.T) {
	t.Parallel()
	fault := func(f mock.Fault) mock.Settings { return mock.Settings{Faults: []mock.Fault{{Type: mock.Denied}, f}} }
	tests := map[string]struct {
		settings mock.Settings
		want     mock.Problem
	}{
		"tick":            {mock.Settings{Tick: -1}, mock.Problem{Path: "tick", Text: "-1 is outside 0 to 2147483647: write a number within"}},
		"tick_every":      {mock.Settings{TickEvery: -1}, mock.Problem{Path: "tick_every", Text: "-1ns is negative: write a duration such as 5s, or 0 to stand still"}},
		"churn":           {mock.Settings{Churn: 1.5}, mock.Problem{Path: "churn", Text: "1.5 is outside 0 to 1: write a share such as 0.1"}},
		"no churn":        {mock.Settings{Churn: math.NaN()}, mock.Problem{Path: "churn", Text: "NaN is outside 0 to 1: write a share such as 0.1"}},
		"page_size":       {mock.Settings{PageSize: 1}, mock.Problem{Path: "page_size", Text: "1 is outside 2 to 100000: write a number within"}},
		"page_delay":      {mock.Settings{PageDelay: -1}, mock.Problem{Path: "page_delay", Text: "-1ns is negative: write a duration such as 50ms, or 0 for none"}},
		"negative hosts":  {mock.Settings{Hosts: mock.ExactHosts(-1)}, mock.Problem{Path: "hosts", Text: "-1 is negative: write a number from 0 to 10000000"}},
		"too many hosts":  {mock.Settings{Hosts: mock.ExactHosts(1e8)}, mock.Problem{Path: "hosts", Text: "100000000 is too many: write at most 10000000"}},
		"crossed hosts":   {mock.Settings{Hosts: mock.Hosts{Min: 2, Max: 1}}, mock.Problem{Path: "hosts", Text: "min 2 is above max 1: write {min: 1, max: 2}"}},
		"fault's rate":    {fault(mock.Fault{Type: mock.Empty, Rate: 2}), mock.Problem{Path: "faults[1].rate", Text: "2 is outside 0 to 1: write a share such as 0.5"}},
		"fault's times":   {fault(mock.Fault{Type: mock.Empty, Times: -2}), mock.Problem{Path: "faults[1].times", Text: "-2 is negative: write how many calls it strikes, or 0 for all"}},
		"fault's start":   {fault(mock.Fault{Type: mock.Empty, FromTick: -2}), mock.Problem{Path: "faults[1].from_tick", Text: "-2 is negative: write a tick from 0"}},
		"fault's end":     {fault(mock.Fault{Type: mock.Empty, FromTick: 2, ToTick: 1}), mock.Problem{Path: "faults[1].to_tick", Text: "1 is before from_tick 2: write a later tick, or 0 for no end"}},
		"fault's delay":   {fault(mock.Fault{Type: mock.Empty, Delay: -1}), mock.Problem{Path: "faults[1].delay", Text: "-1ns is negative: write a duration such as 1s"}},
		"fault's respite": {fault(mock.Fault{Type: mock.Empty, RetryAfter: -1}), mock.Problem{Path: "faults[1].retry_after", Text: "-1ns is negative: write a duration such as 1s"}},
		"unknown fault": {fault(mock.Fault{Type: "deny"}), mock.Problem{Path: "faults[1].fault", Text: `unknown fault "deny": the faults are denied, ` +
			"invalid_credential, throttled, timeout, unavailable, expired_cursor, truncated, duplicate, poisoned, poisoned_no_id, empty, skipped"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []mock.Problem{test.want}, test.settings.Validate())
		})
	}
}

func TestHostsShortForm(t *testing.T) {
	t.Parallel()
	var hosts mock.Hosts
	require.NoError(t, hosts.UnmarshalText([]byte("40")))
	require.Equal(t, mock.ExactHosts(40), hosts)
	require.EqualError(t, hosts.UnmarshalText([]byte("many")), `"many" is no number of hosts: write 40, or {min: 25, max: 60}`)
}
