package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// Deliveries side by side take turns: of all that ask at once, one begins.
func TestReceiversThatShareARobotTakeTurns(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Second)
	s, err := store.Open(t.Context(), storetest.NewMigrated(t), store.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	_, err = s.RecordConditions(t.Context(), now, time.Time{}, nil, nil)
	require.NoError(t, err)
	const sharers, pace = 6, 3500 * time.Millisecond
	var names []string
	numbers := map[string]int64{}
	for i := range sharers {
		name := fmt.Sprint("receiver-", i)
		names = append(names, name)
		require.NoError(t, s.QueueNotices(t.Context(), []store.QueuedNotice{{Receiver: name, Notice: notice.Try(name, now, notice.Links{})}}))
		next, err := s.NextNotice(t.Context(), name)
		require.NoError(t, err)
		numbers[name] = next.Number
	}
	for turn := range sharers {
		begun := map[string]bool{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for name, number := range numbers {
			group.Go(func() {
				wait, err := s.TryNoticeInTurn(t.Context(), number, names, pace)
				mu.Lock()
				defer mu.Unlock()
				if err == nil && wait == 0 {
					begun[name] = true
				} else if err != nil || wait != pace {
					t.Errorf("turn %d of %s: wait %v, %v", turn, name, wait, err)
				}
			})
		}
		group.Wait()
		require.Len(t, begun, 1)
		for name := range begun {
			require.NoError(t, s.SentNotice(t.Context(), numbers[name]))
			delete(numbers, name)
		}
		now = now.Add(pace)
	}
	sent, err := s.Notices(t.Context(), store.NoticeFilter{Fate: store.NoticeSent, Limit: 10})
	require.NoError(t, err)
	require.Len(t, sent, sharers)
	for _, n := range sent {
		require.EqualValues(t, 1, n.Attempts, "what waits is no attempt")
	}
}
