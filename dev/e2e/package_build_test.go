package e2e

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // a format of packages
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm" // another
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"cloudsync/dev/process"
)

// release is what these tests read of .goreleaser.yaml: GoReleaser takes minutes to compile,
// and the packages are built by the same library here.
type release struct {
	Builds []struct {
		Main    string   `yaml:"main"`
		Binary  string   `yaml:"binary"`
		Ldflags []string `yaml:"ldflags"`
	} `yaml:"builds"`
	Packages []packageSettings `yaml:"nfpms"`
}

type packageSettings struct {
	nfpm.Overridables `yaml:",inline"`

	Name         string   `yaml:"package_name"`
	Formats      []string `yaml:"formats"`
	Maintainer   string   `yaml:"maintainer"`
	Description  string   `yaml:"description"`
	License      string   `yaml:"license"`
	Section      string   `yaml:"section"`
	Bindir       string   `yaml:"bindir"`
	Dependencies []string `yaml:"dependencies"`
}

func readRelease(t *testing.T) release {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(repository(t), ".goreleaser.yaml"))
	require.NoError(t, err)
	var r release
	require.NoError(t, yaml.Unmarshal(source, &r))
	require.Len(t, r.Builds, 2)
	require.Len(t, r.Packages, 1)
	return r
}

func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	return root
}

// withoutClouds leaves out the clouds' SDKs, which take minutes to compile.
const withoutClouds = "no_alibaba,no_aws,no_azure,no_google,no_huawei,no_tencent"

// compile builds the programs into a folder, linked as .goreleaser.yaml says.
func (r release) compile(ctx context.Context, t *testing.T, version string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	linked := strings.NewReplacer("{{ .Version }}", version, "{{ .FullCommit }}", "0123abc", "{{ .CommitDate }}", "2026-11-28T08:00:00Z")
	for _, build := range r.Builds {
		require.NoError(t, process.Command{ // as other tests compile, so that little is left to do
			Path: "go", Dir: repository(t),
			Args: []string{"build", "-buildvcs=false", "-tags", withoutClouds, "-o", filepath.Join(folder, build.Binary),
				"-ldflags", linked.Replace(strings.Join(build.Ldflags, " ")), build.Main},
		}.Run(ctx))
	}
	return folder
}

// pack builds the package of this machine's architecture and returns its path.
func (r release) pack(t *testing.T, format, programs, version string) string {
	t.Helper()
	settings := r.Packages[0]
	info := &nfpm.Info{
		Overridables: settings.Overridables, Name: settings.Name, Version: version, Arch: runtime.GOARCH, Platform: "linux",
		Maintainer: settings.Maintainer, Description: settings.Description, License: settings.License, Section: settings.Section,
	}
	info.Depends = settings.Dependencies
	info.Contents = nil
	for _, content := range settings.Contents {
		info.Contents = append(info.Contents, fromRepository(t, content))
	}
	for _, build := range r.Builds {
		info.Contents = append(info.Contents, &files.Content{
			Source: filepath.Join(programs, build.Binary), Destination: filepath.Join(settings.Bindir, build.Binary),
			FileInfo: &files.ContentFileInfo{Mode: 0o755},
		})
	}
	for _, script := range []*string{&info.Scripts.PostInstall, &info.Scripts.PreRemove, &info.Scripts.PostRemove} {
		*script = filepath.Join(repository(t), *script)
	}
	info.Deb.Compression = "none" // packing is what takes the time of the test
	info = nfpm.WithDefaults(info)
	packager, err := nfpm.Get(format)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), packager.ConventionalFileName(info))
	out, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, packager.Package(info, out))
	require.NoError(t, out.Close())
	return path
}

func fromRepository(t *testing.T, content *files.Content) *files.Content {
	t.Helper()
	moved := *content
	if moved.Type != files.TypeSymlink {
		moved.Source = filepath.Join(repository(t), moved.Source)
	}
	return &moved
}
