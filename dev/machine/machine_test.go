package machine

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/process"
)

// fake is a machine with some programs, which remembers what was run on it.
type fake struct {
	Machine
	ran []string
}

func newFake(programs ...string) *fake {
	f := &fake{}
	f.LookPath = func(name string) (string, error) {
		if slices.Contains(programs, name) {
			return "/usr/bin/" + name, nil
		}
		return "", exec.ErrNotFound
	}
	f.Run = func(_ context.Context, c process.Command) error {
		f.ran = append(f.ran, c.String())
		return nil
	}
	return f
}

const (
	aptUpdate  = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update -q"
	aptInstall = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends gcc"
)

func TestAptInstallAsRoot(t *testing.T) {
	t.Parallel()
	f := newFake("apt-get")
	f.Root = true

	require.NoError(t, f.AptInstall(t.Context(), nil, "gcc"))

	require.Equal(t, []string{aptUpdate, aptInstall}, f.ran)
}

func TestAptInstallWithSudo(t *testing.T) {
	t.Parallel()
	f := newFake("apt-get", "sudo")

	require.NoError(t, f.AptInstall(t.Context(), nil, "gcc"))

	require.Equal(t, []string{"sudo -n true", "sudo -n " + aptUpdate, "sudo -n " + aptInstall}, f.ran)
}

func TestAptInstallWhereItCannot(t *testing.T) {
	t.Parallel()
	withPassword := newFake("apt-get", "sudo")
	withPassword.Run = func(context.Context, process.Command) error { return errors.New("a password is required") }

	for _, f := range []*fake{newFake("dnf", "sudo"), newFake("apt-get"), withPassword} {
		require.ErrorIs(t, f.AptInstall(t.Context(), nil, "gcc"), ErrCannotInstall)
	}
}

func TestStopService(t *testing.T) {
	t.Parallel()
	f := newFake("apt-get")
	f.Root = true
	require.NoError(t, f.StopService(t.Context(), "mariadb"))
	f.Systemd = true
	require.NoError(t, f.StopService(t.Context(), "mariadb"))

	require.Equal(t, []string{"service mariadb stop", "systemctl disable --now mariadb"}, f.ran)
}

func TestLocalFindsProgramsByPathAndName(t *testing.T) {
	t.Parallel()
	local := Local()

	sh := local.First("surely-not-a-program", "sh")

	require.NotEmpty(t, sh)
	require.Equal(t, sh, local.First(sh), "a path is found as it is")
	require.Empty(t, local.First("surely-not-a-program"))
}
