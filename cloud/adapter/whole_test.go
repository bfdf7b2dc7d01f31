package adapter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// everywhere is a session of a cloud that lists all regions at once.
type everywhere struct{ adapter.Shelf }

func (*everywhere) Identity(context.Context) (string, error)  { return "42", nil }
func (*everywhere) Regions(context.Context) ([]string, error) { return []string{"east", "west"}, nil }

// thingOfRegion is a resource of it.
type thingOfRegion struct{ Key, ID, Place, Size string }

// wholeCloud answers each action with pages, which follow one another.
type wholeCloud struct {
	mu       sync.Mutex
	pages    map[string][]string
	asked    []string
	believed []string
	doubt    error
	lacks    map[string]string
	proven   []string
	unproven error
}

func (w *wholeCloud) set(action string, pages ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[action] = pages
}

func (w *wholeCloud) ask(_ context.Context, _ *everywhere, q adapter.Query) (answer adapter.Answer[thingOfRegion], err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, q.Action+q.Token)
	at := strings.Count(q.Token, "+")
	page := w.pages[q.Action][at]
	if page, leads := strings.CutSuffix(page, " back"); leads {
		answer.Next = q.Token
		return answer, json.Unmarshal([]byte(page), &answer.Items)
	}
	if at+1 < len(w.pages[q.Action]) {
		answer.Next = q.Token + "+"
	}
	answer.NoList, answer.Lacks = page == "null", w.lacks
	return answer, json.Unmarshal([]byte(page), &answer.Items)
}

// open serves the kind of hosts out of the actions.
func (w *wholeCloud) open(actions ...string) cloud.Provider {
	census := &adapter.Census[*everywhere, thingOfRegion]{
		Actions: actions, Path: "things", Ask: w.ask,
		Key:    func(t *thingOfRegion) string { return t.Key },
		Region: func(t *thingOfRegion) string { return t.Place },
	}
	listing := &adapter.Listing[*everywhere, thingOfRegion]{
		Kind: resource.HostKind, What: "thing", Pages: adapter.Whole(2), IDs: adapter.Relist(50), Census: census,
		ID:      func(t *thingOfRegion) string { return t.ID },
		OtherID: func(t *thingOfRegion) string { return t.Key },
		Believe: func(_ context.Context, _ *everywhere, region string, lookedUp bool) error {
			w.believed = append(w.believed, fmt.Sprint(region, lookedUp))
			return w.doubt
		},
		Empty: func(_ context.Context, _ *everywhere, region string, lookedUp bool) error {
			w.proven = append(w.proven, fmt.Sprint(region, lookedUp))
			return w.unproven
		},
		Row: func(f *adapter.Fields, t *thingOfRegion) resource.Row {
			return &resource.Host{Meta: resource.Meta{NativeID: f.ID()}, VCPU: f.Whole("Size", t.Size)}
		},
	}
	return adapter.Adapter{
		Provider: "thing", RequestsPerSecond: 1000, Listings: []adapter.Declared{listing},
		Open:     func(adapter.Account) (adapter.Session, error) { return &everywhere{}, nil },
		Answered: func(error) adapter.Answered { return adapter.Answered{} },
	}.New(settings(""))
}

func newWhole(pages ...string) *wholeCloud {
	return &wholeCloud{pages: map[string][]string{"List": pages}}
}

func in(region string) resource.Scope {
	return resource.Scope{Kind: resource.HostKind.Name(), Provider: "thing", Account: "prod", Region: region}
}

// idsListed lists a region to its end.
func idsListed(t *testing.T, provider cloud.Provider, region string) (ids []string, problems []cloud.Problem) {
	t.Helper()
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page, err := provider.List(t.Context(), in(region), cursor)
		require.NoError(t, err)
		for _, row := range page.Rows {
			ids = append(ids, row.RowMeta().NativeID)
		}
		problems = append(problems, page.Problems...)
		require.Less(t, pages, 20)
		cursor = page.Next
	}
	return ids, problems
}

const (
	eastern = `[{"Key":"c","ID":"3","Place":"east"},{"Key":"a","ID":"1","Place":"east"},{"Key":"b","Place":"east"},{"Key":"d","ID":"4","Place":"west"}]`
	western = `[{"Key":"e","ID":"5","Place":"west"},{"Key":"f","ID":"6","Place":"east"}]`
)

// One list serves all regions of a run, and the next run has its own.
func TestAWholeListServesAllRegions(t *testing.T) {
	t.Parallel()
	w := newWhole(eastern)
	w.set("Others", "[]", western)
	provider := w.open("List", "Others")
	for run := 1; run <= 2; run++ {
		ids, problems := idsListed(t, provider, "east")
		require.Equal(t, []string{"1", "b", "3", "6"}, ids)
		require.Empty(t, problems)
		ids, _ = idsListed(t, provider, "west")
		require.Equal(t, []string{"4", "5"}, ids)
		ids, _ = idsListed(t, provider, "north")
		require.Empty(t, ids)
		require.Len(t, w.asked, 3*run)
		require.Equal(t, []string{"List", "Others", "Others+"}, w.asked[:3])
	}
	require.Equal(t, []string{"eastfalse", "westfalse", "northfalse"}, w.believed[:3])
}

// That an account has nothing is proven; that a region has nothing is seen.
func TestAnAccountWithNothingIsProven(t *testing.T) {
	t.Parallel()
	w := newWhole(eastern)
	ids, _ := idsListed(t, w.open("List"), "north")
	require.Empty(t, ids)
	_, err := w.open("List").Lookup(t.Context(), in("north"), []string{"9"})
	require.NoError(t, err)
	require.Empty(t, w.proven)

	w = newWhole("[]")
	ids, _ = idsListed(t, w.open("List"), "north")
	require.Empty(t, ids)
	found, err := w.open("List").Lookup(t.Context(), in("east"), []string{"9"})
	require.NoError(t, err)
	require.Empty(t, found)
	require.Equal(t, []string{"northfalse", "easttrue"}, w.proven)
	w.unproven = &cloud.Error{Class: cloud.Unproven}
	_, err = w.open("List").List(t.Context(), in("north"), "")
	require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
	_, err = w.open("List").Lookup(t.Context(), in("east"), []string{"9"})
	require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
}

// Whatever comes and goes between two pages, another worker goes on where one stopped.
func TestAWholeListThatChangesBetweenPages(t *testing.T) {
	t.Parallel()
	w := newWhole(eastern, western)
	first, err := w.open("List").List(t.Context(), in("east"), "")
	require.NoError(t, err)
	require.Len(t, first.Rows, 2)
	w.set("List", `[{"Key":"0","ID":"0","Place":"east"},{"Key":"c","ID":"3","Place":"east"},{"Key":"bb","ID":"2","Place":"east"}]`)
	rest, err := w.open("List").List(t.Context(), in("east"), first.Next)
	require.NoError(t, err)
	require.Empty(t, rest.Next)
	require.Equal(t, "2", rest.Rows[0].RowMeta().NativeID)
	require.Equal(t, "3", rest.Rows[1].RowMeta().NativeID)

	for _, foreign := range []string{"b", "2+4", "https://elsewhere", " "} {
		_, err = w.open("List").List(t.Context(), in("east"), foreign)
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err))
		require.ErrorContains(t, err, "thing/prod: List of east")
	}
}

// Rows are made anew for each page: what becomes of one changes no other.
func TestRowsOfAWholeListAreNotShared(t *testing.T) {
	t.Parallel()
	provider := newWhole(`[{"Key":"a","ID":"1","Place":"east","Size":"2"}]`).open("List")
	first, err := provider.List(t.Context(), in("east"), "")
	require.NoError(t, err)
	first.Rows[0].(*resource.Host).VCPU = 7
	second, err := provider.List(t.Context(), in("east"), "after: ")
	require.NoError(t, err)
	require.EqualValues(t, 2, second.Rows[0].(*resource.Host).VCPU)
}

// What does not say where it is may be anywhere; what is there twice is so once, but with
// another content; what cannot be read costs itself.
func TestOddResourcesOfAWholeListAreProblems(t *testing.T) {
	t.Parallel()
	provider := newWhole(`[{"Key":"a","ID":"1"},{"Key":"b","ID":"2","Place":"east"},{"Key":"b","ID":"2","Place":"east"},
		{"Key":"b","ID":"2","Place":"east","Size":"3"},{"Key":"c","ID":[3],"Place":"east"},{"Key":"cc","ID":"33","Place":"east"},{"Key":"d","ID":"4","Place":"east","Size":"big"}]`).open("List")
	ids, problems := idsListed(t, provider, "east")
	require.Equal(t, []string{"2", "2", "33"}, ids)
	require.Equal(t, []cloud.Problem{
		{NativeID: "1", Text: `thing "1": it has no location`},
		{Text: `thing without an id: ID makes no sense: "[3]"`},
		{NativeID: "4", Text: `thing "4": Size makes no sense: "big"`},
	}, problems)
	_, problems = idsListed(t, provider, "west")
	require.Len(t, problems, 1)
}

// A look-up believes no list of before, and compares without case.
func TestALookUpListsAgain(t *testing.T) {
	t.Parallel()
	w := newWhole(eastern)
	provider := w.open("List")
	idsListed(t, provider, "east")
	w.set("List", `[{"Key":"B","Place":"east"},{"Key":"a","ID":"new"},{"Key":"d","ID":"4","Place":"west"}]`)
	existing, err := provider.Lookup(t.Context(), in("east"), []string{"1", "NEW", "b", "4", "", "3"})
	require.NoError(t, err)
	require.Equal(t, []string{"NEW", "b"}, existing)
	require.Len(t, w.asked, 2)
	require.Equal(t, "easttrue", w.believed[len(w.believed)-1])

	w.set("List", `[{"Key":"x","ID":{},"Place":"east"},{"Key":"4","ID":"4","Place":"west"}]`)
	_, err = provider.Lookup(t.Context(), in("east"), []string{"1"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	require.ErrorContains(t, err, "it may be any")
	existing, err = provider.Lookup(t.Context(), in("west"), []string{"1", "4"})
	require.NoError(t, err)
	require.Equal(t, []string{"4"}, existing)
}

// A list that may lack what is there is no list, and one that cannot be read is none.
func TestAWholeListThatIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWhole(eastern)
	w.doubt = &cloud.Error{Class: cloud.Denied}
	requireFails(t, w, cloud.Denied, "thing/prod: List of east")
	for body, says := range map[string]string{"null": "things is missing", "[7,null]": "none of the 2", "[] back": "was used before"} {
		requireFails(t, newWhole("[]", body), cloud.BadAnswer, says)
	}
}

// A list that lacks some of a region, as the cloud says, is whole for the others. What is joined
// with it, or looked up in it, fails likewise.
func TestAWholeListThatLacksARegion(t *testing.T) {
	t.Parallel()
	for lacking, fails := range map[string]bool{"east": true, "": true, "west": false} {
		w := newWhole("[]", eastern)
		w.lacks = map[string]string{lacking: "a zone is dark"}
		if fails {
			requireFails(t, w, cloud.Incomplete, "thing/prod: List of east: incomplete: the list has not all: a zone is dark")
			continue
		}
		provider := w.open("List")
		ids, _ := idsListed(t, provider, "east")
		require.Equal(t, []string{"1", "b", "3"}, ids)
		existing, err := provider.Lookup(t.Context(), in("east"), []string{"1"})
		require.NoError(t, err)
		require.Equal(t, []string{"1"}, existing)
	}
}

func requireFails(t *testing.T, w *wholeCloud, class cloud.Class, says string) {
	t.Helper()
	provider := w.open("List")
	page, err := provider.List(t.Context(), in("east"), "")
	require.Equal(t, class, cloud.ClassOf(err))
	require.ErrorContains(t, err, says)
	require.Empty(t, page)
	existing, err := provider.Lookup(t.Context(), in("east"), []string{"1"})
	require.Equal(t, class, cloud.ClassOf(err))
	require.Empty(t, existing)
}

// What is said of a listing is what its census asks.
func TestAboutAWholeList(t *testing.T) {
	t.Parallel()
	census := &adapter.Census[*everywhere, thingOfRegion]{Actions: []string{"List", "Others"}, Path: "things"}
	about := (&adapter.Listing[*everywhere, thingOfRegion]{Kind: resource.HostKind, Pages: adapter.Whole(2), IDs: adapter.Relist(50), Census: census}).About()
	require.Equal(t, []string{"List", "Others"}, slices.Concat([]string{about.Action}, about.Others))
	require.Equal(t, "things", about.Path)
	require.Equal(t, 2, about.PageSize)
	require.Equal(t, 50, about.LookupLimit)
}

// house is a resource with others in it.
type house struct {
	ID, Place string
	Rooms     any
}

// houses are a list of them, and what is in these.
func (w *wholeCloud) houses() (houses *adapter.Census[*everywhere, house], rooms *adapter.Census[*everywhere, thingOfRegion]) {
	houses = &adapter.Census[*everywhere, house]{
		Actions: []string{"Houses"}, Path: "houses",
		Ask: func(_ context.Context, _ *everywhere, q adapter.Query) (answer adapter.Answer[house], err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asked = append(w.asked, q.Action)
			answer.Lacks = w.lacks
			return answer, json.Unmarshal([]byte(w.pages[q.Action][0]), &answer.Items)
		},
		Key:    func(h *house) string { return h.ID },
		Region: func(h *house) string { return h.Place },
	}
	rooms = &adapter.Census[*everywhere, thingOfRegion]{
		Actions: houses.Actions, Path: houses.Path,
		Take: adapter.Inside(houses, func(of *adapter.Item[house]) []adapter.Item[thingOfRegion] {
			parts := adapter.Parts[house, thingOfRegion](of, of.Value.Rooms)
			for i := range parts {
				parts[i].Value.Place = of.Value.Place
			}
			return parts
		}),
		Key:    func(t *thingOfRegion) string { return t.ID },
		Region: func(t *thingOfRegion) string { return t.Place },
	}
	return houses, rooms
}

// openHouses serves disks out of a list of houses, and the rooms in these as hosts.
func (w *wholeCloud) openHouses() cloud.Provider {
	houses, rooms := w.houses()
	return adapter.Adapter{
		Provider: "thing", RequestsPerSecond: 1000, Listings: []adapter.Declared{
			&adapter.Listing[*everywhere, house]{
				Kind: resource.DiskKind, What: "house", Pages: adapter.Whole(2), IDs: adapter.Relist(50), Census: houses,
				ID: func(h *house) string { return h.ID },
				Row: func(f *adapter.Fields, _ *house) resource.Row {
					return &resource.Disk{Meta: resource.Meta{NativeID: f.ID()}}
				},
			},
			&adapter.Listing[*everywhere, thingOfRegion]{
				Kind: resource.HostKind, What: "room", Pages: adapter.Whole(2), IDs: adapter.Relist(50), Census: rooms,
				ID: func(t *thingOfRegion) string { return t.ID },
				Row: func(f *adapter.Fields, t *thingOfRegion) resource.Row {
					return &resource.Host{Meta: resource.Meta{NativeID: f.ID()}, VCPU: f.Whole("Size", t.Size)}
				},
			},
		},
		Open:     func(adapter.Account) (adapter.Session, error) { return &everywhere{}, nil },
		Answered: func(error) adapter.Answered { return adapter.Answered{} },
	}.New(settings(""))
}

const twoHouses = `[{"ID":"h2","Place":"west","Rooms":[{"ID":"r9"}]},{"ID":"h1","Place":"east","Rooms":[{"ID":"r3"},{"ID":"r1"},{"ID":"r2"}]},{"ID":"h3","Place":"east","Rooms":[]}]`

// One load serves the resources and what is in them, in all regions of a run. The next run
// of either has another one, whichever region begins.
func TestWhatIsInsideIsOfOneLoad(t *testing.T) {
	t.Parallel()
	w := &wholeCloud{pages: map[string][]string{"Houses": {twoHouses}}}
	provider := w.openHouses()
	regions := []string{"east", "west"}
	for run := 1; run <= 3; run++ {
		for _, region := range regions {
			page, err := provider.List(t.Context(), resource.Scope{Kind: resource.DiskKind.Name(), Provider: "thing", Account: "prod", Region: region}, "")
			require.NoError(t, err)
			require.Len(t, page.Rows, map[string]int{"east": 2, "west": 1}[region])
		}
		for _, region := range regions {
			ids, problems := idsListed(t, provider, region)
			require.Equal(t, map[string][]string{"east": {"r1", "r2", "r3"}, "west": {"r9"}}[region], ids)
			require.Empty(t, problems)
		}
		require.Len(t, w.asked, run)
		slices.Reverse(regions)
	}
}

// Rooms alone: a run sees nothing that was loaded before its last one.
func TestEachLoadOfWhatIsInsideIsANewOne(t *testing.T) {
	t.Parallel()
	w := &wholeCloud{pages: map[string][]string{"Houses": {twoHouses}}}
	provider := w.openHouses()
	for run, region := range []string{"east", "west", "west", "east"} {
		if run == 2 {
			w.set("Houses", `[{"ID":"h2","Place":"west","Rooms":[{"ID":"r8"}]}]`)
		}
		ids, _ := idsListed(t, provider, region)
		require.Equal(t, [][]string{{"r1", "r2", "r3"}, {"r9"}, {"r8"}, nil}[run], ids)
	}
	require.Len(t, w.asked, 2)

	w.set("Houses", twoHouses)
	existing, err := provider.Lookup(t.Context(), in("east"), []string{"r1", "r8", "r9"})
	require.NoError(t, err)
	require.Equal(t, []string{"r1"}, existing, "as it is now")
}

// What of the parts is not known may be any of them: no row of the region goes.
func TestOddPartsInside(t *testing.T) {
	t.Parallel()
	for rooms, says := range map[string]string{
		`"Rooms":[{"ID":"r1","Size":"big"},{"ID":"r2"}]`: `room "r1": Size makes no sense: "big"`,
		`"Rooms":[null,{"ID":"r2"}]`:                     `room without an id: it makes no sense: "null"`,
		`"Rooms":[{},{"ID":"r2"}]`:                       `room without an id`,
		`"Rooms":{"ID":"r2"}`:                            `room without an id: it makes no sense: "{\"ID\":\"r2\"}"`,
		`"Rooms":"many"`:                                 `room without an id: it makes no sense: "\"many\""`,
		`"ID":["h"]`:                                     `room without an id: it makes no sense: "null"`,
		`"Rooms":""`:                                     "",
		`"Rooms":null`:                                   "",
	} {
		w := &wholeCloud{pages: map[string][]string{"Houses": {`[{"Place":"east",` + rooms + `},{"ID":"h","Place":"west"}]`}}}
		provider := w.openHouses()
		_, problems := idsListed(t, provider, "west")
		require.Empty(t, problems, rooms)
		_, problems = idsListed(t, provider, "east")
		if says == "" {
			require.Empty(t, problems, rooms)
			continue
		}
		require.Len(t, problems, 1, rooms)
		require.Equal(t, says, problems[0].Text)
		if problems[0].NativeID == "" {
			_, err := provider.Lookup(t.Context(), in("east"), []string{"r1"})
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), rooms)
		}
	}
}

// What a list lacks of a region may have parts in it. The parts in other regions are whole.
func TestWhatIsInsideOfAListThatLacksARegion(t *testing.T) {
	t.Parallel()
	w := &wholeCloud{pages: map[string][]string{"Houses": {twoHouses}}, lacks: map[string]string{"east": "a zone is dark"}}
	provider := w.openHouses()
	for range 2 {
		_, err := provider.List(t.Context(), in("east"), "")
		require.Equal(t, cloud.Incomplete, cloud.ClassOf(err))
		ids, _ := idsListed(t, provider, "west")
		require.Equal(t, []string{"r9"}, ids)
	}
	require.Len(t, w.asked, 2, "one load of a run")
	_, err := provider.Lookup(t.Context(), in("east"), []string{"r1"})
	require.Equal(t, cloud.Incomplete, cloud.ClassOf(err))
	existing, err := provider.Lookup(t.Context(), in("west"), []string{"r9"})
	require.NoError(t, err)
	require.Equal(t, []string{"r9"}, existing)
}

// What rows are joined with is newer than they are, where it is inside of what another kind has
// loaded before them, too.
func TestPartsThatCoverAreNotOfALoadOfBefore(t *testing.T) {
	t.Parallel()
	w := &wholeCloud{pages: map[string][]string{"Houses": {twoHouses}}}
	houses, rooms := w.houses()
	s := &everywhere{}
	_, err := houses.Covering(t.Context(), s, adapter.Batch[house]{Region: "east", Begins: true}.Visit(), nil)
	require.NoError(t, err)
	w.set("Houses", `[{"ID":"h2","Place":"west","Rooms":[{"ID":"r8"}]}]`)
	visit := adapter.Batch[house]{Region: "west", Begins: true, Listed: time.Now()}.Visit()
	for _, key := range []string{"r8", "r9"} {
		all, err := rooms.Covering(t.Context(), s, visit, []string{key})
		require.NoError(t, err)
		require.Equal(t, key == "r8", all.Of(key) != nil, key)
	}
}
