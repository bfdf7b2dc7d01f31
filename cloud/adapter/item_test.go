package adapter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

type lamp struct {
	ID    string `json:"id"`
	Watts string `json:"watts"`
	Lit   bool   `json:"lit"`
	Place struct {
		RoomName string
		Floors   []string
	} `json:"place"`
	Bulbs []struct {
		Kind string `json:"kind"`
	} `json:"bulbs"`
	Labels map[string]string `json:"labels"`
	Extra  any               `json:"extra"`
	Maker  *struct {
		Name string `json:"name"`
	} `json:"maker"`
}

func lampOf(t *testing.T, text string) adapter.Item[lamp] {
	t.Helper()
	var item adapter.Item[lamp]
	require.NoError(t, json.Unmarshal([]byte(text), &item), text)
	return item
}

func TestItemsForgiveWhatMakesNoDifference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]func(*lamp){
		`{"id":"l","watts":60,"lit":true}`:                        func(l *lamp) { l.ID, l.Watts, l.Lit = "l", "60", true },
		`{"id":7,"watts":"60.0","lit":"True"}`:                    func(l *lamp) { l.ID, l.Watts, l.Lit = "7", "60.0", true },
		`{"id":true,"watts":12345678901234567890}`:                func(l *lamp) { l.ID, l.Watts = "true", "12345678901234567890" },
		`{"ID":"l","WATTS":1}`:                                    func(l *lamp) { l.ID, l.Watts = "l", "1" },
		`{"id":"l","ID":"other"}`:                                 func(l *lamp) { l.ID = "l" },
		`{"id":"l","place":{"roomname":"hall","FLOORS":[1,"2"]}}`: func(l *lamp) { l.ID, l.Place.RoomName, l.Place.Floors = "l", "hall", []string{"1", "2"} },
		`{"id":null,"watts":null,"lit":null,"place":null,"bulbs":null,"labels":null,"extra":null,"maker":null}`: func(*lamp) {},
		`{"id":"","watts":"","lit":"","place":"","bulbs":"","labels":"","maker":{}}`: func(l *lamp) {
			l.Maker = new(struct {
				Name string `json:"name"`
			})
		},
		`{"labels":[],"place":[]}`:                                func(*lamp) {},
		`{"labels":{"a":1,"b":null,"c":"x"}}`:                     func(l *lamp) { l.Labels = map[string]string{"a": "1", "b": "", "c": "x"} },
		`{"place":{"Floors":[null,"1",null]},"unknown":{"a":[]}}`: func(l *lamp) { l.Place.Floors = []string{"1"} },
		`{"extra":{"a":[1]}}`:                                     func(l *lamp) { l.Extra = map[string]any{"a": []any{json.Number("1")}} },
	} {
		item := lampOf(t, text)
		var wanted lamp
		want(&wanted)
		require.Equal(t, wanted, item.Value, text)
		require.False(t, item.IsOdd(), text)
		require.Empty(t, item.Read("lamp", "l").Problem(), text)
	}
}

func TestItemsTellWhatMakesADifference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"id":"l","watts":{"n":60}}`:                  `watts makes no sense: "{\"n\":60}"`,
		`{"id":"l","watts":[60]}`:                      `watts makes no sense: "[60]"`,
		`{"id":"l","lit":"perhaps"}`:                   `lit makes no sense: "\"perhaps\""`,
		`{"id":"l","lit":1}`:                           `lit makes no sense: "1"`,
		`{"id":"l","place":"hall"}`:                    `place makes no sense: "\"hall\""`,
		`{"id":"l","place":{"Floors":"1"}}`:            `place.Floors makes no sense: "\"1\""`,
		`{"id":"l","bulbs":{"kind":"LED"}}`:            `bulbs makes no sense: "{\"kind\":\"LED\"}"`,
		`{"id":"l","bulbs":[{},{"kind":["LED"]}]}`:     `bulbs[1].kind makes no sense: "[\"LED\"]"`,
		`{"id":"l","labels":{"a":{}}}`:                 `labels.a makes no sense: "{}"`,
		`{"id":"l","labels":["a"]}`:                    `labels makes no sense: "[\"a\"]"`,
		`{"bulbs":{"many":1},"id":"l","watts":"fine"}`: `bulbs makes no sense: "{\"many\":1}"`,
	} {
		item := lampOf(t, text)
		require.Equal(t, "l", item.Value.ID, text)
		require.True(t, item.IsOdd(), text)
		require.Equal(t, `lamp "l": `+want, item.Read("lamp", item.Value.ID).Problem(), text)
	}
	for text, want := range map[string]string{
		`null`:      `lamp without an id: it makes no sense: "null"`,
		`"l-1"`:     `lamp without an id: it makes no sense: "\"l-1\""`,
		`{"id":{}}`: `lamp without an id: id makes no sense: "{}"`,
		`{}`:        `lamp without an id`,
	} {
		item := lampOf(t, text)
		require.Equal(t, want, item.Read("lamp", item.Value.ID).Problem())
	}
}

// A resource that is odd in several fields is told by the same one each time, and is the
// same as itself.
func TestAnItemIsReadTheSameEachTime(t *testing.T) {
	t.Parallel()
	const text = `{"id":[],"watts":{},"place":7,"bulbs":"none","labels":[1],"lit":"perhaps"}`
	first := lampOf(t, text)
	require.Equal(t, `lamp "l": bulbs makes no sense: "\"none\""`, first.Read("lamp", "l").Problem())
	for range 50 {
		require.Equal(t, first, lampOf(t, text))
	}
}

func TestAListOfWhichNothingCanBeRead(t *testing.T) {
	t.Parallel()
	for text, readable := range map[string]bool{`[]`: true, `[{}]`: true, `[null,{"id":{}}]`: true, `[null]`: false, `[1,"l",[]]`: false} {
		var items []adapter.Item[lamp]
		require.NoError(t, json.Unmarshal([]byte(text), &items))
		err := adapter.CheckList("list lamps", items)
		require.Equal(t, readable, err == nil, text)
		if !readable {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
		}
	}
}

func TestTextsOfAnAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{`7`: 7, `"7"`: 7, `7.0`: 7, `null`: 0, `""`: 0} {
		var answer struct{ Total adapter.Text }
		require.NoError(t, json.Unmarshal([]byte(`{"Total":`+text+`}`), &answer))
		n, err := answer.Total.Whole("list lamps", "Total")
		require.NoError(t, err)
		require.Equal(t, want, n, text)
	}
	for _, text := range []string{`-1`, `"two"`, `{}`, `[7]`, `0.5`, `1e30`} {
		var answer struct{ Total adapter.Text }
		require.NoError(t, json.Unmarshal([]byte(`{"Total":`+text+`}`), &answer))
		_, err := answer.Total.Whole("list lamps", "Total")
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), text)
		require.ErrorContains(t, err, "list lamps: bad_answer: Total makes no sense")
	}
}

// Whatever an answer is, an item is read or told, and never panics.
func FuzzItem(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `{"id":"l","bulbs":[{"kind":1}],"labels":{"a":[]}}`, `{"place":{"Floors":[[]]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var item adapter.Item[lamp]
		if err := json.Unmarshal(text, &item); err != nil {
			return
		}
		if problem := item.Read("lamp", item.Value.ID).Problem(); item.IsOdd() || item.Value.ID == "" {
			require.NotEmpty(t, problem)
		}
	})
}
