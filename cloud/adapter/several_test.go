package adapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// mall has a shop for each of several lists. What a shop begins with tells whose an id is.
type mall struct {
	adapter.Session
	shops  []*shop
	closed map[int]error // what a shop says instead of an answer
}

func (m *mall) Identity(context.Context) (string, error) { return "42", nil }

func (m *mall) open() cloud.Provider {
	var several adapter.Several
	for i := range m.shops {
		prefix := m.prefix(i)
		several = append(several, &adapter.Listing[*mall, lamp]{
			Kind: resource.HostKind, What: "lamp", Action: "List" + prefix, Path: "lamps", IDField: "id",
			Pages: pagesOf(m.shops[i].style), IDs: adapter.Together(8 - i).If(func(id string) bool { return strings.HasPrefix(id, prefix) }),
			Ask: func(_ context.Context, m *mall, q adapter.Query) (answer adapter.Answer[lamp], err error) {
				if err := m.closed[i]; err != nil {
					return answer, err
				}
				return m.shops[i].ask(q)
			},
			ID: func(l *lamp) string { return l.ID },
			Row: func(_ *adapter.Fields, l *lamp) resource.Row {
				return &resource.Host{Meta: resource.Meta{NativeID: l.ID}}
			},
		})
	}
	return adapter.Adapter{
		Provider: "thing", Listings: []adapter.Declared{several}, RequestsPerSecond: 1e6,
		Open: func(adapter.Account) (adapter.Session, error) { return m, nil },
	}.New(settings(""))
}

func (m *mall) prefix(i int) string { return string(rune('A'+i)) + "+" }

// newMall has so many lamps in each shop, with pages in one style.
func newMall(style string, sizes ...int) *mall {
	m := &mall{closed: map[int]error{}}
	for i, n := range sizes {
		s := &shop{style: style, cap: 5, lamps: stock(n)}
		for at := range s.lamps {
			s.lamps[at].ID = m.prefix(i) + s.lamps[at].ID
		}
		m.shops = append(m.shops, s)
	}
	return m
}

func (m *mall) ids() (ids []string) {
	for _, s := range m.shops {
		ids = append(ids, idsOf(s.lamps)...)
	}
	return ids
}

// All is listed once, and one list that fails, at any call, fails the listing.
func TestSeveralListsAreOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.IntRange(0, 12)
		m := newMall(rapid.SampledFrom(styles).Draw(t, "style"), some.Draw(t, "A"), some.Draw(t, "B"), some.Draw(t, "C"))
		fails := m.shops[rapid.IntRange(0, 2).Draw(t, "which")]
		fails.failAt = rapid.IntRange(0, 4).Draw(t, "fails")
		ids, problems, err := listAll(context.Background(), m.open())
		if fails.failAt > 0 && fails.calls >= fails.failAt {
			require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
			require.Regexp(t, `^thing/prod: List[ABC]\+ of north: throttled`, err.Error(), "the list that failed")
			return
		}
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Equal(t, m.ids(), ids)
	})
}

// A page has the total of its list, if that has one, and says where a list begins.
func TestTotalsOfSeveralLists(t *testing.T) {
	t.Parallel()
	m := newMall("offsets", 7, 0, 6, 3)
	m.shops[3].style = "tokens"
	client, totals, begins := m.open(), []int64(nil), []bool(nil)
	for cursor := ""; ; {
		page, err := client.List(t.Context(), scope, cursor)
		require.NoError(t, err)
		totals, begins = append(totals, page.Total), append(begins, page.Begins)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.Equal(t, []int64{7, 7, 0, 6, 6, 0}, totals)
	require.Equal(t, []bool{false, false, true, true, false, true}, begins)
}

// A product that the region does not have is an empty list. Nothing of it is absent for that.
func TestAProductThatTheRegionDoesNotHave(t *testing.T) {
	t.Parallel()
	none := &cloud.Error{Class: cloud.RegionDisabled, Err: errors.New("no such host")}
	for which, want := range map[int]string{0: "", 1: "AC", 2: "AB"} {
		m := newMall("tokens", 6, 6, 6)
		m.closed[which] = none
		ids, _, err := listAll(t.Context(), m.open())
		if which == 0 { // it is the region that does not exist
			require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err))
			continue
		}
		require.NoError(t, err)
		require.Len(t, ids, 12)
		require.Equal(t, want, ids[0][:1]+ids[11][:1])
		_, err = m.open().Lookup(t.Context(), scope, []string{m.ids()[0], m.prefix(which) + "gone"})
		require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err))
	}
	m := newMall("tokens", 1, 6)
	page, err := m.open().List(t.Context(), scope, "1+0+")
	require.NoError(t, err)
	m.closed[1] = none
	_, err = m.open().List(t.Context(), scope, page.Next)
	require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err), "what has begun does not end so")
}

func TestLookupInSeveralLists(t *testing.T) {
	t.Parallel()
	m := newMall("tokens", 3, 3, 3)
	client := m.open()
	require.Equal(t, 6, client.LookupLimit(scope.Kind), "the least")
	found, err := client.Lookup(t.Context(), scope, []string{"A+gone", "A+lamp+001", "C+lamp+002", "C+gone", "edited"})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"A+lamp+001", "C+lamp+002", "edited"}, found, "what can be in no list is nobody's to delete")
	require.Zero(t, m.shops[1].calls, "none of its ids was looked up")
	m.closed[2] = &cloud.Error{Class: cloud.Denied}
	found, err = client.Lookup(t.Context(), scope, []string{"A+gone", "C+gone"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	require.Empty(t, found)
}

// What another list would be asked for is no row: that list has none of it, so that it would be
// deleted once its own product cannot be listed.
func TestAnIDThatAnotherListIsAskedFor(t *testing.T) {
	t.Parallel()
	m := newMall("tokens", 2, 2)
	m.shops[1].lamps[0].ID, m.shops[1].lamps[1].ID = "A+odd", "nobody's"
	page, err := m.open().List(t.Context(), scope, "1+0+")
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{
		NativeID: "A+odd", Text: `lamp "A+odd": its id has the form of those of another list, which cannot tell whether it is gone`,
	}}, page.Problems)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "nobody's", page.Rows[0].RowMeta().NativeID, "it counts as there, whatever list is asked")
}

// A listing goes on from the cursor of an earlier version, which had the total of the lists
// before.
func TestCursorsOfSeveralListsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	client := newMall("offsets", 9, 9).open()
	for cursor, want := range map[string]struct {
		first  string
		begins bool
	}{"0+0+5": {"A+lamp+005", false}, "1+9+": {"B+lamp+000", true}, "1+9+5": {"B+lamp+005", false}} {
		page, err := client.List(t.Context(), scope, cursor)
		require.NoError(t, err)
		require.Equal(t, want.first, page.Rows[0].RowMeta().NativeID)
		require.Equal(t, want.begins, page.Begins)
		require.EqualValues(t, 9, page.Total)
	}
}

func TestCursorsOfSeveralLists(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"x", "1", "1+0", "+0+", "-1+0+", "2+0+", "300+0+", "0+0+", "1+x+", "1+-1+", "x+0+5", "0+0+x"} {
		_, err := newMall("offsets", 9, 9).open().List(t.Context(), scope, cursor)
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), cursor)
	}
}

func TestAboutSeveralLists(t *testing.T) {
	t.Parallel()
	several := adapter.Several{
		&adapter.Listing[*mall, lamp]{Kind: resource.HostKind, Action: "A", IDs: adapter.Together(8)},
		&adapter.Listing[*mall, lamp]{Kind: resource.HostKind, Action: "B", IDs: adapter.Alone(2)},
	}
	about := several.About()
	require.Equal(t, "A", about.Action)
	require.Equal(t, 2, about.LookupLimit)
	require.Len(t, about.Rest, 1)
	require.Equal(t, "B", about.Rest[0].Action)
}
