package adapter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud/adapter"
)

// near has its values in structs, far the same ones by their ways.
type near struct {
	Owner  struct{ Name string }
	Floors []struct {
		Lit   bool
		Rooms []struct {
			Name string
			Lamp struct{ Watts string }
		}
	}
}

type far struct {
	Owner string   `at:"owner.name"`
	Lit   []bool   `at:"floors[].lit"`
	Names []string `at:"floors[].rooms[].name"`
	Watts []string `at:"floors[].rooms[].lamp.watts"`
	Rooms []struct {
		Name string
	} `at:"floors[].rooms[]"`
}

func read[T any](t require.TestingT, text string) adapter.Item[T] {
	var item adapter.Item[T]
	require.NoError(t, json.Unmarshal([]byte(text), &item), text)
	return item
}

func TestFieldsWithWays(t *testing.T) {
	t.Parallel()
	const text = `{"OWNER":{"name":"Ann"},"floors":[{"lit":"true","rooms":[{"name":"hall","lamp":{"watts":60}},null,{"name":"attic"}]},{},{"lit":false,"rooms":[]}]}`
	item := read[far](t, text)
	require.Empty(t, item.Read("far", "v").Problem())
	require.Equal(t, "Ann", item.Value.Owner)
	require.Equal(t, []bool{true, false}, item.Value.Lit)
	require.Equal(t, []string{"hall", "attic"}, item.Value.Names)
	require.Equal(t, []string{"60"}, item.Value.Watts)
	require.Len(t, item.Value.Rooms, 2)

	item = adapter.ItemOf[far](parsed(t, `<v><owner><name>Ann</name></owner><floors><item><lit>true</lit><rooms><item><name>hall</name></item><item/></rooms></item><item/></floors></v>`))
	require.Empty(t, item.Read("far", "v").Problem())
	require.Equal(t, "Ann", item.Value.Owner)
	require.Equal(t, []string{"hall"}, item.Value.Names)
}

func TestWhatMakesNoSenseOnAWay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"owner":"Ann"}`:                              `owner makes no sense: "\"Ann\""`,
		`{"owner":{"name":[1]}}`:                       `owner.name makes no sense: "[1]"`,
		`{"floors":{"lit":true}}`:                      `floors makes no sense: "{\"lit\":true}"`,
		`{"floors":[{},7]}`:                            `floors[1] makes no sense: "7"`,
		`{"floors":[{"Rooms":"two"}]}`:                 `floors[0].Rooms makes no sense: "\"two\""`,
		`{"floors":[{"rooms":[{},{"lamp":["new"]}]}]}`: `floors[0].rooms[1].lamp makes no sense: "[\"new\"]"`,
	} {
		item := read[far](t, text)
		require.True(t, item.IsOdd(), text)
		require.Equal(t, `far "v": `+want, item.Read("far", "v").Problem(), text)
	}
}

// Whatever an answer is, a way reads what fields in fields read, and refuses the same.
func TestWaysReadWhatFieldsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(map[string]any{"owner": object(t, "owner", "name"), "floors": list(t, "floors", func() any {
			return object(t, "floor", "lit", "rooms", list(t, "rooms", func() any {
				return object(t, "room", "name", "lamp", object(t, "lamp", "watts"))
			}))
		})})
		require.NoError(t, err)
		nested, flat := read[near](t, string(text)), read[far](t, string(text))
		require.Equal(t, nested.IsOdd(), flat.IsOdd(), string(text))
		require.Equal(t, nested.Read("x", "x").Problem(), flat.Read("x", "x").Problem(), string(text))
		var names, watts []string
		for _, floor := range nested.Value.Floors {
			for _, room := range floor.Rooms {
				names, watts = append(names, room.Name), append(watts, room.Lamp.Watts)
			}
		}
		require.Equal(t, nested.Value.Owner.Name, flat.Value.Owner)
		require.Equal(t, adapter.Set(names...), adapter.Set(flat.Value.Names...), string(text))
		require.Equal(t, adapter.Set(watts...), adapter.Set(flat.Value.Watts...), string(text))
	})
}

// odd are values in place of what is to be there.
func odd(t *rapid.T, label string, right any) any {
	others := []any{nil, "", "odd", 7, []any{}, map[string]any{}, []any{map[string]any{}}}
	if at := rapid.IntRange(0, 3*len(others)).Draw(t, label); at < len(others) {
		return others[at]
	}
	return right
}

// object has a leaf and, under a name, what is given.
func object(t *rapid.T, label, leaf string, more ...any) any {
	of := map[string]any{leaf: odd(t, leaf, rapid.SampledFrom([]any{"true", "false"}).Draw(t, leaf))}
	if len(more) > 0 {
		of[more[0].(string)] = more[1]
	}
	return odd(t, label, of)
}

func list(t *rapid.T, label string, element func() any) any {
	of := make([]any, rapid.IntRange(0, 3).Draw(t, label))
	for i := range of {
		of[i] = element()
	}
	return odd(t, label, of)
}
