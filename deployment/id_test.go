package deployment

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"
)

func TestTheGivenBuildIDIsTaken(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"v1.2.0", "stable", "2026-11-27_a+b", "7", strings.Repeat("x", 128)} {
		build, err := BuildID(given, "v1.0.0")
		require.NoError(t, err)
		require.Equal(t, given, build)
	}
}

func TestABuildIDThatNeedsQuotesIsRefused(t *testing.T) {
	t.Parallel()
	for _, given := range []string{" ", "a b", "it's", "cloudsync:v1", "-x", "$(id)", "größe", "v1\n", strings.Repeat("x", 129)} {
		_, err := BuildID(given, "v1.0.0")
		require.ErrorContains(t, err, "write up to 128 letters, digits and . _ + - (--build-id, CLOUDSYNC_BUILD_ID), such as v1.2.0", given)
	}
}

func TestTheStampIsTheCommits(t *testing.T) {
	t.Parallel()
	modified := []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}
	for _, test := range []struct {
		version, want string
		settings      []debug.BuildSetting
	}{
		{version: "v1.2.0", want: "v1.2.0"},
		{version: "v1.2.1-0.20261127134412-0123456789ab", want: "v1.2.1-0.20261127134412-0123456789ab"},
		{version: "v1.2.0", settings: modified}, // another edit would have the same
		{version: "v1.2.0+dirty"},
		{version: "(devel)"},
		{version: ""},
	} {
		require.Equal(t, test.want, stamp(&debug.BuildInfo{Main: debug.Module{Version: test.version}, Settings: test.settings}), test.version)
	}
}

// Releases are stamped with nothing, for the same commit gives the same program.
func TestALinkedVersionIsTheBuildID(t *testing.T) {
	t.Parallel()
	for _, linked := range []string{"v1.2.0", "v0.0.1-snapshot.1795890275.g9075f7a", "v1.2.0-rc.1+linux"} {
		build, err := BuildID("", linked)
		require.NoError(t, err)
		require.Equal(t, linked, build)
	}
	digest, err := BuildID("", "")
	require.NoError(t, err)
	for _, linked := range []string{"release 7", "v1:2", strings.Repeat("x", 129)} {
		build, err := BuildID("", linked)
		require.NoError(t, err)
		require.Equal(t, digest, build, linked)
	}
}

// Without a stamp, two workers of the same program are one build, and those of another
// program are another.
func TestTheDigestIsTheProgramsOwn(t *testing.T) {
	t.Parallel()
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "worker")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		build, err := digest(path)
		require.NoError(t, err)
		require.NoError(t, check(build))
		return build
	}
	require.Equal(t, file("a program"), file("a program"))
	require.NotEqual(t, file("a program"), file("another"))

	_, err := digest(filepath.Join(t.TempDir(), "gone"))
	require.ErrorContains(t, err, "give one with --build-id or CLOUDSYNC_BUILD_ID")
}

// Tests have no stamp, nor has `go run`.
func TestNoBuildIDIsGiven(t *testing.T) {
	t.Parallel()
	build, err := BuildID("", "")
	require.NoError(t, err)
	again, err := BuildID("", "")
	require.NoError(t, err)
	require.Equal(t, build, again)
	require.NoError(t, check(build))
}

func TestRunsArePinned(t *testing.T) {
	t.Parallel()
	options := Options("v1")
	require.True(t, options.UseVersioning)
	require.Equal(t, "cloudsync", options.Version.DeploymentName)
	require.Equal(t, "v1", options.Version.BuildID)
	require.Equal(t, workflow.VersioningBehaviorPinned, options.DefaultVersioningBehavior)
}
