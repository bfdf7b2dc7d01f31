package notice_test

import (
	"testing"
	"time"
	_ "time/tzdata" // a machine may have no zones

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

func TestWantsPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		accounts, kinds []string
		place           notice.Place
		wants           bool
	}{
		{place: notice.Place{Kind: "k", Provider: "aws", Account: "1"}, wants: true},
		{accounts: []string{"aws/1"}, place: notice.Place{Provider: "aws", Account: "1"}, wants: true},
		{accounts: []string{"aws/1"}, place: notice.Place{Provider: "aws", Account: "11"}},
		{accounts: []string{"aws/1"}, place: notice.Place{Provider: "azure", Account: "1"}},
		{accounts: []string{"aws/*", "gcp/x"}, place: notice.Place{Provider: "gcp", Account: "x"}, wants: true},
		{accounts: []string{"aws/prod-*"}, place: notice.Place{Provider: "aws", Account: "prod-eu"}, wants: true},
		{accounts: []string{"*/prod-*"}, place: notice.Place{Provider: "gcp", Account: "test-eu"}},
		{accounts: []string{"aws/org"}, place: notice.Place{Provider: "aws", Account: "org/member"}, wants: true},
		{accounts: []string{"aws/*"}, place: notice.Place{Provider: "aws", Account: "org/member/deep"}, wants: true},
		{accounts: []string{"aws/org/a*"}, place: notice.Place{Provider: "aws", Account: "org/abc"}, wants: true},
		{accounts: []string{"aws/org/a*"}, place: notice.Place{Provider: "aws", Account: "org/b"}},
		{accounts: []string{"aws"}, place: notice.Place{Provider: "aws", Account: "org/b"}},
		{accounts: []string{"aws/["}, place: notice.Place{Provider: "aws", Account: "["}},
		{accounts: []string{"aws/1"}, place: notice.Place{Kind: "k"}, wants: true},
		{kinds: []string{"k"}, place: notice.Place{Kind: "k"}, wants: true},
		{kinds: []string{"k"}, place: notice.Place{Kind: "other"}},
		{kinds: []string{"k"}, place: notice.Place{}, wants: true},
	} {
		receiver := notice.Receiver{Events: []notice.Event{notice.Held}, Accounts: test.accounts, Kinds: test.kinds}
		require.Equal(t, test.wants, receiver.Wants(&notice.Condition{Event: notice.Held, Place: test.place}), test)
		require.False(t, receiver.Wants(&notice.Condition{Event: notice.Late, Place: test.place}), test)
	}
}

func TestWantsChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rows    int64
		share   float64
		changed int64
		of      int64
		wants   bool
	}{
		{changed: 1000, of: 1000},
		{rows: 10, changed: 10, of: 1000, wants: true},
		{rows: 10, changed: 9, of: 9},
		{share: 0.5, changed: 5, of: 10, wants: true},
		{share: 0.5, changed: 4, of: 10},
		{share: 0.5, changed: 4, of: 0},
		{rows: 100, share: 0.5, changed: 5, of: 10, wants: true},
	} {
		receiver := notice.Receiver{Events: notice.Events(), ChangedRows: test.rows, ChangedShare: test.share}
		require.Equal(t, test.wants, receiver.Wants(&notice.Condition{Event: notice.Changed, Rows: test.changed, Base: test.of}), test)
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	night := notice.Quiet{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}
	inBerlin := night
	inBerlin.Zone = berlin
	change := notice.Quiet{From: 2 * time.Hour, To: 3 * time.Hour, Zone: berlin}
	for _, test := range []struct {
		quiet notice.Quiet
		at    string
		want  bool
	}{
		{at: "2026-01-10T03:00:00Z"},
		{night, "2026-01-10T21:59:59Z", false},
		{night, "2026-01-10T22:00:00Z", true},
		{night, "2026-01-11T00:00:00Z", true},
		{night, "2026-01-11T07:29:59Z", true},
		{night, "2026-01-11T07:30:00Z", false},
		{notice.Quiet{From: 12 * time.Hour, To: 13 * time.Hour}, "2026-01-11T12:30:00Z", true},
		{notice.Quiet{From: 12 * time.Hour, To: 13 * time.Hour}, "2026-01-11T13:00:00Z", false},
		{inBerlin, "2026-01-10T21:00:00Z", true},  // 22:00 in winter
		{inBerlin, "2026-07-10T20:00:00Z", true},  // 22:00 in summer
		{inBerlin, "2026-07-11T05:30:00Z", false}, // 07:30
		{inBerlin, "2026-03-29T05:29:00Z", true},  // the morning after an hour was left out
		{change, "2026-03-29T00:59:59Z", false},   // 01:59; then 03:00
		{change, "2026-03-29T01:00:00Z", false},
		{change, "2026-10-25T00:30:00Z", true}, // 02:30, and an hour later again
		{change, "2026-10-25T01:30:00Z", true},
		{change, "2026-10-25T02:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		require.NoError(t, err)
		require.Equal(t, test.want, test.quiet.At(at), test)
	}
}
