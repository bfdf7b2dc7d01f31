package adapter_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// joinedLamps lists lamps by their ids, by what ask answers.
func joinedLamps(ask func(adapter.Query) adapter.Answer[lamp]) *adapter.Listing[session, lamp] {
	return &adapter.Listing[session, lamp]{
		What: "lamp", Action: "DescribeLamps", Path: "lamps",
		Pages: adapter.Tokens(10), IDs: adapter.Together(4),
		Ask: func(_ context.Context, _ session, q adapter.Query) (adapter.Answer[lamp], error) { return ask(q), nil },
		ID:  func(l *lamp) string { return l.ID },
	}
}

// An id that a cloud does not know costs no other: it is told apart from one that an
// answer leaves out.
func TestResourcesByTheirIDs(t *testing.T) {
	t.Parallel()
	var calls int
	listing := joinedLamps(func(q adapter.Query) (answer adapter.Answer[lamp]) {
		calls++
		for _, id := range q.IDs {
			switch id {
			case "unknown":
				return adapter.Answer[lamp]{Unknown: true}
			case "left out":
			default:
				answer.Items = append(answer.Items, lampOfXML(t, "<item><id>"+id+"</id></item>"))
			}
		}
		return answer
	})
	items, unknown, err := listing.ByIDs(t.Context(), session{}, "north", []string{"a", "unknown", "b", "c", "d", "left out"})
	require.NoError(t, err)
	var ids []string
	for _, lamp := range adapter.Values(items) {
		ids = append(ids, lamp.ID)
	}
	require.Equal(t, []string{"a", "b", "c", "d"}, ids)
	require.Equal(t, []string{"unknown"}, unknown)
	require.Equal(t, 6, calls, "four, in halves; the first half, alone; the last two")

	items, unknown, err = listing.ByIDs(t.Context(), session{}, "north", nil)
	require.NoError(t, err)
	require.Zero(t, len(items)+len(unknown))
	require.Equal(t, 6, calls, "no ids are no filter")
}

func TestResourcesByTheirIDsOnManyPages(t *testing.T) {
	t.Parallel()
	next := map[string]string{"": "2", "2": "3"}
	listing := joinedLamps(func(q adapter.Query) adapter.Answer[lamp] {
		return adapter.Answer[lamp]{Items: []adapter.Item[lamp]{lampOfXML(t, "<item><id>l"+q.Token+"</id></item>")}, Next: next[q.Token]}
	})
	items, _, err := listing.ByIDs(t.Context(), session{}, "north", []string{"a"})
	require.NoError(t, err)
	require.Len(t, items, 3)
	next["3"] = "2"
	_, _, err = listing.ByIDs(t.Context(), session{}, "north", []string{"a"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	require.ErrorContains(t, err, "DescribeLamps: bad_answer: the next page's token")
}
