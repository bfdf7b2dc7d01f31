package setup

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/process"
)

// machineWith has only some programs; what is installed on it is remembered.
func machineWith(installed *[]string, programs ...string) machine.Machine {
	return machine.Machine{
		Root: true,
		LookPath: func(name string) (string, error) {
			for _, program := range programs {
				if program == name {
					return "/usr/bin/" + name, nil
				}
			}
			return "", exec.ErrNotFound
		},
		Run: func(_ context.Context, c process.Command) error {
			*installed = append(*installed, c.Args[len(c.Args)-1])
			return nil
		},
	}
}

func TestCompilerIsInstalledWhereItIsMissing(t *testing.T) {
	t.Parallel()
	var installed []string
	var out bytes.Buffer

	require.NoError(t, Compiler(t.Context(), machineWith(&installed, "apt-get"), console.New(&out)))

	require.Equal(t, []string{"-q", "libc6-dev"}, installed)
	require.Contains(t, out.String(), "gcc installed")
}

func TestCompilerThatIsThereIsTaken(t *testing.T) {
	t.Parallel()
	var installed []string

	require.NoError(t, Compiler(t.Context(), machineWith(&installed, "clang", "apt-get"), console.New(&bytes.Buffer{})))

	require.Empty(t, installed)
}

func TestCompilerSaysWhatToInstallWhereItCannot(t *testing.T) {
	t.Parallel()
	var installed []string

	err := Compiler(t.Context(), machineWith(&installed), console.New(&bytes.Buffer{}))

	require.ErrorIs(t, err, errNoCompiler)
	require.ErrorContains(t, err, "xcode-select --install")
}

// nothingButMariaDB is a machine from which MySQL cannot be had.
func nothingButMariaDB() machine.Machine {
	m := machine.Local()
	m.LookPath = func(name string) (string, error) {
		if name == "apt-get" {
			return "", exec.ErrNotFound
		}
		return machine.Local().LookPath(name)
	}
	return m
}

func TestPeopleGoOnWithoutMySQL(t *testing.T) {
	t.Setenv(mariadb.Variable, "")
	t.Setenv(ciVariable, "")
	var out bytes.Buffer

	found, err := Databases(t.Context(), layout.Layout{Root: t.TempDir()}, nothingButMariaDB(), console.New(&out))

	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Contains(t, out.String(), "Going on without MySQL, with "+found[0].String()+" alone: no MySQL server can be had here")
}

func TestContinuousIntegrationNeedsMySQL(t *testing.T) {
	t.Setenv(mariadb.Variable, "")
	t.Setenv(ciVariable, "true")

	_, err := Databases(t.Context(), layout.Layout{Root: t.TempDir()}, nothingButMariaDB(), console.New(&bytes.Buffer{}))

	require.ErrorIs(t, err, mariadb.ErrNoMySQL)
}

// consuming is a machine where packages can be installed, or not, and what was run on it.
func consuming(ran *[]string, broken error, programs ...string) machine.Machine {
	m := machineWith(new([]string), programs...)
	m.Listening = func(string) bool { return false }
	m.Run = func(_ context.Context, c process.Command) error {
		*ran = append(*ran, c.String())
		return broken
	}
	return m
}

func TestConsumersAreInstalledAndDoNotStayRunning(t *testing.T) {
	t.Parallel()
	var ran []string

	require.NoError(t, Consumers(t.Context(), consuming(&ran, nil, "apt-get"), console.New(&bytes.Buffer{})))

	require.Len(t, ran, 5)
	require.Contains(t, ran[1], "install -q -y --no-install-recommends prometheus")
	require.Equal(t, "service prometheus stop", ran[2])
	require.Contains(t, ran[4], "install -q -y --no-install-recommends ansible-core")
}

// A Prometheus that is not ours is not stopped.
func TestConsumersLeaveOthersAlone(t *testing.T) {
	t.Parallel()
	var ran []string
	m := consuming(&ran, nil, "apt-get", "ansible-inventory")
	m.Listening = func(address string) bool { return address == "127.0.0.1:9090" }

	require.NoError(t, Consumers(t.Context(), m, console.New(&bytes.Buffer{})))

	require.Len(t, ran, 2)
	require.NotContains(t, ran, "service prometheus stop")
	require.NoError(t, Consumers(t.Context(), consuming(&ran, nil, "prometheus", "ansible-inventory"), console.New(&bytes.Buffer{})))
	require.Len(t, ran, 2, "what is there is taken")
}

func TestPeopleGoOnWithoutConsumers(t *testing.T) {
	for name, m := range map[string]machine.Machine{
		"nothing can be installed": consuming(new([]string), nil),
		"no network":               consuming(new([]string), errors.New("no network"), "apt-get"),
	} {
		t.Setenv(ciVariable, "")
		var out bytes.Buffer
		require.NoError(t, Consumers(t.Context(), m, console.New(&out)))
		require.Contains(t, out.String(), "Going on without Prometheus: the tests with it are skipped")
		require.Contains(t, out.String(), "Going on without Ansible")
		require.Contains(t, out.String(), name)
		t.Setenv(ciVariable, "true")
		require.ErrorContains(t, Consumers(t.Context(), m, console.New(&out)), name)
	}
}
