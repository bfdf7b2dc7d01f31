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
		"too long":      strings.Repeat("数", 513),
	} {
		row := &resource.Host{Meta: resource.Meta{NativeID: id}, Name: "web"}
		err := resource.HostKind.Seal(row, scopeOf(resource.HostKind), 7)
		require.ErrorIs(t, err, resource.ErrNoID, name)
		require.Less(t, len(err.Error()), 300, name)
		require.Equal(t, resource.UID{}, row.UID, name)
	}
	longest := &resource.Host{Meta: resource.Meta{NativeID: strings.Repeat("数", 512)}}
	require.NoError(t, resource.HostKind.Seal(longest, scopeOf(resource.HostKind), 7), "512 characters, as in the column")
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
			longest := strings.Repeat("数", c.max)
			*value = longest
			require.NoError(t, kind.Seal(row, scopeOf(kind), 7), c.name)
			require.Equal(t, longest, *value)
			*value += "a"
			require.NoError(t, kind.Seal(row, scopeOf(kind), 7), c.name)
			require.Equal(t, strings.Repeat("数", c.max-1)+"…", *value, "%s: cut with a mark", c.name)
			hash := row.RowMeta().Hash
			require.NoError(t, kind.Seal(row, scopeOf(kind), 7), c.name)
			require.Equal(t, hash, row.RowMeta().Hash, "what is stored has the hash of what was listed")
		}
	}
}

// A kind may have a text that must not be cut.
func TestSealRefusesATextThatIsTooLong(t *testing.T) {
	t.Parallel()
	type lamp struct {
		resource.Meta
		Color string `bun:"color" field:"max=3"`
	}
	kind := resource.Define[lamp]("resource_lamp", 1)
	row := &lamp{Meta: resource.Meta{NativeID: "l-1"}, Color: "数数数"}
	require.NoError(t, kind.Seal(row, scopeOf(kind), 7))
	row.Color += "数"
	require.EqualError(t, kind.Seal(row, scopeOf(kind), 7), "field color: 4 characters, at most 3 fit")
	require.Equal(t, "数数数数", row.Color)
}

// What AWS and Azure allow: 256 characters in a tag's value, more than 255 in an id.
func TestTextsAsLongAsCloudsAllow(t *testing.T) {
	t.Parallel()
	tag := strings.Repeat("v", 256)
	image := "/subscriptions/" + strings.Repeat("s", 36) + "/resourcegroups/" + strings.Repeat("g", 90) + "/providers/microsoft.compute/galleries/" +
		strings.Repeat("g", 80) + "/images/" + strings.Repeat("i", 80) + "/versions/2147483647.2147483647.2147483647"
	row := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Name: tag, ImageID: image, Tags: map[string]string{"g": tag, "p": tag, "a": tag}}
	resource.HostKind.PlaceInTree(row, resource.TagKeys{Group: "g", Product: "p", App: "a"})
	require.NoError(t, resource.HostKind.Seal(row, scopeOf(resource.HostKind), 7))
	require.Equal(t, []string{tag, tag, tag, tag, image}, []string{row.Name, row.STreeGroup, row.STreeProduct, row.STreeApp, row.ImageID})
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
	resource.HostKind.PlaceInTree(h, keys)
	require.Equal(t, []string{"inf", "monitor", ""}, []string{h.STreeGroup, h.STreeProduct, h.STreeApp})

	other := &resource.Host{Tags: map[string]string{"Stree_Group": "inf"}}
	resource.HostKind.PlaceInTree(other, keys)
	require.Empty(t, other.STreeGroup, "a tag's name has its case")

	untagged := &resource.Host{}
	resource.HostKind.PlaceInTree(untagged, keys)
	require.Equal(t, &resource.Host{}, untagged)
}

// Azure makes no difference between the cases of a tag's name.
func TestHostIsPlacedByTagsWithoutCase(t *testing.T) {
	t.Parallel()
	keys := resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "Team", Caseless: true}
	tags := map[string]string{"STREE_Group": "inf", "stree_PRODUCT": "monitor", "team": "b", "TEAM": "a"}
	h := &resource.Host{Tags: maps.Clone(tags)}
	for range 20 { // in whatever order
		resource.HostKind.PlaceInTree(h, keys)
		require.Equal(t, []string{"inf", "monitor", "a"}, []string{h.STreeGroup, h.STreeProduct, h.STreeApp})
	}
	require.Equal(t, tags, h.Tags, "they stay as they are written")
	h.Tags["Team"] = "c"
	resource.HostKind.PlaceInTree(h, keys)
	require.Equal(t, "c", h.STreeApp)
}
