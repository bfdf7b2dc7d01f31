package temporalserver

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
)

// packedTool is a release with a tool that tells its version.
func packedTool(t *testing.T, member string) []byte {
	t.Helper()
	tool := "#!/bin/sh\necho 'temporal version 9.8.7 (Server 1.2.3, UI 4.5.6)'\n"
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	files := tar.NewWriter(zipped)
	for _, file := range [][2]string{{"LICENSE", "yours"}, {member, tool}} { // where a cut archive ends is always the same
		require.NoError(t, files.WriteHeader(&tar.Header{Name: file[0], Mode: 0o644, Size: int64(len(file[1]))}))
		_, err := files.Write([]byte(file[1]))
		require.NoError(t, err)
	}
	require.NoError(t, files.Close())
	require.NoError(t, zipped.Close())
	return packed.Bytes()
}

// publish serves an archive as the release 9.8.7 of this platform.
func publish(t *testing.T, packed []byte, status int) *releases {
	t.Helper()
	path := "/v9.8.7/temporal_cli_9.8.7_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		_, _ = w.Write(packed)
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256(packed)
	return &releases{
		address: server.URL, version: "v9.8.7", client: server.Client(),
		sums: map[string]string{runtime.GOOS + "/" + runtime.GOARCH: hex.EncodeToString(sum[:])},
	}
}

func checkout(t *testing.T) layout.Layout {
	t.Helper()
	l := layout.Layout{Root: t.TempDir()}
	require.NoError(t, os.MkdirAll(l.Path("bin"), 0o755))
	return l
}

func TestTheToolIsFetched(t *testing.T) {
	t.Parallel()
	l := checkout(t)
	var out bytes.Buffer
	require.NoError(t, publish(t, packedTool(t, "temporal"), http.StatusOK).fetch(t.Context(), l, console.New(&out), "v9.8.7"))
	require.Equal(t, "v9.8.7", toldVersion(t.Context(), l.Bin("temporal")), "it is there, and can be run")
	require.Contains(t, out.String(), "v9.8.7 fetched from 127.0.0.1, kept as .dev/bin/temporal")
	require.NoFileExists(t, l.Bin("temporal.new"))
}

func TestWhatIsNotTheToolIsNotKept(t *testing.T) {
	t.Parallel()
	good := packedTool(t, "temporal")
	other := publish(t, good, http.StatusOK)
	other.sums = map[string]string{runtime.GOOS + "/" + runtime.GOARCH: "00"}
	cut := publish(t, good[:len(good)/2], http.StatusOK)
	away := publish(t, good, http.StatusOK)
	away.address = "http://127.0.0.1:1"
	unknown := publish(t, good, http.StatusOK)
	unknown.version = "v9.8.8"
	for want, r := range map[string]*releases{
		"the archive is another one than expected": other,
		"look for temporal in the archive":         cut,
		"look for temporal in the archive: EOF":    publish(t, packedTool(t, "other"), http.StatusOK),
		"the server answers 404 Not Found":         publish(t, good, http.StatusNotFound),
		"connection refused":                       away,
		"no build of v9.8.7 is known":              unknown,
	} {
		l := checkout(t)
		var out bytes.Buffer
		require.ErrorContains(t, r.fetch(t.Context(), l, console.New(&out), "v9.8.7"), want)
		require.NoFileExists(t, l.Bin("temporal"))
	}
}

// Who takes a newer version in dev/temporal/go.mod writes its sums, too: else everybody compiles.
func TestThePublishedVersionIsThePinnedOne(t *testing.T) {
	t.Parallel()
	l, err := layout.Find(".")
	require.NoError(t, err)
	pinned, err := pinnedVersion(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, pinned, published.version)
}
