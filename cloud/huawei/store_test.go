package huawei_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// What the fake server renders comes back as it is.
func TestRowsOfSnapshotsAndImages(t *testing.T) {
	t.Parallel()
	client := newWorld(t, all()).open()
	require.Equal(t, pointers(someSnapshots()), rowsOf(list(t, client, resource.SnapshotKind)))
	require.Equal(t, pointers(someImages()), rowsOf(list(t, client, resource.MachineImageKind)))
}

func TestWhatSnapshotsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["snapshots"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.Snapshot{}},
		"all that may be null is": {`"volume_id":null,"size":null,"created_at":null,"status":null`, &resource.Snapshot{}},
		"what changes by itself":  {`"updated_at":"x","os-extended-snapshot-attributes:progress":"7%"`, &resource.Snapshot{}},
		"a time to microseconds":  {`"created_at":"2024-03-01T08:30:00.000000"`, &resource.Snapshot{CloudCreatedAt: date(1)}},
	})
}

func TestWhatImagesMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["images"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.MachineImage{Architecture: "x86_64"}},
		"all that may be null is": {`"tags":null,"min_disk":null,"__os_version":null,"__support_arm":null`, &resource.MachineImage{Architecture: "x86_64"}},
		"a type and no version":   {`"__os_type":"Linux"`, &resource.MachineImage{OS: "Linux", Architecture: "x86_64"}},
		"one of a data disk":      {`"virtual_env_type":"DataImage","__support_arm":"true"`, &resource.MachineImage{}},
		"one for ARM":             {`"__support_arm":"true"`, &resource.MachineImage{Architecture: "arm64"}},
		"tags as texts":           {`"tags":["a.b","c","d.e.f","g=h.i"]`, &resource.MachineImage{Architecture: "x86_64", Tags: map[string]string{"a": "b", "c": "", "d": "e.f", "g": "h.i"}}},
		"what changes by itself":  {`"updated_at":"x","active_at":"y","__image_size":"9"`, &resource.MachineImage{Architecture: "x86_64"}},
	})
}

// A full page of images says nothing of the next one.
func TestImagesOverPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	for n, requests := range map[int]int{499: 1, 500: 2, 1001: 3} {
		w := newWorld(t, fake.Region{Images: crowd(n).Images})
		require.Len(t, rowsOf(list(t, w.open(), resource.MachineImageKind)), n)
		require.Equal(t, requests, w.count("ListImages"))
	}
}

func TestAThousandSnapshotsAreOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{Snapshots: crowd(1000).Snapshots})
	require.Len(t, rowsOf(list(t, w.open(), resource.SnapshotKind)), 1000)
	require.Equal(t, 1, w.count("ListSnapshots"))
}

// Images are asked for by their owner where they are listed, and by nothing but the id where
// they are looked up.
func TestImagesAreTheProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	var asked []url.Values
	server := huaweifake.New(w.Cloud)
	spy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/cloudimages" {
			asked = append(asked, r.URL.Query())
		}
		server.ServeHTTP(out, r)
	}))
	t.Cleanup(spy.Close)
	w.settings.Endpoint = spy.URL
	client := w.open()
	list(t, client, resource.MachineImageKind)
	_, err := client.Lookup(t.Context(), scopeOf(resource.MachineImageKind), []string{uuid('i', 1)})
	require.NoError(t, err)
	require.Equal(t, []url.Values{
		{"limit": {"500"}, "owner": {huaweifake.ProjectID(domain, beijing)}},
		{"limit": {"500"}, "id": {uuid('i', 1)}},
	}, asked)
}
