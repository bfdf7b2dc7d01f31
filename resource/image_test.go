package resource_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

func sealed(t require.TestingT, kind *resource.Kind, row resource.Row) resource.Row {
	seal(t, kind, row)
	meta := row.RowMeta()
	meta.CreatedAt = time.Date(2025, 1, 2, 3, 4, 5, 678901000, time.UTC)
	meta.UpdatedAt = meta.CreatedAt.Add(time.Hour)
	return row
}

func TestParseImageIsTheInverseOfImage(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		empty := kind.NewRow()
		empty.RowMeta().NativeID = "i-1"
		for name, row := range map[string]resource.Row{"filled": filledRow(t, kind), "empty": empty} {
			sealed(t, kind, row)
			image, err := kind.Image(row)
			require.NoError(t, err)
			parsed, err := kind.ParseImage(image)
			require.NoError(t, err)
			require.Equal(t, row, parsed, "%s %s", name, kind.Name())
			require.NoError(t, kind.Rehash(parsed))
			require.Equal(t, row, parsed, "the hash is computed to what it was")
		}
	}
}

func TestImageOfThePastHasNoTimeOfWriting(t *testing.T) {
	t.Parallel()
	row := sealed(t, resource.HostKind, filledRow(t, resource.HostKind))
	row.RowMeta().UpdatedAt = time.Time{}
	image, err := resource.HostKind.Image(row)
	require.NoError(t, err)
	require.NotContains(t, string(image), "updated_at")
	parsed, err := resource.HostKind.ParseImage(image)
	require.NoError(t, err)
	require.Equal(t, row, parsed)
}

func TestParseImageRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for image, message := range map[string]string{
		``:                          "read image of a resource_host row: unexpected end",
		`[]`:                        "read image of a resource_host row: json: cannot unmarshal array",
		`{"uid": "abc"}`:            "column uid: want 32 hex digits, got 3",
		`{"vcpu": "four"}`:          "column vcpu: json: cannot unmarshal string",
		`{"created_at": "tuesday"}`: "column created_at: parsing time",
	} {
		_, err := resource.HostKind.ParseImage([]byte(image))
		require.ErrorContains(t, err, message)
	}
}

// A column that a later version of the kind no longer has, and one that it has
// since: an old image is still a row.
func TestParseImageOfAnotherVersion(t *testing.T) {
	t.Parallel()
	row, err := resource.HostKind.ParseImage([]byte(`{"native_id": "i-1", "rack": 7, "name": "web"}`))
	require.NoError(t, err)
	require.Equal(t, &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, Name: "web"}, row)
	require.NoError(t, resource.HostKind.Undo(row, []resource.FieldChange{
		{Field: "rack", Old: json.RawMessage(`6`), New: json.RawMessage(`7`)},
		{Field: "name", Old: json.RawMessage(`null`), New: json.RawMessage(`"web"`)},
	}))
	require.Equal(t, &resource.Host{Meta: resource.Meta{NativeID: "i-1"}}, row)
}

func TestRehashNeedsARow(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, resource.HostKind.Rehash(&resource.Host{}), resource.ErrNoID)
}

// Somebody's edit of the region must not turn a row into another resource.
func TestRehashKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	row := sealed(t, resource.HostKind, filledRow(t, resource.HostKind))
	uid, hash := row.RowMeta().UID, row.RowMeta().Hash
	row.RowMeta().Region = "elsewhere"
	require.NoError(t, resource.HostKind.Rehash(row))
	require.Equal(t, uid, row.RowMeta().UID)
	require.Equal(t, hash, row.RowMeta().Hash)
	require.Equal(t, "elsewhere", row.RowMeta().Region)
}

// From any row to any other and back.
func TestUndoLeadsBack(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				before, after := drawRow(t, kind, "before"), drawRow(t, kind, "after")
				after.RowMeta().NativeID = before.RowMeta().NativeID
				sealed(t, kind, before)
				sealed(t, kind, after)
				stored, err := json.Marshal(kind.Changes(before, after))
				require.NoError(t, err)
				var changes []resource.FieldChange
				require.NoError(t, json.Unmarshal(stored, &changes))
				require.NoError(t, kind.Undo(after, changes))
				require.NoError(t, kind.Rehash(after))
				require.Equal(t, before, after)

				image, err := kind.Image(before)
				require.NoError(t, err)
				parsed, err := kind.ParseImage(image)
				require.NoError(t, err)
				require.Equal(t, before, parsed)
			})
		})
	}
}
