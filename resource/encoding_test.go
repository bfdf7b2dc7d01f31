package resource_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

func TestDecodeReadsWhatWasSealed(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				row := drawRow(t, kind, "row")
				encoded := seal(t, kind, row)
				decoded, err := kind.Decode(encoded, scopeOf(kind), 7)
				require.NoError(t, err)
				require.Equal(t, row, decoded)
				require.Equal(t, encoded, seal(t, kind, decoded), "sealing again changes nothing")
			})
		})
	}
}

func TestSealerAppends(t *testing.T) {
	t.Parallel()
	row := filledRow(t, resource.HostKind)
	alone := seal(t, resource.HostKind, row)
	hash := row.RowMeta().Hash
	after, err := resource.HostKind.Sealer(scopeOf(resource.HostKind), 7).Append([]byte("what was there"), row)
	require.NoError(t, err)
	require.Equal(t, append([]byte("what was there"), alone...), after)
	require.Equal(t, hash, row.RowMeta().Hash, "what was there is not part of the hash")
}

func TestDecodeOfTruncatedRow(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		encoded := seal(t, kind, filledRow(t, kind))
		for length := range encoded {
			_, err := kind.Decode(encoded[:length], scopeOf(kind), 7)
			require.ErrorIs(t, err, resource.ErrCorrupt, "%s: the first %d bytes", kind.Name(), length)
		}
		_, err := kind.Decode(append(encoded, 0), scopeOf(kind), 7)
		require.ErrorIs(t, err, resource.ErrCorrupt, "%s: a byte too many", kind.Name())
	}
}

func TestDecodeOfDamagedRow(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			encoded := seal(t, kind, filledRow(t, kind))
			rapid.Check(t, func(t *rapid.T) {
				damaged := bytes.Clone(encoded)
				for range rapid.IntRange(1, 4).Draw(t, "bytes") {
					at := rapid.IntRange(0, len(damaged)-1).Draw(t, "at")
					damaged[at] = rapid.Byte().Draw(t, "to")
				}
				requireSoundOrCorrupt(t, kind, damaged)
			})
		})
	}
}

// A count that promises more than there is must not ask for memory.
func TestDecodeOfHugeCounts(t *testing.T) {
	t.Parallel()
	for name, encoded := range map[string]string{
		"id of 2^63 bytes":  "\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		"count of 11 bytes": "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"nothing":           "",
	} {
		_, err := resource.HostKind.Decode([]byte(encoded), scopeOf(resource.HostKind), 7)
		require.ErrorIs(t, err, resource.ErrCorrupt, name)
	}
}

func FuzzDecode(f *testing.F) {
	for _, kind := range kinds {
		f.Add(seal(f, kind, filledRow(f, kind)))
		empty := kind.NewRow()
		empty.RowMeta().NativeID = "i-1"
		f.Add(seal(f, kind, empty))
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		for _, kind := range kinds {
			requireSoundOrCorrupt(t, kind, encoded)
		}
	})
}

// requireSoundOrCorrupt decodes bytes of any origin: the result is a row like any
// other, or ErrCorrupt.
func requireSoundOrCorrupt(t require.TestingT, kind *resource.Kind, encoded []byte) {
	row, err := kind.Decode(encoded, scopeOf(kind), 7)
	if err != nil {
		require.ErrorIs(t, err, resource.ErrCorrupt)
		require.Nil(t, row)
		return
	}
	again, err := kind.Decode(seal(t, kind, row), scopeOf(kind), 7)
	require.NoError(t, err)
	require.Equal(t, row, again)
}

func TestChangesShowOldAndNew(t *testing.T) {
	t.Parallel()
	created := time.Date(2024, 4, 14, 22, 32, 0, 123456000, time.UTC)
	before := &resource.Host{
		Meta: resource.Meta{NativeID: "i-1"}, Name: `web "1"`, VCPU: 4, PrivateIPs: []string{"10.0.0.2", "10.0.0.1"},
		Tags: map[string]string{"os": "linux"}, CloudCreatedAt: created,
	}
	after := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Name: "数", Status: "Running", MemoryMiB: 8192}
	seal(t, resource.HostKind, before)
	seal(t, resource.HostKind, after)

	encoded, err := json.Marshal(resource.HostKind.Changes(before, after))
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"field": "name", "old": "web \"1\"", "new": "数"},
		{"field": "status", "old": null, "new": "Running"},
		{"field": "vcpu", "old": 4, "new": null},
		{"field": "memory_mib", "old": null, "new": 8192},
		{"field": "private_ips", "old": ["10.0.0.1", "10.0.0.2"], "new": null},
		{"field": "tags", "old": {"os": "linux"}, "new": null},
		{"field": "cloud_created_at", "old": "2024-04-14T22:32:00.123456Z", "new": null}
	]`, string(encoded))
}

// Changes are exactly the columns that were drawn anew, in the order of the
// definition.
func TestChangesAreTheColumnsThatDiffer(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				before, other := drawRow(t, kind, "before"), drawRow(t, kind, "after")
				other.RowMeta().NativeID = before.RowMeta().NativeID
				seal(t, kind, before)
				seal(t, kind, other)
				after := clone(kind, before)
				var want []string
				for _, c := range columnsOf(kind) {
					if !rapid.Bool().Draw(t, "change "+c.name) {
						continue
					}
					if !equal(c.of(before), c.of(other)) {
						want = append(want, c.name)
					}
					set(c.of(after), c.of(other))
				}
				seal(t, kind, after)

				var got []string
				for _, change := range kind.Changes(before, after) {
					require.NotEqual(t, change.Old, change.New)
					got = append(got, change.Field)
				}
				require.Equal(t, want, got)
				require.Equal(t, len(want) == 0, before.RowMeta().Hash == after.RowMeta().Hash)
			})
		})
	}
}

func TestImageIsTheWholeRow(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		row := filledRow(t, kind)
		seal(t, kind, row)
		row.RowMeta().CreatedAt = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
		row.RowMeta().UpdatedAt = time.Date(2025, 1, 2, 3, 4, 6, 0, time.UTC)
		encoded, err := kind.Image(row)
		require.NoError(t, err)

		var image map[string]any
		require.NoError(t, json.Unmarshal(encoded, &image))
		require.Equal(t, row.RowMeta().UID.String(), image["uid"])
		require.Equal(t, row.RowMeta().Hash.String(), image["hash"])
		require.InEpsilon(t, 7, image["scope_id"], 0)
		require.Equal(t, "mock/demo/beijing/"+row.RowMeta().NativeID,
			strings.Join([]string{image["provider"].(string), image["account"].(string), image["region"].(string), image["native_id"].(string)}, "/"))
		require.Equal(t, "2025-01-02T03:04:05Z", image["created_at"])
		require.Equal(t, "2025-01-02T03:04:06Z", image["updated_at"])
		for _, c := range columnsOf(kind) {
			want, err := json.Marshal(c.of(row))
			require.NoError(t, err)
			got, err := json.Marshal(image[c.name])
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got), c.name)
		}
	}
}

func TestImageLeavesOutWhatIsAbsent(t *testing.T) {
	t.Parallel()
	row := &resource.Disk{Meta: resource.Meta{NativeID: "d-1"}, SizeGiB: 40}
	seal(t, resource.DiskKind, row)
	encoded, err := resource.DiskKind.Image(row)
	require.NoError(t, err)
	var image map[string]any
	require.NoError(t, json.Unmarshal(encoded, &image))
	require.Contains(t, image, "size_gib")
	for _, absent := range []string{"name", "tags", "expires_at"} {
		require.NotContains(t, image, absent)
	}
}
