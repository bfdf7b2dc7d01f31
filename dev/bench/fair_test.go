package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"cloudsync/activities"
)

// The last activity on a quick account's scopes says when the quick ones are done, not
// those of the slow account, of the claim, or of the record.
func TestQuickAccountsAreDoneWithTheirLastActivity(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var events []*history.HistoryEvent
	for second, input := range []any{
		bundleOf("b0001"), bundleOf(slowAccount), bundleOf("b0002"), bundleOf(slowAccount),
		activities.LoadLocalHashesIn{Kind: kind, ScopeIDs: activities.IDs{1, 2}},
		activities.RecordRunIn{Kind: kind, Scopes: []activities.ScopeRecord{{ID: 1, Place: "mock/b0001/region-0000"}}},
	} {
		events = append(events, done(t, int64(2*second+1), began.Add(time.Duration(second)*time.Second), input)...)
	}
	require.Equal(t, began.Add(2*time.Second), lastOfQuick(events))
	require.Zero(t, lastOfQuick(events[2:4]))
}

func bundleOf(account string) activities.Bundle[activities.ScopeIn] {
	return activities.Bundle[activities.ScopeIn]{Kind: kind, Scopes: []activities.ScopeIn{{Scope: activities.LocalScope{ID: 1, Account: account}}}}
}

// done are the events of an activity that was done at a time.
func done(t *testing.T, id int64, at time.Time, input any) []*history.HistoryEvent {
	t.Helper()
	payload, err := converter.GetDefaultDataConverter().ToPayload(input)
	require.NoError(t, err)
	return []*history.HistoryEvent{
		{EventId: id, EventTime: timestamppb.New(at.Add(-time.Second)), Attributes: &history.HistoryEvent_ActivityTaskScheduledEventAttributes{
			ActivityTaskScheduledEventAttributes: &history.ActivityTaskScheduledEventAttributes{Input: &common.Payloads{Payloads: []*common.Payload{payload}}},
		}},
		{EventId: id + 1, EventTime: timestamppb.New(at), Attributes: &history.HistoryEvent_ActivityTaskCompletedEventAttributes{
			ActivityTaskCompletedEventAttributes: &history.ActivityTaskCompletedEventAttributes{ScheduledEventId: id},
		}},
	}
}
