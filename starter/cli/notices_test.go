package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// Why a notice was not taken stands there whole, with what to do about it at its end.
func TestNoticesTellReasonsWhole(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	s := storetest.OpenDSN(t, a.dsn)
	require.NoError(t, s.QueueNotices(t.Context(), []store.QueuedNotice{{Receiver: "oncall", Notice: notice.Try("n1", noon, notice.Links{})}}))
	next, err := s.NextNotice(t.Context(), "oncall")
	require.NoError(t, err)
	reason := "DingTalk answered 310000: " + strings.Repeat("what it said ", 33) + "; copy the robot's secret again"
	require.NoError(t, s.FailNotice(t.Context(), next.Number, reason))

	status, stdout, stderr := a.do(t, "notices")
	require.Zero(t, status, stderr)
	require.Contains(t, strings.Join(strings.Fields(stdout), " "), reason)
	requireWidth(t, stdout)
	_, stdout, _ = a.do(t, "notices", "-o", "json")
	var views []noticeView
	require.NoError(t, json.Unmarshal([]byte(stdout), &views))
	require.Equal(t, reason, views[0].Error)
}

func TestEventsOfNotices(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	_, stdout, _ := a.do(t, "notices", "--events")
	require.Equal(t, "no events: nothing has happened that people are told\n", stdout)

	s := storetest.OpenDSN(t, a.dsn)
	held := notice.Condition{Event: notice.Held, Place: notice.Place{Kind: "resource_host", Provider: "mock", Account: "prod", Region: "beijing"}, Since: noon, Reason: "30 of 60"}
	failed := notice.Condition{Event: notice.Failed, Place: notice.Place{Kind: "resource_disk"}, Since: noon, Reason: "no answer"}
	withdrawn := func(*notice.Condition) store.MissingCondition { return store.ConditionWithdrawn }
	_, err := s.RecordConditions(t.Context(), noon.Add(-2*time.Minute), time.Time{}, []notice.Condition{held, failed}, withdrawn)
	require.NoError(t, err)
	_, err = s.RecordConditions(t.Context(), noon.Add(-time.Minute), noon.Add(-2*time.Minute), []notice.Condition{held}, withdrawn)
	require.NoError(t, err)

	status, stdout, stderr := a.do(t, "notices", "--events")
	require.Zero(t, status, stderr)
	requireWidth(t, stdout)
	require.Equal(t, []string{
		"FOUND EVENT KIND WHERE ENDED",
		"2m ago held host mock/prod/beijing stands",
		"30 of 60",
		"2m ago failed disk 60s ago",
		"ended untold, since nobody looks for it any more; it was: no answer",
	}, wordsOf(stdout))
	_, stdout, _ = a.do(t, "notices", "--events", "-o", "json")
	var views []eventView
	require.NoError(t, json.Unmarshal([]byte(stdout), &views))
	require.True(t, views[1].EndedAt.Equal(noon.Add(-time.Minute)))
	require.True(t, views[0].EndedAt.IsZero())
	require.Equal(t, held, views[0].Condition)

	_, stdout, _ = a.do(t, "notices", "--events", "--limit", "1")
	require.Contains(t, stdout, "There are more: --limit shows them.")
	require.NotContains(t, stdout, "failed")

	status, _, stderr = a.do(t, "notices", "--events", "--fate", "sent")
	require.Equal(t, statusError, status)
	require.Contains(t, stderr, "leave --fate and --receiver out")
}

// What has only just begun is on record before anybody is told of it.
func TestEventsThatNobodyIsToldYet(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	s := storetest.OpenDSN(t, a.dsn)
	late := notice.Condition{Event: notice.Late, Place: notice.Place{Kind: "resource_host"}, Since: noon.Add(-time.Hour), Grace: 10 * time.Minute, Reason: "no run has ended"}
	_, err := s.RecordConditions(t.Context(), noon.Add(-time.Minute), time.Time{}, []notice.Condition{late}, nil)
	require.NoError(t, err)
	_, stdout, _ := a.do(t, "notices", "--events")
	require.Contains(t, stdout, "nobody is told before "+noon.Add(9*time.Minute).Format(time.DateTime)+" UTC")
}

func TestEmptyListsOfNoticesSayWhy(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	_, stdout, _ := a.do(t, "notices")
	require.Contains(t, stdout, "tests are not recorded")
	_, stdout, _ = a.do(t, "notices", "--receiver", "nobody")
	require.Contains(t, stdout, "`starter notices` lists those to all receivers")
}

// wordsOf is a table's lines with one space between words.
func wordsOf(text string) (lines []string) {
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}
