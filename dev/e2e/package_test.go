package e2e

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/process"
)

const packagedConfig = "etc/cloudsync/cloudsync.yaml"

// Whoever installs the package has its files, units that systemd accepts, and a worker that
// starts with the example, or says what it lacks.
func TestThePackageOfDebian(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("needs dpkg: this is no Debian")
	}
	r := readRelease(t)
	programs := r.compile(t.Context(), t, "1.2.3")
	first := r.pack(t, "deb", programs, "1.2.3")
	root := newInstallation(t)
	root.install(t, first)

	t.Run("units verify", root.verifyUnits)
	t.Run("the manual is in it", func(t *testing.T) { hasManual(t, first) })
	t.Run("secrets are root's", func(t *testing.T) {
		info, err := os.Stat(root.path("etc/cloudsync/environment"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	})
	t.Run("starter says its version", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), root.path("usr/libexec/cloudsync/starter"), "version").Output()
		require.NoError(t, err)
		require.Contains(t, string(out), "starter v1.2.3 0123abc 2026-11-28T08:00:00Z go1.")
		target, err := os.Readlink(root.path("usr/bin/starter"))
		require.NoError(t, err)
		require.Equal(t, "/usr/libexec/cloudsync/starter", target)
	})
	t.Run("the worker says what it lacks", root.refuses)
	t.Run("the worker starts with the example", root.starts)
	t.Run("an upgrade keeps the configuration", func(t *testing.T) { root.upgrade(t, r.pack(t, "deb", programs, "1.3.0")) })
}

func TestThePackageOfRedHat(t *testing.T) {
	t.Parallel()
	r := readRelease(t)
	require.Contains(t, r.Packages[0].Formats, "rpm")
	programs := t.TempDir()
	for _, build := range r.Builds { // what it has is the other test's
		require.NoError(t, os.WriteFile(filepath.Join(programs, build.Binary), nil, 0o600))
	}
	path := r.pack(t, "rpm", programs, "1.2.3")
	head := make([]byte, 4)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close() //nolint:errcheck // it was only read
	_, err = io.ReadFull(file, head)
	require.NoError(t, err)
	require.Equal(t, "\xed\xab\xee\xdb", string(head))
	rpm, err := exec.LookPath("rpm")
	if err != nil {
		t.Skip("what is in it is not read: needs rpm")
	}
	out, err := exec.CommandContext(t.Context(), rpm, "-qp", "--configfiles", path).Output()
	require.NoError(t, err)
	require.Equal(t, "/etc/cloudsync/cloudsync.yaml\n/etc/cloudsync/environment\n", string(out))
}

// installation is a folder that stands for the root of a machine: nothing of the machine at
// hand changes.
type installation struct{ root string }

func newInstallation(t *testing.T) installation {
	t.Helper()
	return installation{t.TempDir()}
}

func (i installation) path(name string) string { return filepath.Join(i.root, name) }

// install has dpkg install the package. Only root may: for others, it is unpacked.
func (i installation) install(t *testing.T, deb string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Log("not root: the package is unpacked, its scripts are not run")
		runProgram(t, "dpkg-deb", "-x", deb, i.root)
		return
	}
	database := i.path("var/lib/dpkg")
	for _, folder := range []string{"info", "updates", "triggers"} {
		require.NoError(t, os.MkdirAll(filepath.Join(database, folder), 0o755))
	}
	if _, err := os.Stat(filepath.Join(database, "status")); errors.Is(err, os.ErrNotExist) {
		require.NoError(t, os.WriteFile(filepath.Join(database, "status"), nil, 0o600))
	}
	// The folder has no shell to run the package's scripts in, and no other packages.
	runProgram(t, "dpkg", "--root="+i.root, "--force-script-chrootless", "--force-depends", "--force-confdef", "-i", deb)
}

func runProgram(t *testing.T, program string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

const unitFolder = "usr/lib/systemd/system"

func (i installation) verifyUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze: this machine has no systemd")
	}
	// What the units are started after is the machine's.
	targets, err := filepath.Glob("/" + unitFolder + "/*.target")
	require.NoError(t, err)
	for _, target := range targets {
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(i.path(filepath.Join(unitFolder, filepath.Base(target))), text, 0o600))
	}
	for _, unit := range []string{"cloudsync-worker.service", "cloudsync-serve.service"} {
		runProgram(t, "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--root="+i.root, unit)
		// 20 is 2.0 of 10: a unit that is not hardened has 9.6.
		runProgram(t, "systemd-analyze", "security", "--no-pager", "--offline=yes", "--root="+i.root, "--threshold=15", unit)
	}
}

var (
	documentation = regexp.MustCompile(`(?m)^Documentation=file://(\S+)$`)
	pageLink      = regexp.MustCompile(`\]\(([^)#:]+\.md)`)
)

// hasManual looks for the pages that the units name, and for those to which they lead. The
// package is unpacked: where dpkg installs it, it may be told to leave out all documents.
func hasManual(t *testing.T, deb string) {
	t.Helper()
	root := t.TempDir()
	runProgram(t, "dpkg-deb", "-x", deb, root)
	for _, unit := range []string{"cloudsync-worker.service", "cloudsync-serve.service"} {
		text, err := os.ReadFile(filepath.Join(root, unitFolder, unit))
		require.NoError(t, err)
		page := documentation.FindSubmatch(text)
		require.NotNil(t, page, unit)
		require.FileExists(t, filepath.Join(root, string(page[1])))
	}
	pages, err := filepath.Glob(filepath.Join(root, "usr/share/doc/cloudsync/docs/operations/*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range append(pages, filepath.Join(root, "usr/share/doc/cloudsync/README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, link := range pageLink.FindAllSubmatch(text, -1) {
			if to := string(link[1]); !forDevelopers.MatchString(to) {
				require.FileExists(t, filepath.Join(filepath.Dir(page), to), "a link of %s", filepath.Base(page))
			}
		}
	}
}

// forDevelopers are the pages that stay in the repository.
var forDevelopers = regexp.MustCompile(`(^|/)(ARCHITECTURE\.md|CONTRIBUTING\.md|decisions/|deploy/)`)

func (i installation) refuses(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), i.path("usr/libexec/cloudsync/worker"), "--config", i.path(packagedConfig))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), packagedConfig)
	require.Contains(t, string(out), "MYSQL_DSN")
	require.Contains(t, string(out), "not set")

	text, err := os.ReadFile(i.path(packagedConfig))
	require.NoError(t, err)
	wrong := filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(wrong, []byte(strings.Replace(string(text), "interval: 5m", "intervall: 5m", 1)), 0o600))
	cmd = exec.CommandContext(t.Context(), i.path("usr/libexec/cloudsync/worker"), "--config", wrong)
	cmd.Env = []string{"MYSQL_DSN=u:p@tcp(127.0.0.1:1)/cloudsync"}
	out, err = cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "intervall")
	require.Regexp(t, `did you mean.*interval`, string(out))
}

var monitorAddress = regexp.MustCompile(`msg="metrics and health" url=(\S+)`)

func (i installation) starts(t *testing.T) {
	s := newStack(t)
	log := filepath.Join(t.TempDir(), "worker.log")
	child, err := process.Start(process.Spec{
		Name: "worker", Path: i.path("usr/libexec/cloudsync/worker"), Args: []string{"--listen", "127.0.0.1:0"}, Log: log,
		Env: s.environ("CLOUDSYNC_CONFIG="+i.path(packagedConfig), "MYSQL_DSN="+s.dsn),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = child.Kill() })
	program{Child: child, log: log}.awaitLine(t, `msg="worker started" taskQueue=cloudsync build=v1.2.3`)

	text, err := os.ReadFile(log)
	require.NoError(t, err)
	address := monitorAddress.FindSubmatch(text)
	require.NotNil(t, address, "%s", text)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, string(address[1])+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // it was only read
	metrics, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^cloudsync_build_info\{commit="0123abc",go="go1\.[^"]+",version="v1\.2\.3"\} 1$`, string(metrics))
}

func (i installation) upgrade(t *testing.T, next string) {
	if os.Getuid() != 0 {
		t.Skip("needs root: dpkg -i changes the owner of files")
	}
	config := i.path(packagedConfig)
	require.NoError(t, os.WriteFile(config, []byte("# ours\n"), 0o600))
	i.install(t, next)
	kept, err := os.ReadFile(config)
	require.NoError(t, err)
	require.Equal(t, "# ours\n", string(kept))

	link := i.path("etc/systemd/system/multi-user.target.wants/cloudsync-worker.service")
	require.NoError(t, os.MkdirAll(filepath.Dir(link), 0o755))
	require.NoError(t, os.Symlink("/"+unitFolder+"/cloudsync-worker.service", link))
	runProgram(t, "dpkg", "--root="+i.root, "--force-script-chrootless", "--remove", "cloudsync")
	require.FileExists(t, config)
	_, err = os.Lstat(link)
	require.ErrorIs(t, err, os.ErrNotExist, "nothing starts at boot any more")
	require.NoFileExists(t, i.path("usr/libexec/cloudsync/worker"))
}
