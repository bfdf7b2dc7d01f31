package mariadb

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
)

func TestUnpackSaysWhatElseCanBeDone(t *testing.T) {
	t.Parallel()
	var ran []string
	m := bare(&ran)
	m.LookPath = func(string) (string, error) { return "", exec.ErrNotFound }
	l := layout.Layout{Root: t.TempDir()}

	_, err := Unpack(t.Context(), l, m, console.New(&bytes.Buffer{}))

	require.ErrorIs(t, err, ErrNoMySQL)
	require.ErrorContains(t, err, Variable+"=/path/of/mysqld")
	require.NoDirExists(t, mysqlDir(l))
}

// Not parallel: a program that another test starts meanwhile would inherit the file that
// is written here, which cannot be executed as long.
func TestUnpackedIsThereOrNot(t *testing.T) {
	l := layout.Layout{Root: t.TempDir()}
	_, err := Unpacked(t.Context(), l, machine.Local())
	require.ErrorIs(t, err, ErrNotUnpacked)

	lib, bin := filepath.Join(mysqlDir(l), "usr", "lib", "x86_64-linux-gnu"), filepath.Join(mysqlDir(l), "usr", "sbin")
	require.NoError(t, os.MkdirAll(lib, 0o755))
	require.NoError(t, os.MkdirAll(bin, 0o755))
	loader := filepath.Join(lib, "ld-linux-x86-64.so.2")
	require.NoError(t, os.WriteFile(loader, []byte("#!/bin/sh\necho \"$3  Ver 9.1.0 for Linux\"\n"), 0o755))

	found, err := Unpacked(t.Context(), l, machine.Local())

	require.NoError(t, err)
	require.Equal(t, "MySQL 9.1.0", found.String())
	path, args := found.command("--port=1")
	require.Equal(t, loader, path)
	require.Equal(t, []string{"--library-path", lib, filepath.Join(bin, "mysqld"), "--no-defaults", "--port=1"}, args[:5])
}

func TestChosenByPath(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mysqld-of-mine")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho 'mysqld  Ver 8.4.3 for Linux'\n"), 0o755))
	t.Setenv(Variable, program)

	found, err := Chosen(t.Context(), machine.Local())

	require.NoError(t, err)
	require.Equal(t, Installation{Server: program, Name: "MySQL", Version: "8.4.3", Choice: program}, found)
	t.Setenv(Variable, "mysqld-of-nobody")
	_, err = Chosen(t.Context(), machine.Local())
	require.ErrorContains(t, err, `CLOUDSYNC_MYSQLD=mysqld-of-nobody is neither mariadb nor mysql nor a server's program`)
}
