package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// bulbOf is what a call for one lamp tells.
type bulbOf struct{ Kind string }

// switches answers calls for single lamps: the pages of each lamp's bulbs, as JSON.
type switches struct {
	bulbs map[string][]string
	fails map[string]error
	once  bool // they do
	asked []string
}

func (w *switches) ask(_ context.Context, _ *shop, q adapter.Query) (answer adapter.Answer[bulbOf], err error) {
	id := strings.Join(q.IDs, ",")
	w.asked = append(w.asked, id+q.Token)
	if err := w.fails[id]; err != nil {
		if w.once {
			delete(w.fails, id)
		}
		return answer, err
	}
	at := len(q.Token)
	pages := w.bulbs[id]
	if pages == nil {
		pages = []string{`[{"Kind":"` + q.Region + " " + id + `"}]`}
	}
	if at+1 < len(pages) {
		answer.Next = q.Token + "+"
	}
	return answer, json.Unmarshal([]byte(pages[at]), &answer.Items)
}

// notThis is the failure of a call for one lamp.
func notThis(class cloud.Class) error {
	return &cloud.Error{Class: class, Err: errors.New("not this one")}
}

// apiece adds to each lamp its bulbs, which are its row's tags then.
func (w *switches) apiece(l *adapter.Listing[*shop, lamp]) {
	l.Apiece = adapter.OneByOne("DescribeBulbs", "bulbs", w.ask, func(l *lamp, bulbs []bulbOf) {
		l.Labels = map[string]string{}
		for _, bulb := range bulbs {
			l.Labels[bulb.Kind] = "bulb"
		}
	})
	l.Row = func(_ *adapter.Fields, l *lamp) resource.Row {
		return &resource.Host{Meta: resource.Meta{NativeID: l.ID}, Tags: l.Labels}
	}
}

func TestACallForEachResource(t *testing.T) {
	t.Parallel()
	for _, style := range styles {
		s, w := &shop{style: style, cap: 5, lamps: stock(7)}, &switches{}
		client := s.in(w.apiece)
		ids, problems, err := listAll(t.Context(), client)
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Equal(t, idsOf(s.lamps), ids, style)
		require.Equal(t, idsOf(s.lamps), w.asked, "one call each")

		page, err := client.List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Equal(t, map[string]string{"north lamp+000": "bulb"}, page.Rows[0].(*resource.Host).Tags)
		require.Len(t, w.asked, 12, "another listing asks anew")

		asked := len(w.asked)
		existing, err := client.Lookup(t.Context(), scope, []string{"lamp+000"})
		require.NoError(t, err)
		require.Equal(t, []string{"lamp+000"}, existing)
		require.Len(t, w.asked, asked, "a look-up needs none")
	}
}

func TestWhatACallForOneResourceAnswers(t *testing.T) {
	t.Parallel()
	s := &shop{style: "offsets", cap: 5, lamps: append(stock(4), lamp{Watts: "60"})}
	w := &switches{bulbs: map[string][]string{
		"lamp+000": {`[{"Kind":"led"}]`, `[]`, `[{"Kind":"halogen"},{"Kind":null}]`},
		"lamp+001": {`[]`},
		"lamp+002": {`[{"Kind":"led"},{"Kind":["halogen"]}]`},
		"lamp+003": {`[{"Kind":"led"},null]`},
	}}
	page, err := s.in(w.apiece).List(t.Context(), scope, "")
	require.NoError(t, err)
	require.Equal(t, []resource.Row{
		&resource.Host{Meta: resource.Meta{NativeID: "lamp+000"}, Tags: map[string]string{"led": "bulb", "halogen": "bulb", "": "bulb"}},
		&resource.Host{Meta: resource.Meta{NativeID: "lamp+001"}, Tags: map[string]string{}},
	}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "lamp+002", Text: `lamp "lamp+002": Kind makes no sense: "[\"halogen\"]"`},
		{NativeID: "lamp+003", Text: `lamp "lamp+003": it makes no sense: "null"`},
		{Text: "lamp without an id"},
	}, page.Problems)
	require.Equal(t, []string{"lamp+000", "lamp+000+", "lamp+000++", "lamp+001", "lamp+002", "lamp+003"}, w.asked)
}

// One call that fails of what may pass, or of the account, fails the page, whatever it has of
// others. Repeated, it goes on with the calls that were not made.
func TestACallForOneResourceThatFails(t *testing.T) {
	t.Parallel()
	for _, class := range []cloud.Class{
		cloud.Throttled, cloud.Timeout, cloud.Unavailable, cloud.InvalidCredential, cloud.RegionDisabled, cloud.ExpiredCursor, cloud.Incomplete, cloud.Unproven,
	} {
		s := &shop{style: "numbers", cap: 5, lamps: stock(5)}
		w := &switches{fails: map[string]error{"lamp+002": notThis(class)}, once: true}
		client := s.in(w.apiece)
		page, err := client.List(t.Context(), scope, "")
		require.Equal(t, class, cloud.ClassOf(err))
		require.EqualError(t, err, "thing/prod: DescribeBulbs of north: "+string(class)+": not this one")
		require.Equal(t, cloud.Page{}, page)
		page, err = client.List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 5)
		require.Equal(t, []string{"lamp+000", "lamp+001", "lamp+002", "lamp+002", "lamp+003", "lamp+004"}, w.asked)
	}
	down := errors.New("down")
	for _, fails := range []error{down, &cloud.Error{Class: cloud.Denied, OfAccount: true, Err: down}, &cloud.Error{Class: cloud.BadAnswer, OfAccount: true, Err: down}} {
		s := &shop{style: "numbers", cap: 5, lamps: stock(5)}
		_, err := s.in((&switches{fails: map[string]error{"lamp+002": fails}}).apiece).List(t.Context(), scope, "")
		require.ErrorIs(t, err, down)
	}
}

// What the cloud has against one resource, or cannot say of it, is a problem of that one.
func TestACallThatMakesNoSenseOfOneResource(t *testing.T) {
	t.Parallel()
	for _, style := range styles {
		for _, class := range []cloud.Class{cloud.BadAnswer, cloud.Denied} {
			for at := range 6 { // of which the last is alone on its page
				s := &shop{style: style, cap: 5, lamps: stock(6)}
				odd := s.lamps[at].ID
				client := s.in((&switches{fails: map[string]error{odd: notThis(class)}}).apiece)
				ids, problems, err := listAll(t.Context(), client)
				require.NoError(t, err)
				require.Equal(t, slices.DeleteFunc(idsOf(s.lamps), func(id string) bool { return id == odd }), ids)
				require.Equal(t, []cloud.Problem{{NativeID: odd, Text: `lamp "` + odd + `": thing/prod: DescribeBulbs of north: ` + string(class) + `: not this one`}}, problems)
				existing, err := client.Lookup(t.Context(), scope, []string{odd})
				require.NoError(t, err)
				require.Equal(t, []string{odd}, existing, "it is there")
			}
		}
	}
}

// An answer that comes for none of several is no matter of one: the region fails, before each
// of them is asked for, and the next listing asks for all.
func TestCallsThatMakeNoSenseOfAnyResource(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		class        cloud.Class
		lamps, asked int
		usable       bool
	}{
		"none may be read":             {cloud.Denied, 9, 5, false},
		"none of a few may be read":    {cloud.Denied, 2, 2, false},
		"the only one may not be read": {cloud.Denied, 1, 1, false},
		"none makes sense":             {cloud.BadAnswer, 9, 5, false},
		"none of a few makes sense":    {cloud.BadAnswer, 3, 3, false},
		"the only one makes no sense":  {cloud.BadAnswer, 1, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := &shop{style: "tokens", cap: 9, lamps: stock(test.lamps)}, &switches{fails: map[string]error{}}
			for _, id := range idsOf(s.lamps) {
				w.fails[id] = notThis(test.class)
			}
			client := s.in(w.apiece, func(l *adapter.Listing[*shop, lamp]) { l.Pages = adapter.Tokens(9) })
			page, err := client.List(t.Context(), scope, "")
			require.Len(t, w.asked, test.asked)
			if test.usable {
				require.NoError(t, err)
				require.Len(t, page.Problems, 1)
			} else {
				require.EqualError(t, err, "thing/prod: DescribeBulbs of north: "+string(test.class)+": not this one")
			}
			clear(w.fails)
			page, err = client.List(t.Context(), scope, "")
			require.NoError(t, err)
			require.Len(t, page.Rows, test.lamps)
			require.Empty(t, page.Problems)
		})
	}
	s, w := &shop{style: "offsets", cap: 5, lamps: stock(11)}, &switches{fails: map[string]error{}}
	for _, id := range idsOf(s.lamps)[5:10] {
		w.fails[id] = notThis(cloud.Denied)
	}
	_, _, err := listAll(t.Context(), s.in(w.apiece))
	require.Equal(t, cloud.Denied, cloud.ClassOf(err), "a permission that is lost meanwhile")
}

// A cloud that fails for one resource each time, and answers for others, is not away.
func TestACallForOneResourceThatFailsEachTime(t *testing.T) {
	t.Parallel()
	s, w := &shop{style: "numbers", cap: 5, lamps: stock(5)}, &switches{fails: map[string]error{"lamp+002": notThis(cloud.Unavailable)}}
	client := s.in(w.apiece)
	for range 2 {
		_, err := client.List(t.Context(), scope, "")
		require.ErrorContains(t, err, "unavailable: not this one")
	}
	page, err := client.List(t.Context(), scope, "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 4)
	require.Equal(t, []cloud.Problem{{NativeID: "lamp+002", Text: `lamp "lamp+002": thing/prod: DescribeBulbs of north: unavailable: not this one`}}, page.Problems)

	away, w := &shop{style: "numbers", cap: 5, lamps: stock(5)}, &switches{fails: map[string]error{}}
	for _, id := range idsOf(away.lamps) {
		w.fails[id] = notThis(cloud.Unavailable)
	}
	alone := &shop{style: "numbers", cap: 5, lamps: stock(1)}
	for i, client := range []cloud.Provider{away.in(w.apiece), alone.in(w.apiece), away.in(w.apiece)} {
		if i == 2 {
			delete(w.fails, "lamp+000")
		}
		for range 5 { // as many attempts as there are
			_, err := client.List(t.Context(), scope, "")
			require.ErrorContains(t, err, "unavailable: not this one")
		}
	}
}

// A resource that went after it was listed is left out, if the list says so too: then the
// total still counts it. One that the list has keeps its stored row.
func TestAResourceThatGoesBeforeTheCallForIt(t *testing.T) {
	t.Parallel()
	goes := func(s *shop, w *switches, id string) *switches {
		s.between = func() {
			s.lamps = slices.DeleteFunc(slices.Clone(s.lamps), func(l lamp) bool { return l.ID == id })
		}
		w.fails = map[string]error{id: notThis(cloud.NotFound)}
		return w
	}
	for _, style := range styles {
		s := &shop{style: style, cap: 5, lamps: stock(3)}
		page, err := s.in(goes(s, &switches{}, "lamp+001").apiece).List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 2)
		require.EqualValues(t, 1, page.Others)
		require.Empty(t, page.Problems)
		require.Equal(t, 2, s.calls, "the list, and the list by the id")

		s = &shop{style: style, cap: 5, lamps: stock(3)}
		w := &switches{fails: map[string]error{"lamp+001": notThis(cloud.NotFound)}}
		page, err = s.in(w.apiece).List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 2)
		require.Zero(t, page.Others)
		require.Equal(t, []cloud.Problem{{
			NativeID: "lamp+001", Text: `lamp "lamp+001": it is listed, and the call for it alone does not know it`,
		}}, page.Problems)

		s = &shop{style: style, cap: 5, lamps: stock(3), failAt: 2}
		page, err = s.in(goes(s, &switches{}, "lamp+001").apiece).List(t.Context(), scope, "")
		require.Equal(t, cloud.Throttled, cloud.ClassOf(err), "nobody knows whether it went")
		require.Equal(t, cloud.Page{}, page)
	}
	// That nothing is found is proven, as in any look-up.
	s := &shop{style: "tokens", cap: 5, lamps: stock(1), unsound: &cloud.Error{Class: cloud.Unproven, Err: errors.New("who knows")}}
	_, err := s.in(goes(s, &switches{}, "lamp+000").apiece, func(l *adapter.Listing[*shop, lamp]) {
		l.Empty = func(_ context.Context, s *shop, _ string, _ bool) error { return s.unsound }
	}).List(t.Context(), scope, "")
	require.Equal(t, cloud.Unproven, cloud.ClassOf(err))
}

// The regions of an account share what a census has: a call for each of its resources adds
// to the page's own.
func TestACallForEachResourceOfACensus(t *testing.T) {
	t.Parallel()
	w := &wholeCloud{pages: map[string][]string{"ListThings": {`[{"Key":"a","ID":"a","Place":"east"},{"Key":"b","ID":"b","Place":"east"}]`}}}
	calls := 0
	listing := &adapter.Listing[*everywhere, thingOfRegion]{
		Kind: resource.HostKind, What: "thing", Pages: adapter.Whole(1), IDs: adapter.Relist(10), IDField: "ID",
		ID: func(o *thingOfRegion) string { return o.ID },
		Census: &adapter.Census[*everywhere, thingOfRegion]{
			Actions: []string{"ListThings"}, Path: "things", Ask: w.ask,
			Key:    func(o *thingOfRegion) string { return o.Key },
			Region: func(o *thingOfRegion) string { return o.Place },
		},
		Apiece: adapter.OneByOne("DescribeThing", "thing", func(_ context.Context, _ *everywhere, q adapter.Query) (answer adapter.Answer[bulbOf], err error) {
			calls++
			return answer, json.Unmarshal([]byte(`[{"Kind":"led"}]`), &answer.Items)
		}, func(o *thingOfRegion, bulbs []bulbOf) { o.Size += bulbs[0].Kind }),
		Row: func(_ *adapter.Fields, o *thingOfRegion) resource.Row {
			return &resource.Host{Meta: resource.Meta{NativeID: o.ID}, Name: o.Size}
		},
	}
	client := adapter.Adapter{
		Provider: "thing", Listings: []adapter.Declared{listing}, RequestsPerSecond: 1e6,
		Open: func() func(adapter.Account) (adapter.Session, error) {
			s := &everywhere{}
			return func(adapter.Account) (adapter.Session, error) { return s, nil }
		}(),
	}.New(settings(""))
	east := resource.Scope{Kind: "resource_host", Provider: "thing", Account: "prod", Region: "east"}
	for n, cursor := range []string{"", "after:a", "after:a"} {
		page, err := client.List(t.Context(), east, cursor)
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		require.Equal(t, "led", page.Rows[0].(*resource.Host).Name, "once, though it is of the same census")
		require.Equal(t, n+1, calls)
	}
	require.Equal(t, []string{"ListThings"}, w.asked)
}
