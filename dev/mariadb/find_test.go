package mariadb

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/machine"
	"cloudsync/dev/process"
)

// bare is a machine without a server. What is installed on it is lent by this one.
func bare(ran *[]string) machine.Machine {
	return machine.Machine{
		Root: true,
		LookPath: func(name string) (string, error) {
			if slices.Contains(*ran, "mariadb-server") || name == "apt-get" {
				return machine.Local().LookPath(name)
			}
			return "", exec.ErrNotFound
		},
		Run: func(_ context.Context, c process.Command) error {
			*ran = append(*ran, c.Args[len(c.Args)-1])
			return nil
		},
		Listening: func(string) bool { return false },
	}
}

func TestEnsureInstallsWhatIsMissing(t *testing.T) {
	t.Parallel()
	var ran []string
	var out bytes.Buffer

	found, err := Ensure(t.Context(), bare(&ran), console.New(&out))

	require.NoError(t, err)
	require.NotEmpty(t, found.Version)
	require.Equal(t, []string{"-q", "mariadb-server"}, ran)
	require.Contains(t, out.String(), "installed with apt-get")
}

func TestEnsureStopsTheServerThatThePackageStarted(t *testing.T) {
	t.Parallel()
	var ran []string
	m := bare(&ran)
	m.Listening = func(string) bool { return len(ran) > 0 }

	_, err := Ensure(t.Context(), m, console.New(&bytes.Buffer{}))

	require.NoError(t, err)
	require.Equal(t, []string{"-q", "mariadb-server", "stop"}, ran)
}

func TestEnsureLeavesAServerThatWasThereBefore(t *testing.T) {
	t.Parallel()
	var ran []string
	m := bare(&ran)
	m.Listening = func(string) bool { return true }

	_, err := Ensure(t.Context(), m, console.New(&bytes.Buffer{}))

	require.NoError(t, err)
	require.NotContains(t, ran, "stop")
}

func TestEnsureSaysWhatToInstallWhereItCannot(t *testing.T) {
	t.Parallel()
	var ran []string
	m := bare(&ran)
	m.LookPath = func(string) (string, error) { return "", exec.ErrNotFound }

	_, err := Ensure(t.Context(), m, console.New(&bytes.Buffer{}))

	require.ErrorIs(t, err, ErrNotInstalled)
	require.ErrorIs(t, err, machine.ErrCannotInstall)
	for _, remedy := range []string{"apt-get install mariadb-server", "dnf install", "brew install", "docker compose up"} {
		require.ErrorContains(t, err, remedy)
	}
	require.Empty(t, ran)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)": "MariaDB 10.11.19",
		"/usr/sbin/mysqld  Ver 8.0.40-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))":        "MySQL 8.0.40",
		"/opt/homebrew/opt/mysql/bin/mysqld  Ver 9.1.0 for macos15.1 on arm64 (Homebrew)":     "MySQL 9.1.0",
		"/usr/libexec/mariadbd  Ver 11.4.2-MariaDB for Linux on x86_64 (MariaDB Server)":      "MariaDB 11.4.2",
	} {
		var found Installation
		found.describe(text)
		require.Equal(t, want, found.String())
	}
}

func TestMySQLInitialisesItself(t *testing.T) {
	t.Parallel()
	c := initCommand(Installation{Name: "MySQL", Server: "/usr/sbin/mysqld"}, "/d")

	require.Equal(t, "/usr/sbin/mysqld", c.Path)
	require.Equal(t, []string{"--no-defaults", "--initialize-insecure", "--datadir=/d"}, c.Args[:3])
}
