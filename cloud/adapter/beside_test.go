package adapter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// besides is a list of lamps whose rooms are their hosts, and whose watts their size.
type besides = adapter.Beside[*everywhere, lamp, int64]

func lampsBeside(pages adapter.Pages, ask func(adapter.Query) (string, adapter.Answer[lamp], error)) *besides {
	return &besides{
		List: &adapter.Listing[*everywhere, lamp]{
			What: "lamp", Action: "ListLamps", Path: "lamps", Pages: pages, IDs: adapter.Together(2),
			ID: func(l *lamp) string { return l.ID },
			Ask: func(_ context.Context, _ *everywhere, q adapter.Query) (adapter.Answer[lamp], error) {
				body, answer, err := ask(q)
				if err == nil {
					err = json.Unmarshal([]byte(body), &answer.Items)
				}
				return answer, err
			},
		},
		Add: adapter.Sum,
		Of: func(f *adapter.Fields, l *lamp) (int64, []string) {
			return f.Whole("watts", l.Watts), append(l.Place.Floors, l.Place.RoomName)
		},
	}
}

// attic has pages that follow markers.
func attic(pages map[string]string) *besides {
	return lampsBeside(adapter.Markers(5), func(q adapter.Query) (string, adapter.Answer[lamp], error) {
		return pages[q.Token], adapter.Answer[lamp]{Total: "1000"}, nil
	})
}

func inRoom(id string, watts int, room string) string {
	return fmt.Sprintf(`{"id":%q,"watts":%d,"place":{"RoomName":%q}}`, id, watts, room)
}

var onlyPage = adapter.Batch[lamp]{Region: "north", Begins: true, Ends: true}.Visit()

// wattsOf reads what there is of a host, and what does not make sense of it.
func wattsOf(sums func(*adapter.Fields, string) int64, host string) (int64, string) {
	f := adapter.NewFields("host", host)
	return sums(f, host), f.Problem()
}

func TestDisksAreAddedToTheirHosts(t *testing.T) {
	t.Parallel()
	sums, err := attic(map[string]string{
		"":  "[" + inRoom("a", 10, "hall") + "," + inRoom("b", 20, "attic") + "]",
		"b": "[" + inRoom("b", 20, "attic") + `,{"id":"c","watts":"many","place":{"RoomName":"cellar"}},` + inRoom("", 1, "garage") + "," + inRoom("", 1, "shed") + "," + inRoom("d", 5, "attic") + "]",
		"d": `[{"id":"e","watts":7,"place":{"RoomName":"","Floors":["1","2"]}},{"id":"e","watts":7,"place":{"Floors":["1","2"]}},` + inRoom("f", 1, "") + `,{"id":"g","watts":1,"place":{"RoomName":"2","Floors":["2"]}}]`,
		"g": "[]",
	}).Join(t.Context(), &everywhere{}, onlyPage, []string{"hall"})
	require.NoError(t, err)
	for host, want := range map[string]struct {
		gib     int64
		problem string
	}{
		"hall":    {10, ""},
		"attic":   {25, ""},
		"nowhere": {0, ""},
		"1":       {7, ""},
		"2":       {8, ""},
		"cellar":  {0, `host "cellar": lamp "c": watts makes no sense: "many"`},
		"garage":  {1, `host "garage": lamp without an id`},
		"shed":    {1, `host "shed": lamp without an id`},
	} {
		gib, problem := wattsOf(sums, host)
		require.Equal(t, want.gib, gib, host)
		require.Equal(t, want.problem, problem, host)
	}
	gib, _ := wattsOf(sums, "")
	require.Zero(t, gib)
}

// A disk that is nobody's is so again when its page is asked for again.
func TestDisksThatNoSumCanBeMadeOf(t *testing.T) {
	t.Parallel()
	for text, pages := range map[string]map[string]string{
		"whose is it?": {"": `[{"id":"a","place":"hall"}]`},
		"no lamp that was not listed before": {
			"": "[" + inRoom("a", 1, "hall") + "]", "a": "[" + inRoom("b", 1, "hall") + "]", "b": "[" + inRoom("a", 1, "hall") + "]",
		},
	} {
		of, s := attic(pages), &everywhere{}
		for range 2 {
			_, err := of.Join(t.Context(), s, onlyPage, []string{"hall"})
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), text)
			require.ErrorContains(t, err, "ListLamps: ")
			require.ErrorContains(t, err, text)
		}
	}
}

// counted counts its loads, each of which has as many watts.
func counted() *besides {
	loads := 0
	return lampsBeside(adapter.Tokens(5), func(adapter.Query) (string, adapter.Answer[lamp], error) {
		loads++
		return "[" + inRoom("a", loads, "hall") + "]", adapter.Answer[lamp]{}, nil
	})
}

func TestAListServesOneListing(t *testing.T) {
	t.Parallel()
	list, s := counted(), &everywhere{}
	for i, step := range []struct {
		region       string
		begins, ends bool
		want         int64
	}{
		{"north", true, false, 1}, {"north", true, false, 1}, // the listing came to nothing, and is repeated
		{"north", false, false, 1}, {"south", true, false, 2}, {"south", false, false, 2},
		{"north", true, false, 3}, {"north", false, true, 3}, // another listing
		{"north", true, false, 4}, // it was given back
	} {
		visit := adapter.Batch[lamp]{Region: step.region, Begins: step.begins, Ends: step.ends}.Visit()
		sums, err := list.Join(t.Context(), s, visit, []string{"hall"})
		require.NoError(t, err)
		got, _ := wattsOf(sums, "hall")
		require.Equal(t, step.want, got, i)
	}
}

func TestAListAgesWithItsListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list, s := counted(), &everywhere{}
		for _, want := range []int64{1, 1, 2} {
			sums, err := list.Join(t.Context(), s, adapter.Batch[lamp]{Region: "north"}.Visit(), []string{"hall"})
			require.NoError(t, err)
			got, _ := wattsOf(sums, "hall")
			require.Equal(t, want, got)
			<-time.After(6 * time.Minute)
		}
	})
}

// A list that takes longer to load than a call lasts is gone on with.
func TestAListIsLoadedByPages(t *testing.T) {
	t.Parallel()
	var asked []string
	interrupted := &cloud.Error{Class: cloud.Timeout}
	list := lampsBeside(adapter.Tokens(5), func(q adapter.Query) (string, adapter.Answer[lamp], error) {
		asked = append(asked, q.Token)
		switch {
		case len(asked) == 2:
			return "", adapter.Answer[lamp]{}, interrupted
		case len(asked) == 5:
			return "", adapter.Answer[lamp]{}, &cloud.Error{Class: cloud.ExpiredCursor}
		default:
			next := map[string]string{"": "p2", "p2": "p3"}[q.Token]
			return "[" + inRoom("lamp"+q.Token, 1, "hall") + "]", adapter.Answer[lamp]{Next: next}, nil
		}
	})
	s := &everywhere{}
	join := func() (int64, error) {
		sums, err := list.Join(t.Context(), s, onlyPage, []string{"hall"})
		if err != nil {
			return 0, err
		}
		watts, problem := wattsOf(sums, "hall")
		require.Empty(t, problem)
		return watts, nil
	}
	_, err := join()
	require.Equal(t, cloud.Timeout, cloud.ClassOf(err))
	watts, err := join()
	require.NoError(t, err)
	require.EqualValues(t, 3, watts)
	require.Equal(t, []string{"", "p2", "p2", "p3"}, asked)

	_, err = join() // the listing was over
	require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err))
	watts, err = join()
	require.NoError(t, err)
	require.EqualValues(t, 3, watts)

	circle := map[string]string{"": "a", "a": "b", "b": "a"}
	for body, within := range map[string]string{"[]": "empty pages", "[" + inRoom("lamp", 1, "hall") + "]": "pages with a lamp"} {
		_, err = lampsBeside(adapter.Tokens(5), func(q adapter.Query) (string, adapter.Answer[lamp], error) {
			return body, adapter.Answer[lamp]{Next: circle[q.Token]}, nil
		}).Join(t.Context(), s, onlyPage, []string{"hall"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), within)
	}
}

// Where one call does, a list that can be is asked by the ids of the only page; and for
// those that came after it was listed.
func TestAListByIDs(t *testing.T) {
	t.Parallel()
	var asked [][]string
	list := lampsBeside(adapter.Tokens(5), func(q adapter.Query) (string, adapter.Answer[lamp], error) {
		asked = append(asked, q.IDs)
		if len(q.IDs) == 0 {
			return "[" + inRoom("a", 1, "hall") + "]", adapter.Answer[lamp]{}, nil
		}
		return "[" + inRoom("b", 2, q.IDs[0]) + "]", adapter.Answer[lamp]{}, nil
	})
	list.ByIDs = true
	for _, test := range []struct {
		ids   []string
		asked [][]string
		want  map[string]int64
	}{
		{[]string{"shed"}, [][]string{{"shed"}}, map[string]int64{"shed": 2, "hall": 0}},
		{[]string{"attic", "hall", "shed"}, [][]string{nil, {"attic", "shed"}}, map[string]int64{"hall": 1, "attic": 2, "shed": 0}},
		{nil, nil, map[string]int64{"hall": 0}},
	} {
		asked = nil
		sums, err := list.Join(t.Context(), &everywhere{}, onlyPage, test.ids)
		require.NoError(t, err)
		require.Equal(t, test.asked, asked)
		for host, want := range test.want {
			got, problem := wattsOf(sums, host)
			require.Equal(t, want, got, host)
			require.Empty(t, problem)
		}
	}
}
