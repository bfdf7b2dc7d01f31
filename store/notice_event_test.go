package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// When a cloud is down, each account of each kind has a condition, and each run another error of
// it: what goes on is written by few statements, whatever it is.
func TestConditionsThatGoOnTakeFewStatements(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.NewMigrated(t), store.Options{MaxOpenConns: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	const accounts = 1200
	conditions := make([]notice.Condition, accounts)
	at := time.Now().UTC().Truncate(time.Second)
	for i := range conditions {
		conditions[i] = notice.Condition{Event: notice.Partial, Place: notice.Place{Kind: "resource_host", Provider: "mock", Account: fmt.Sprint(i)}, Since: at}
	}
	var last time.Time
	look := func(run string) (store.NoticeLook, int64) {
		for i := range conditions {
			conditions[i].RunID, conditions[i].Reason, conditions[i].Rows = run, fmt.Sprint("the error ", i, " of ", run), int64(i)
			conditions[i].Since = at // a run that fails later does not change when it began
		}
		before, err := s.Questions(t.Context())
		require.NoError(t, err)
		found, err := s.RecordConditions(t.Context(), at, last, conditions, func(*notice.Condition) store.MissingCondition { return store.ConditionOver })
		require.NoError(t, err)
		after, err := s.Questions(t.Context())
		require.NoError(t, err)
		last, at = at, at.Add(time.Minute)
		return found, after - before
	}
	first, statements := look("run-1")
	require.EqualValues(t, accounts, first.Opened)
	require.Less(t, statements, int64(40))
	began := first.Standing[0].Since
	second, statements := look("run-2")
	require.Less(t, statements, int64(40))
	require.Zero(t, second.Opened+second.Closed)
	require.Len(t, second.Standing, accounts)
	for i, standing := range second.Standing {
		require.Equal(t, first.Standing[i].ID, standing.ID)
		require.Equal(t, "run-2", standing.RunID)
		require.Equal(t, fmt.Sprint("the error ", standing.Account, " of run-2"), standing.Reason)
		require.Equal(t, began, standing.Since)
		require.Equal(t, began, standing.OpenedAt)
	}
	_, statements = look("run-2")
	require.Less(t, statements, int64(20), "nothing has changed")
	conditions = conditions[:1]
	third, _ := look("run-3")
	require.EqualValues(t, accounts-1, third.Closed)
}
