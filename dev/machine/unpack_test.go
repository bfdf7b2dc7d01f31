package machine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/process"
)

// archived is a fake whose apt is configured for some targets, and has one package.
func archived(targets string) *fake {
	f := newFake("apt-get", "dpkg-deb")
	f.Run = func(_ context.Context, c process.Command) error {
		f.ran = append(f.ran, c.String())
		switch {
		case strings.Contains(c.String(), "indextargets"):
			for line := range strings.Lines(targets) {
				c.OnLine(strings.TrimSpace(line))
			}
		case strings.Contains(c.String(), "--download-only"):
			cache := ""
			for _, arg := range c.Args {
				if dir, ok := strings.CutPrefix(arg, "Dir::Cache="); ok {
					cache = dir
				}
			}
			return os.WriteFile(filepath.Join(cache, "archives", "server_1_amd64.deb"), nil, 0o644)
		}
		return nil
	}
	return f
}

func TestAptUnpackInstallsNothing(t *testing.T) {
	t.Parallel()
	f := archived("http://mirror/updates|stable-security|Debian|Debian-Security\nhttp://mirror/d|stable|Debian|Debian\nhttp://other|x|Other|Other")
	dir, work := filepath.Join(t.TempDir(), "out"), t.TempDir()
	var shown []string

	require.NoError(t, f.AptUnpack(t.Context(), Unstable, dir, work, func(line string) { shown = append(shown, line) }, "server"))

	sources, err := os.ReadFile(filepath.Join(work, "sources.list"))
	require.NoError(t, err)
	require.Regexp(t, `^deb (\[signed-by=\S+\] )?http://mirror/d sid main\n$`, string(sources))
	require.Len(t, f.ran, 4)
	for _, apt := range f.ran[1:3] {
		require.Contains(t, apt, "Dir::State::status="+work)
		require.NotContains(t, apt, "sudo")
	}
	require.Contains(t, f.ran[2], "--download-only server")
	require.Equal(t, "dpkg-deb -x "+filepath.Join(work, "cache", "archives", "server_1_amd64.deb")+" "+dir, f.ran[3])
	require.Equal(t, []string{"unpacking server_1_amd64.deb"}, shown)
}

func TestAptUnpackWhereItCannot(t *testing.T) {
	t.Parallel()
	offline := archived("http://mirror/d|stable|Debian|Debian")
	offline.Run = func(_ context.Context, c process.Command) error {
		if c.OnLine != nil {
			c.OnLine("http://mirror/d|stable|Debian|Debian")
		}
		if strings.Contains(c.String(), "update") {
			return errors.New("could not resolve")
		}
		return nil
	}
	for name, f := range map[string]*fake{
		"no apt": newFake("dnf"), "of another": archived("http://archive|noble|Ubuntu|Ubuntu"), "offline": offline,
	} {
		err := f.AptUnpack(t.Context(), Unstable, t.TempDir(), t.TempDir(), func(string) {}, "server")
		require.ErrorIs(t, err, ErrCannotUnpack, name)
	}
}

// Before apt has a list, only its sources are known.
func TestArchiveBeforeTheFirstUpdate(t *testing.T) {
	t.Parallel()
	f := archived("http://m/debian-security|stable-security|$(ORIGIN)|$(LABEL)\nhttp://m/debian|stable|$(ORIGIN)|$(LABEL)")

	site, err := f.archive(t.Context())

	require.NoError(t, err)
	require.Equal(t, "http://m/debian", site)
}
