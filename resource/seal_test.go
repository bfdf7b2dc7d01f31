package resource_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// Such a row might be any of the stored ones, so that its UID is left empty.
func TestSealRefusesARowWithoutUsableID(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"none":          "",
		"invalid UTF-8": "i-\xff1",
		"NUL":           "i-\x001",
		"too long":      strings.Repeat("数", 256),
	} {
		row := &resource.Host{Meta: resource.Meta{NativeID: id}, Name: "web"}
		err := resource.HostKind.Seal(row, scopeOf(resource.HostKind), 7)
		require.ErrorIs(t, err, resource.ErrNoID, name)
		require.Less(t, len(err.Error()), 300, name)
		require.Equal(t, resource.UID{}, row.UID, name)
	}
	longest := &resource.Host{Meta: resource.Meta{NativeID: strings.Repeat("数", 255)}}
	require.NoError(t, resource.HostKind.Seal(longest, scopeOf(resource.HostKind), 7), "255 characters, as in the column")
}

// cloudquery dropped a row that failed to resolve, and the sweep of stale rows
// then deleted the stored one: a refused row says that it exists.
func TestSealRefusesWhatCannotBeStored(t *testing.T) {
	t.Parallel()
	id := resource.Meta{NativeID: "i-1"}
	year := func(year int) time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }
	for name, test := range map[string]struct {
		row  *resource.Host
		want string
	}{
		"invalid UTF-8":        {&resource.Host{Meta: id, Name: "a\xffb"}, `field name: "a\xffb" is not valid UTF-8`},
		"NUL":                  {&resource.Host{Meta: id, OS: "a\x00b"}, `field os: "a\x00b" has a NUL character`},
		"too long":             {&resource.Host{Meta: id, Status: strings.Repeat("数", 65)}, "field status: 65 characters, at most 64 fit"},
		"negative":             {&resource.Host{Meta: id, VCPU: -1}, "field vcpu: -1 is negative"},
		"year before DATETIME": {&resource.Host{Meta: id, CloudCreatedAt: year(999)}, "field cloud_created_at: year 999 is outside 1000–9999"},
		"year after DATETIME":  {&resource.Host{Meta: id, ExpiresAt: year(10000)}, "field expires_at: year 10000 is outside 1000–9999"},
		"year after it in UTC": {
			&resource.Host{Meta: id, ExpiresAt: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -8*3600))},
			"field expires_at: year 10000 is outside 1000–9999",
		},
		"list: invalid UTF-8": {&resource.Host{Meta: id, PrivateIPs: []string{"10.0.0.1", "\xff"}}, `field private_ips: "\xff" is not valid UTF-8`},
		"list: NUL":           {&resource.Host{Meta: id, PublicIPs: []string{"\x00"}}, `field public_ips: "\x00" has a NUL character`},
		"tag key: NUL":        {&resource.Host{Meta: id, Tags: map[string]string{"\x00": "v"}}, `field tags: "\x00" has a NUL character`},
		"tag: invalid UTF-8":  {&resource.Host{Meta: id, Tags: map[string]string{"k": "\xff"}}, `field tags: "\xff" is not valid UTF-8`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := resource.HostKind.Seal(test.row, scopeOf(resource.HostKind), 7)
			require.EqualError(t, err, test.want)
			require.NotErrorIs(t, err, resource.ErrNoID)
			require.Equal(t, scopeOf(resource.HostKind).UID("i-1"), test.row.UID)
		})
	}
}

func TestSealLimitsAreTheColumns(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, c := range columnsOf(kind) {
			row := filledRow(t, kind)
			value, ok := c.of(row).(*string)
			if !ok {
				continue
			}
			require.Positive(t, c.max, "%s %s: a text column has a length", kind.Name(), c.name)
			*value = strings.Repeat("数", c.max)
			require.NoError(t, kind.Seal(row, scopeOf(kind), 7), c.name)
			*value += "a"
			require.ErrorContains(t, kind.Seal(row, scopeOf(kind), 7), "field "+c.name+": ")
		}
	}
}

// What a provider sends is shown in full nowhere: a value can be a megabyte.
func TestRefusalsAreShort(t *testing.T) {
	t.Parallel()
	row := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Name: strings.Repeat("\xff", 1<<20)}
	require.Less(t, len(resource.HostKind.Seal(row, scopeOf(resource.HostKind), 7).Error()), 400)
}

// A sealer keeps the keys of the row before; it must make no difference.
func TestSealerSealsEachRowAlike(t *testing.T) {
	t.Parallel()
	tags := rapid.MapOfN(rapid.SampledFrom([]string{"", "app", "os", "team", "\x00"}),
		rapid.SampledFrom([]string{"", "linux", "\xff", "数"}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		sealer := resource.HostKind.Sealer(scopeOf(resource.HostKind), 7)
		for range 20 {
			row := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Tags: tags.Draw(t, "tags")}
			other := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Tags: maps.Clone(row.Tags)}
			encoded, err := sealer.Append([]byte("what was there"), row)
			alone, errAlone := resource.HostKind.Sealer(scopeOf(resource.HostKind), 7).Append([]byte("what was there"), other)
			require.Equal(t, errAlone, err)
			require.Equal(t, alone, encoded)
			require.Equal(t, other, row)
		}
	})
}

func TestSealSetsTheScopesColumns(t *testing.T) {
	t.Parallel()
	row := &resource.Host{Meta: resource.Meta{NativeID: "i-1", Provider: "wrong", Account: "wrong", Region: "wrong", ScopeID: 1}}
	seal(t, resource.HostKind, row)
	require.Equal(t, resource.Meta{
		UID: scopeOf(resource.HostKind).UID("i-1"), Hash: row.Hash, ScopeID: 7,
		Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-1",
	}, row.Meta)
	require.Equal(t, resource.Entry{UID: row.UID, Hash: row.Hash}, row.Entry())
}

func TestHostIsPlacedByItsTags(t *testing.T) {
	t.Parallel()
	keys := resource.TagKeys{Group: "stree_group", Product: "产品", App: "app"}
	h := &resource.Host{Tags: map[string]string{"stree_group": "inf", "产品": "monitor", "other": "x"}, STreeApp: "from before"}
	h.PlaceInTree(keys)
	require.Equal(t, []string{"inf", "monitor", ""}, []string{h.STreeGroup, h.STreeProduct, h.STreeApp})

	untagged := &resource.Host{}
	untagged.PlaceInTree(keys)
	require.Equal(t, &resource.Host{}, untagged)
}
