package adapter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

func parsed(t *testing.T, text string) *adapter.Element {
	t.Helper()
	root, err := adapter.ParseXML([]byte(text))
	require.NoError(t, err, text)
	return root
}

func TestElementsAreFoundByTheirPaths(t *testing.T) {
	t.Parallel()
	root := parsed(t, `<?xml version="1.0"?><Answer xmlns="http://example.com/"><!-- none -->
		<groups><item><things><item><id>a</id></item><item><id>b</id></item></things></item>
		<item><things><item><id>c</id></item></things><other/></item><item/></groups>
		<next> page 2
		</next><empty/></Answer>`)
	var ids []string
	for _, one := range root.At("groups.item.things.item") {
		ids = append(ids, one.Find("id"))
	}
	require.Equal(t, []string{"a", "b", "c"}, ids)
	require.Len(t, root.At("empty"), 1, "an empty list is there")
	require.Empty(t, root.At("empty.item"))
	require.Empty(t, root.At("absent"))
	require.Empty(t, root.At("Groups"), "names are as they are written")
	require.Equal(t, "page 2", root.Find("next"))
	require.Equal(t, "a", root.Find("groups.item.things.item.id"), "the first")
	require.Empty(t, root.Find("empty"))
	require.Empty(t, root.Find("absent.next"))
}

func TestWhatIsNoXML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "null", `{"a":1}`, "maintenance", "<a>", "<a></b>", "<a>\xff</a>", "<a>&nbsp;</a>"} {
		_, err := adapter.ParseXML([]byte(text))
		require.Error(t, err, text)
	}
}

func lampOfXML(t *testing.T, text string) adapter.Item[lamp] {
	t.Helper()
	return adapter.ItemOf[lamp](parsed(t, text))
}

func TestItemsOfXML(t *testing.T) {
	t.Parallel()
	item := lampOfXML(t, `<item><id>l &amp; m</id><WATTS> 60 </WATTS><lit> True </lit>
		<place><roomName>hall</roomName><floors><item>1</item><member>2</member></floors></place>
		<bulbs><item><kind>a</kind></item><item/><item><kind>b</kind><unknown><x/></unknown></item></bulbs>
		<maker><name>Osram</name></maker></item>`)
	require.Empty(t, item.Read("lamp", "l").Problem())
	require.False(t, item.IsOdd())
	l := item.Value
	require.Equal(t, "l & m", l.ID)
	require.EqualValues(t, 60, item.Read("lamp", "l").Whole("watts", l.Watts))
	require.True(t, l.Lit)
	require.Equal(t, "hall", l.Place.RoomName)
	require.Equal(t, []string{"1", "2"}, l.Place.Floors)
	require.Len(t, l.Bulbs, 3)
	require.Equal(t, [3]string{"a", "", "b"}, [3]string{l.Bulbs[0].Kind, l.Bulbs[1].Kind, l.Bulbs[2].Kind})
	require.Equal(t, "Osram", l.Maker.Name)
}

func TestEmptyElementsStandForWhatIsAbsent(t *testing.T) {
	t.Parallel()
	item := lampOfXML(t, "<item><id>l</id><watts/><lit></lit><place/><bulbs>\n</bulbs><labels/></item>")
	require.False(t, item.IsOdd())
	require.Equal(t, lamp{ID: "l"}, item.Value)
	require.False(t, ptr(lampOfXML(t, "<item/>")).IsOdd())
}

func ptr[T any](of T) *T { return &of }

// What can be read of an odd element stays known.
func TestOddItemsOfXML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`<item><id>l</id><watts><min>1</min><max>2</max></watts></item>`:                              `lamp "l": watts makes no sense: "{\"max\":\"2\",\"min\":\"1\"}"`,
		`<item><id>l</id><bulbs>two</bulbs></item>`:                                                   `lamp "l": bulbs makes no sense: "\"two\""`,
		`<item><id>l</id><place>here</place></item>`:                                                  `lamp "l": place makes no sense: "\"here\""`,
		`<item><id>l</id><lit>dimly</lit></item>`:                                                     `lamp "l": lit makes no sense: "\"dimly\""`,
		`<item><id>l</id><bulbs><item>x</item><item><kind>a</kind></item></bulbs></item>`:             `lamp "l": bulbs[0] makes no sense: "\"x\""`,
		`<item><id>l</id><place><floors><item><a><b>1</b></a></item></floors></place></item>`:         `lamp "l": place.floors[0] makes no sense: "{\"a\":{\"b\":\"1\"}}"`,
		`<item><id>l</id><unknown><x/></unknown><bulbs><item><kind><x/></kind></item></bulbs></item>`: `lamp "l": bulbs[0].kind makes no sense: "{\"x\":\"\"}"`,
	} {
		item := lampOfXML(t, text)
		require.True(t, item.IsOdd(), text)
		require.Equal(t, "l", item.Value.ID, text)
		require.Equal(t, want, item.Read("lamp", item.Value.ID).Problem(), text)
		require.NoError(t, adapter.CheckList("", []adapter.Item[lamp]{item}))
	}
}

// A text where resources are expected is none.
func TestAListOfTexts(t *testing.T) {
	t.Parallel()
	item := lampOfXML(t, "<item>maintenance</item>")
	require.Equal(t, `lamp without an id: it makes no sense: "\"maintenance\""`, item.Read("lamp", "").Problem())
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(adapter.CheckList("", []adapter.Item[lamp]{item})))
}
