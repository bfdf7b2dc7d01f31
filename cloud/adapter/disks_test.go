package adapter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// attic is a listing of lamps whose rooms are their hosts, and whose watts their size, on
// pages that follow markers.
func attic(pages map[string]string) *adapter.Listing[*shop, lamp] {
	return &adapter.Listing[*shop, lamp]{
		What: "lamp", Action: "ListLamps", Path: "lamps", Pages: adapter.Markers(5),
		ID: func(l *lamp) string { return l.ID },
		Ask: func(_ context.Context, _ *shop, q adapter.Query) (answer adapter.Answer[lamp], err error) {
			answer.Total = "1000"
			return answer, json.Unmarshal([]byte(pages[q.Token]), &answer.Items)
		},
	}
}

func inRoom(id string, watts int, room string) string {
	return fmt.Sprintf(`{"id":%q,"watts":%d,"place":{"RoomName":%q}}`, id, watts, room)
}

func sumsOf(t *testing.T, pages map[string]string) (adapter.HostDisks, error) {
	t.Helper()
	var tables adapter.Tables[adapter.HostDisks]
	return tables.Pages(t.Context(), "north", true, adapter.AddPages(&shop{}, attic(pages), "north", func(f *adapter.Fields, l *lamp) (int64, []string) {
		return f.Whole("watts", l.Watts), []string{l.Place.RoomName}
	}))
}

func TestDisksAreAddedToTheirHosts(t *testing.T) {
	t.Parallel()
	sums, err := sumsOf(t, map[string]string{
		"":  "[" + inRoom("a", 10, "hall") + "," + inRoom("b", 20, "attic") + "]",
		"b": "[" + inRoom("b", 20, "attic") + `,{"id":"c","watts":"many","place":{"RoomName":"cellar"}},` + inRoom("", 1, "garage") + "," + inRoom("", 1, "shed") + "," + inRoom("d", 5, "attic") + "]",
		"d": "[]",
	})
	require.NoError(t, err)
	for host, want := range map[string]struct {
		gib     int64
		problem string
	}{
		"hall":    {10, ""},
		"attic":   {25, ""},
		"nowhere": {0, ""},
		"cellar":  {0, `host "cellar": lamp "c": watts makes no sense: "many"`},
		"garage":  {1, `host "garage": lamp without an id`},
		"shed":    {1, `host "shed": lamp without an id`},
	} {
		f := adapter.NewFields("host", host)
		require.Equal(t, want.gib, sums.Of(f, host), host)
		require.Equal(t, want.problem, f.Problem(), host)
	}
}

func TestDisksThatNoSumCanBeMadeOf(t *testing.T) {
	t.Parallel()
	for text, pages := range map[string]map[string]string{
		"whose is it?": {"": `[{"id":"a","place":"hall"}]`},
		"no disk that was not listed before": {
			"": "[" + inRoom("a", 1, "hall") + "]", "a": "[" + inRoom("b", 1, "hall") + "]", "b": "[" + inRoom("a", 1, "hall") + "]",
		},
	} {
		_, err := sumsOf(t, pages)
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), text)
		require.ErrorContains(t, err, "ListLamps: ")
		require.ErrorContains(t, err, text)
	}
}

// A disk that is nobody's is so again when its page is asked for again.
func TestADiskIsNotSeenBeforeItIsAdded(t *testing.T) {
	t.Parallel()
	sums := &adapter.HostDisks{}
	for range 2 {
		err := sums.Add(adapter.NewFields("disk", "d"), 1, true)
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	}
}
