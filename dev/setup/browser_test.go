package setup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/process"
)

// fetched is a checkout that has the script that checks pages.
func fetched(t *testing.T) layout.Layout {
	l := layout.Layout{Root: t.TempDir()}
	require.NoError(t, os.MkdirAll(l.Path("axe"), 0o755))
	require.NoError(t, os.WriteFile(l.Path("axe", "package"), []byte(axePackage), 0o644))
	return l
}

func TestChromiumIsInstalledWithFonts(t *testing.T) {
	t.Parallel()
	var ran []string

	require.NoError(t, Browser(t.Context(), fetched(t), consuming(&ran, nil, "apt-get", "dpkg"), console.New(&bytes.Buffer{})))

	require.Len(t, ran, 2)
	require.Contains(t, ran[1], "install -q -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji")
}

func TestFontsAreInstalledBesideABrowser(t *testing.T) {
	t.Parallel()
	var ran []string
	m := consuming(&ran, nil, "google-chrome", "apt-get", "dpkg")

	require.NoError(t, Browser(t.Context(), fetched(t), m, console.New(&bytes.Buffer{})))
	require.Equal(t, []string{"dpkg -s fonts-dejavu-core fonts-noto-color-emoji fonts-wqy-microhei"}, ran, "all is there")

	run := m.Run
	m.Run = func(ctx context.Context, c process.Command) error {
		return errors.Join(run(ctx, c), map[bool]error{true: errors.New("not installed")}[c.Path == "dpkg"])
	}
	require.NoError(t, Browser(t.Context(), fetched(t), m, console.New(&bytes.Buffer{})))
	require.Len(t, ran, 4)
	require.Contains(t, ran[3], "--no-install-recommends fonts-dejavu-core")
}

func TestPeopleGoOnWithoutABrowser(t *testing.T) {
	for want, m := range map[string]machine.Machine{
		"install the packages [chromium": consuming(new([]string), nil, "npm"),
		"install npm":                    consuming(new([]string), nil, "chromium"),
		"npm left 0 packages":            consuming(new([]string), nil, "chromium", "npm"),
		"no network":                     consuming(new([]string), errors.New("no network"), "chromium", "npm"),
	} {
		t.Setenv(ciVariable, "")
		var out bytes.Buffer
		l := layout.Layout{Root: t.TempDir()}
		require.NoError(t, Browser(t.Context(), l, m, console.New(&out)))
		require.Contains(t, out.String(), "Going on without a browser: the tests with it fail.")
		require.Contains(t, out.String(), want)
		t.Setenv(ciVariable, "true")
		require.ErrorContains(t, Browser(t.Context(), l, m, console.New(&out)), want)
	}
}

// packed is a package of npm with one file, and its checksum.
func packed(t *testing.T, name, text string) (tarball []byte, sum string) {
	t.Helper()
	var file bytes.Buffer
	zipped := gzip.NewWriter(&file)
	files := tar.NewWriter(zipped)
	require.NoError(t, files.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}))
	_, err := files.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, files.Close())
	require.NoError(t, zipped.Close())
	got := sha512.Sum512(file.Bytes())
	return file.Bytes(), base64.StdEncoding.EncodeToString(got[:])
}

func TestOnlyTheExpectedPackageIsTaken(t *testing.T) {
	t.Parallel()
	tarball, sum := packed(t, axeMember, "the script")

	script, err := checkedMember(tarball, sum, axeMember)
	require.NoError(t, err)
	require.Equal(t, "the script", string(script))

	_, err = checkedMember(tarball, axeSHA512, axeMember)
	require.ErrorContains(t, err, "its SHA-512 differs")
	_, err = checkedMember(tarball, sum, "package/other.js")
	require.ErrorContains(t, err, "look for package/other.js")
}

// A package that is another one is not kept, and is fetched again the next time.
func TestAnotherPackageIsNotKept(t *testing.T) {
	t.Parallel()
	tarball, _ := packed(t, axeMember, "something else")
	l := layout.Layout{Root: t.TempDir()}
	m := consuming(new([]string), nil, "npm")
	m.Run = func(_ context.Context, c process.Command) error {
		require.True(t, strings.HasPrefix(c.Dir, l.Path("axe")))
		return os.WriteFile(filepath.Join(c.Dir, "axe.tgz"), tarball, 0o644)
	}

	require.ErrorContains(t, ensureAxe(t.Context(), l, m, console.New(&bytes.Buffer{})), "SHA-512 differs")

	left, err := os.ReadDir(l.Path("axe"))
	require.NoError(t, err)
	require.Empty(t, left)
}
