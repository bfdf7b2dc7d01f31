package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// shop is a cloud that has lamps, and answers in the way of a style.
type shop struct {
	adapter.Session
	adapter.Shelf
	lamps   []lamp
	gone    map[string]bool // still in answers, though gone
	cap     int             // the most that it puts on a page, whatever is asked for
	strict  bool            // one unknown id makes it answer nothing
	style   string
	calls   int
	failAt  int // the call that fails; 0: none
	proofs  []bool
	unsound error // what a proof of nothing says
	edit    func(*adapter.Answer[lamp])
	between func() // after each call
}

func (s *shop) Identity(context.Context) (string, error)  { return "42", nil }
func (s *shop) Regions(context.Context) ([]string, error) { return []string{"hall"}, nil }

func (s *shop) ask(q adapter.Query) (answer adapter.Answer[lamp], err error) {
	s.calls++
	if s.calls == s.failAt {
		return answer, &cloud.Error{Class: cloud.Throttled, Err: errors.New("slow down")}
	}
	if s.between != nil {
		defer s.between()
	}
	all, from := s.lamps, 0
	if len(q.IDs) > 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(l lamp) bool { return !slices.Contains(q.IDs, l.ID) })
		if s.strict && len(all) < len(q.IDs) {
			return adapter.Answer[lamp]{Unknown: true}, nil
		}
	}
	size := min(q.Limit, s.cap)
	switch s.style {
	case "offsets":
		from = q.Offset
	case "numbers":
		from = (q.Number - 1) * size
	case "markers":
		from = max(0, slices.IndexFunc(all, func(l lamp) bool { return l.ID > q.Token }))
		if q.Token != "" && (len(all) == 0 || all[len(all)-1].ID <= q.Token) {
			from = len(all)
		}
	case "tokens":
		from, _ = strconv.Atoi(q.Token)
	}
	from = min(from, len(all))
	page := all[from:min(from+size, len(all))]
	if s.style == "tokens" {
		if from+len(page) < len(all) {
			answer.Next = strconv.Itoa(from + len(page))
		}
	} else {
		answer.Total = adapter.Text(strconv.Itoa(len(all)))
	}
	for _, one := range page {
		answer.Items = append(answer.Items, itemOf(one))
	}
	if s.edit != nil {
		s.edit(&answer)
	}
	return answer, nil
}

func itemOf(one lamp) (item adapter.Item[lamp]) {
	text, err := json.Marshal(one)
	if err := errors.Join(err, json.Unmarshal(text, &item)); err != nil {
		panic(err)
	}
	return item
}

// in opens the shop's account, with what is to be changed in the declaration.
func (s *shop) in(change ...func(*adapter.Listing[*shop, lamp])) cloud.Provider {
	listing := &adapter.Listing[*shop, lamp]{
		Kind: resource.HostKind, What: "lamp", Action: "ListLamps", Path: "lamps", IDField: "id",
		Pages: pagesOf(s.style), IDs: adapter.Together(8),
		Ask: func(_ context.Context, s *shop, q adapter.Query) (adapter.Answer[lamp], error) { return s.ask(q) },
		Row: func(f *adapter.Fields, l *lamp) resource.Row {
			return &resource.Host{VCPU: f.Whole("watts", l.Watts)}
		},
	}
	for _, change := range change {
		change(listing)
	}
	return adapter.Adapter{
		Provider: "thing", Listings: []adapter.Declared{listing}, RequestsPerSecond: 1e6,
		Open: func(adapter.Account) (adapter.Session, error) { return s, nil },
	}.New(settings(""))
}

func pagesOf(style string) adapter.Pages {
	switch style {
	case "offsets":
		return adapter.Offsets(5)
	case "numbers":
		return adapter.Numbers(5)
	case "markers":
		return adapter.Markers(5)
	default:
		return adapter.Tokens(5)
	}
}

var styles = []string{"offsets", "numbers", "markers", "tokens"}

// stock are so many lamps, in the order of their ids.
func stock(n int) (lamps []lamp) {
	for i := range n {
		lamps = append(lamps, lamp{ID: fmt.Sprintf("lamp+%03d", i), Watts: "60"})
	}
	return lamps
}

func listAll(ctx context.Context, client cloud.Provider) (ids []string, problems []cloud.Problem, err error) {
	for cursor := ""; ; {
		page, err := client.List(ctx, scope, cursor)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range page.Rows {
			ids = append(ids, row.RowMeta().NativeID)
		}
		problems = append(problems, page.Problems...)
		if cursor = page.Next; cursor == "" {
			return ids, problems, nil
		}
	}
}

// Whatever the style, and however small the pages that a cloud really gives: all is listed
// once, and a call that fails makes an error.
func TestListingsListAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &shop{style: rapid.SampledFrom(styles).Draw(t, "style"), cap: rapid.IntRange(1, 7).Draw(t, "cap")}
		s.lamps = stock(rapid.IntRange(0, 24).Draw(t, "lamps"))
		s.failAt = rapid.IntRange(0, 6).Draw(t, "fails")
		ids, problems, err := listAll(context.Background(), s.in())
		if s.failAt > 0 && s.calls >= s.failAt {
			require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
			require.EqualError(t, err, "thing/prod: ListLamps of north: throttled: slow down")
			return
		}
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Equal(t, idsOf(s.lamps), ids)
	})
}

func idsOf(lamps []lamp) (ids []string) {
	for _, one := range lamps {
		ids = append(ids, one.ID)
	}
	return ids
}

// Whatever comes and goes between two pages: markers miss nothing that was there all the
// time, and the other styles miss no more than the total tells.
func TestListingsOfAMovingCloud(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &shop{style: rapid.SampledFrom([]string{"offsets", "numbers", "markers"}).Draw(t, "style"), cap: 5}
		s.lamps = stock(rapid.IntRange(0, 24).Draw(t, "lamps"))
		stays := map[string]bool{}
		for _, id := range idsOf(s.lamps) {
			stays[id] = true
		}
		largest := 0
		s.between = func() {
			largest = max(largest, len(s.lamps))
			if i := rapid.IntRange(-1, len(s.lamps)-1).Draw(t, "goes"); i >= 0 {
				delete(stays, s.lamps[i].ID)
				s.lamps = slices.Delete(slices.Clone(s.lamps), i, i+1)
			}
		}
		ids, _, err := listAll(context.Background(), s.in())
		require.NoError(t, err)
		listed := map[string]bool{}
		for _, id := range ids {
			listed[id] = true
		}
		for id := range stays {
			require.True(t, listed[id] || s.style != "markers" && len(ids) < largest, "%s is missing in %v", id, ids)
		}
	})
}

// A look-up gives those that exist, whatever the cloud's way of leaving out the others,
// and nothing at all where any of its calls fails.
func TestLookupsKnowWhatExists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &shop{style: rapid.SampledFrom(styles).Draw(t, "style"), cap: rapid.IntRange(1, 7).Draw(t, "cap"), gone: map[string]bool{}}
		s.lamps = stock(rapid.IntRange(0, 12).Draw(t, "lamps"))
		s.strict = rapid.Bool().Draw(t, "strict")
		if s.strict { // such an answer is whole
			s.cap = 7
		}
		s.failAt = rapid.IntRange(0, 9).Draw(t, "fails")
		asked := rapid.SliceOfN(rapid.SampledFrom(append(idsOf(stock(16)), "odd,id")), 0, 8).Draw(t, "asked")
		atOnce := rapid.IntRange(1, 8).Draw(t, "at once")
		for _, one := range s.lamps {
			s.gone[one.ID] = rapid.IntRange(0, 4).Draw(t, "gone") == 0
		}
		client := s.in(func(l *adapter.Listing[*shop, lamp]) {
			l.IDs = adapter.Together(min(atOnce, s.cap)).If(func(id string) bool { return id != "odd,id" })
			l.Gone = func(one *lamp) (bool, error) { return s.gone[one.ID], nil }
		})
		existing, err := client.Lookup(context.Background(), scope, asked)
		if s.failAt > 0 && s.calls >= s.failAt {
			require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
			require.Empty(t, existing)
			return
		}
		require.NoError(t, err)
		want := map[string]bool{}
		for _, id := range asked {
			if id == "odd,id" || slices.Contains(idsOf(s.lamps), id) && !s.gone[id] {
				want[id] = true
			}
		}
		got := map[string]bool{}
		for _, id := range existing {
			got[id] = true
		}
		require.Equal(t, want, got)
	})
}

func TestAnswersThatAreNoPage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		style string
		edit  func(*adapter.Answer[lamp])
		class cloud.Class
		text  string
	}{
		"no list":                     {"tokens", func(a *adapter.Answer[lamp]) { a.NoList = true }, cloud.BadAnswer, "lamps is missing"},
		"a part that is missing":      {"tokens", func(a *adapter.Answer[lamp]) { a.Lacks = map[string]string{"east": "dark"} }, cloud.Incomplete, "the list has not all: dark"},
		"no total":                    {"offsets", func(a *adapter.Answer[lamp]) { a.Total = "" }, cloud.BadAnswer, "number of all resources is not in the answer"},
		"an odd total":                {"numbers", func(a *adapter.Answer[lamp]) { a.Total = "-1" }, cloud.BadAnswer, `makes no sense: "-1"`},
		"a token that leads nowhere":  {"tokens", func(a *adapter.Answer[lamp]) { a.Next = "5" }, cloud.BadAnswer, "token is that of this page"},
		"numbered pages for tokens":   {"tokens", func(a *adapter.Answer[lamp]) { a.Next, a.Total, a.Size = "", "12", "5" }, cloud.Incomplete, "the first page has 5 of 12"},
		"a marker without an id":      {"markers", func(a *adapter.Answer[lamp]) { a.Items[4] = itemOf(lamp{}) }, cloud.BadAnswer, "without an id, after which there are more"},
		"texts instead of resources":  {"offsets", func(a *adapter.Answer[lamp]) { a.Items = texts(5) }, cloud.BadAnswer, "none of the 5 resources in the answer can be read"},
		"resources without any sense": {"offsets", makeOdd, cloud.BadAnswer, `none of the 5 resources in the answer makes sense: lamp "lamp+000": watts makes no sense: "0.5"`},
	} {
		s := &shop{style: test.style, cap: 5, lamps: stock(12), edit: test.edit}
		_, _, err := listAll(t.Context(), s.in())
		require.Equal(t, test.class, cloud.ClassOf(err), name)
		require.ErrorContains(t, err, test.text, name)
		require.ErrorContains(t, err, "thing/prod: ListLamps of north: ", name)
	}
}

func texts(n int) []adapter.Item[lamp] {
	items := make([]adapter.Item[lamp], n)
	for i := range items {
		if err := json.Unmarshal([]byte(`"lamp"`), &items[i]); err != nil {
			panic(err)
		}
	}
	return items
}

func makeOdd(a *adapter.Answer[lamp]) {
	for i := range a.Items {
		a.Items[i].Value.Watts = "0.5"
	}
}

// One that makes no sense costs one row; alone on its page, it is still one.
func TestAnOddResourceIsAProblem(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 12} {
		s := &shop{style: "markers", cap: 5, lamps: stock(n)}
		s.lamps[n-1].Watts = "many"
		ids, problems, err := listAll(t.Context(), s.in())
		require.NoError(t, err)
		require.Equal(t, idsOf(s.lamps[:n-1]), ids)
		require.Equal(t, []cloud.Problem{{NativeID: s.lamps[n-1].ID, Text: fmt.Sprintf(`lamp %q: watts makes no sense: "many"`, s.lamps[n-1].ID)}}, problems)
	}
}

func TestCursorsOfAnotherForm(t *testing.T) {
	t.Parallel()
	for style, cursors := range map[string][]string{
		"offsets": {"next", "-1", "0", "1.5", "99999999999999999999", "2+5"},
		"numbers": {"next", "5", "1+5", "x+5", "2+", "2+-5", "+5", "99999999999+5"},
		"markers": {"lamp", "lamp+x", "+5", "lamp+0"},
	} {
		for _, cursor := range cursors {
			s := &shop{style: style, cap: 5, lamps: stock(12)}
			_, err := s.in().List(t.Context(), scope, cursor)
			require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), "%s: %s", style, cursor)
			require.Zero(t, s.calls)
		}
	}
}

// What belongs to another region is no row of this one. Where all does, the region was not
// what was asked for.
func TestResourcesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	ofRooms := func(l *adapter.Listing[*shop, lamp]) { l.Region = func(one *lamp) string { return one.Place.RoomName } }
	s := &shop{style: "tokens", cap: 5, lamps: stock(3)}
	s.lamps[0].Place.RoomName, s.lamps[1].Place.RoomName = "south", "north"
	page, err := s.in(ofRooms).List(t.Context(), scope, "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 2)
	require.Equal(t, "lamp+001", page.Rows[0].RowMeta().NativeID)
	require.EqualValues(t, 1, page.Others, "which a total counts")
	existing, err := s.in(ofRooms).Lookup(t.Context(), scope, []string{"lamp+000"})
	require.NoError(t, err)
	require.Equal(t, []string{"lamp+000"}, existing, "it exists, and its stored row is not to go")

	for i := range s.lamps {
		s.lamps[i].Place.RoomName = "south"
	}
	_, _, err = listAll(t.Context(), s.in(ofRooms))
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	require.ErrorContains(t, err, "all 3 resources in the answer are of another region, such as south")
}

// A nothing is believed where it is proven: that of a list, and that of a look-up.
func TestNothingIsProven(t *testing.T) {
	t.Parallel()
	proven := func(l *adapter.Listing[*shop, lamp]) {
		l.Empty = func(_ context.Context, s *shop, _ string, lookedUp bool) error {
			s.proofs = append(s.proofs, lookedUp)
			return s.unsound
		}
	}
	for _, style := range styles {
		s := &shop{style: style, cap: 5}
		ids, _, err := listAll(t.Context(), s.in(proven))
		require.NoError(t, err)
		require.Empty(t, ids)
		existing, err := s.in(proven).Lookup(t.Context(), scope, []string{"lamp+000"})
		require.NoError(t, err)
		require.Empty(t, existing)
		require.Equal(t, []bool{false, true}, s.proofs, style)

		s.unsound = &cloud.Error{Class: cloud.Unproven, Err: errors.New("who knows")}
		_, _, err = listAll(t.Context(), s.in(proven))
		require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
		_, err = s.in(proven).Lookup(t.Context(), scope, []string{"lamp+000"})
		require.Equal(t, cloud.Unproven, cloud.ClassOf(err))

		s.lamps, s.proofs = stock(1), nil
		_, _, err = listAll(t.Context(), s.in(proven))
		require.NoError(t, err)
		require.Empty(t, s.proofs)
	}
}

// Another resource that is seen is a proof, too, where a listing says so.
func TestWhatIsSeenProvesALookup(t *testing.T) {
	t.Parallel()
	seenProves := func(l *adapter.Listing[*shop, lamp]) {
		l.SeenProves = true
		l.Empty = func(_ context.Context, s *shop, _ string, lookedUp bool) error {
			s.proofs = append(s.proofs, lookedUp)
			return nil
		}
	}
	for _, style := range styles {
		for lamps, proofs := range [][]bool{{true}, nil} {
			s := &shop{style: style, cap: 5, lamps: stock(lamps)}
			existing, err := s.in(seenProves).Lookup(t.Context(), scope, []string{"lamp+009"})
			require.NoError(t, err)
			require.Empty(t, existing)
			require.Equal(t, proofs, s.proofs, style)
			require.Equal(t, 2, s.calls, "for the id, and for any other")
		}
	}
	s := &shop{style: "tokens", cap: 5, lamps: stock(1), failAt: 2}
	_, err := s.in(seenProves).Lookup(t.Context(), scope, []string{"lamp+009"})
	require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
	require.Empty(t, s.proofs)
}

// A total beside tokens may be that of all pages, of which the last is empty.
func TestALookupWhoseLastPageIsEmpty(t *testing.T) {
	t.Parallel()
	s := &shop{style: "tokens", cap: 5, lamps: stock(2)}
	s.edit = func(a *adapter.Answer[lamp]) {
		if a.Total = "2"; s.calls == 1 {
			a.Next = "2"
		}
	}
	existing, err := s.in().Lookup(t.Context(), scope, []string{"lamp+000", "lamp+001"})
	require.NoError(t, err)
	require.Equal(t, []string{"lamp+000", "lamp+001"}, existing)
	s = &shop{style: "tokens", cap: 5, edit: func(a *adapter.Answer[lamp]) { a.Total = "2" }}
	_, err = s.in().Lookup(t.Context(), scope, []string{"lamp+000"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
}

// What a listing is joined with is whole, or an error.
func TestAllPages(t *testing.T) {
	t.Parallel()
	all := func(s *shop) (lamps []lamp, err error) {
		ask := func(_ context.Context, s *shop, q adapter.Query) (adapter.Answer[lamp], error) { return s.ask(q) }
		err = adapter.Each(t.Context(), s, adapter.Query{Action: "ListLamps", Path: "lamps", Limit: 5}, ask, func(item *adapter.Item[lamp]) {
			lamps = append(lamps, item.Value)
		})
		if err != nil {
			return nil, err
		}
		return lamps, nil
	}
	lamps, err := all(&shop{style: "tokens", cap: 5, lamps: stock(12)})
	require.NoError(t, err)
	require.Equal(t, stock(12), lamps)
	for name, test := range map[string]struct {
		edit func(*adapter.Answer[lamp])
		want cloud.Class
	}{
		"no list":              {func(a *adapter.Answer[lamp]) { a.NoList = true }, cloud.BadAnswer},
		"an unknown id":        {func(a *adapter.Answer[lamp]) { a.Unknown = true }, cloud.NotFound},
		"a token that is back": {func(a *adapter.Answer[lamp]) { a.Next = "5" }, cloud.BadAnswer},
	} {
		lamps, err := all(&shop{style: "tokens", cap: 5, lamps: stock(12), edit: test.edit})
		require.Equal(t, test.want, cloud.ClassOf(err), name)
		require.ErrorContains(t, err, "ListLamps", name)
		require.Nil(t, lamps)
	}
	_, err = all(&shop{style: "tokens", cap: 5, lamps: stock(12), failAt: 2})
	require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
}

func TestLookupAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*adapter.Answer[lamp]){
		"no list":               func(a *adapter.Answer[lamp]) { a.NoList = true },
		"another resource":      func(a *adapter.Answer[lamp]) { a.Items = []adapter.Item[lamp]{itemOf(lamp{ID: "other"})} },
		"one without an id":     func(a *adapter.Answer[lamp]) { a.Items = []adapter.Item[lamp]{itemOf(lamp{})} },
		"none of those it has":  func(a *adapter.Answer[lamp]) { a.Items, a.Total = nil, "1" },
		"no total":              func(a *adapter.Answer[lamp]) { a.Items, a.Total = nil, "" },
		"no list, and no total": func(a *adapter.Answer[lamp]) { *a = adapter.Answer[lamp]{NoList: true} },
	} {
		s := &shop{style: "offsets", cap: 5, lamps: stock(2), edit: edit}
		existing, err := s.in().Lookup(t.Context(), scope, []string{"lamp+000", "lamp+009"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), name)
		require.Empty(t, existing, name)
	}
	uncounted := func(l *adapter.Listing[*shop, lamp]) { l.IDs = l.IDs.Uncounted() }
	noTotal := &shop{style: "offsets", cap: 5, lamps: stock(2), edit: func(a *adapter.Answer[lamp]) { a.Total = "" }}
	existing, err := noTotal.in(uncounted).Lookup(t.Context(), scope, []string{"lamp+000", "lamp+009"})
	require.NoError(t, err)
	require.Equal(t, []string{"lamp+000"}, existing)
	_, err = noTotal.in(uncounted).List(t.Context(), scope, "")
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "a list needs it")

	gone := func(l *adapter.Listing[*shop, lamp]) {
		l.Gone = func(*lamp) (bool, error) {
			return false, &cloud.Error{Class: cloud.Unavailable, Err: errors.New("ask again")}
		}
	}
	s := &shop{style: "offsets", cap: 5, lamps: stock(2)}
	_, err = s.in(gone).Lookup(t.Context(), scope, []string{"lamp+000"})
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	ids, _, err := listAll(t.Context(), s.in(gone))
	require.NoError(t, err)
	require.Len(t, ids, 2, "in a list, what nobody can tell of is there")
}

// The last page may have few resources, all of them odd: they cost no row of the others.
func TestALastPageOfOddResources(t *testing.T) {
	t.Parallel()
	for _, style := range styles {
		s := &shop{style: style, cap: 5, lamps: stock(12)}
		s.lamps[10].Watts, s.lamps[11].Watts = "0.5", "0.5"
		ids, problems, err := listAll(t.Context(), s.in())
		require.NoError(t, err, style)
		require.Equal(t, idsOf(s.lamps[:10]), ids)
		require.Len(t, problems, 2)
	}
}
