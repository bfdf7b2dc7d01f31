package mariadb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloudsync/dev/process"
)

// initialise makes the data directory. It gets its name only when it is whole,
// so that an interrupted start leaves nothing that a later one trips over.
func initialise(ctx context.Context, o Options) error {
	_, err := os.Stat(dataDir(o))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	unfinished := dataDir(o) + ".new"
	err = errors.Join(os.RemoveAll(unfinished), os.MkdirAll(unfinished, 0o700), os.MkdirAll(tempDir(o), 0o700))
	if err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	init := initCommand(o.Installation, unfinished)
	init.Env = environment(o)
	if err := init.Run(ctx); err != nil {
		return fmt.Errorf("initialise the data directory of %s: %w", o.Installation, err)
	}
	return os.Rename(unfinished, dataDir(o))
}

func dataDir(o Options) string { return filepath.Join(o.Dir, "data") }

func tempDir(o Options) string { return filepath.Join(o.Dir, "tmp") }

// environment gives the server a folder of its own for temporary tables: at its
// start it deletes those that it finds, whichever server they belong to.
func environment(o Options) []string {
	return append(os.Environ(), "TMPDIR="+tempDir(o))
}

func initCommand(i Installation, dir string) process.Command {
	if !i.IsMariaDB() {
		path, args := i.command(append([]string{"--initialize-insecure", "--datadir=" + dir, anyFile}, asUser()...)...)
		return process.Command{Path: path, Args: args}
	}
	// --rpm keeps the script from changing the owner of a system-wide plug-in's
	// folder, --force from looking the host's name up.
	args := append([]string{
		"--no-defaults", "--datadir=" + dir, "--auth-root-authentication-method=normal",
		"--skip-test-db", "--rpm", "--force",
	}, asUser()...)
	return process.Command{Path: i.InstallDB, Args: args}
}

// anyFile lets the server read and write any file, as MariaDB does by default. MySQL
// has a folder for that which exists only where it is installed.
const anyFile = "--secure-file-priv="

// serverArgs trade durability in a power cut for speed; a crash of the server
// alone loses nothing. The loose- options are for one of the two servers only.
func serverArgs(o Options) []string {
	args := []string{
		"--datadir=" + dataDir(o),
		fmt.Sprintf("--port=%d", o.Port), "--bind-address=127.0.0.1",
		// Relative to the data directory: a socket's path may have 107 bytes only.
		"--socket=server.sock", "--pid-file=server.pid",
		"--character-set-server=utf8mb4", anyFile,
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=256M",
		"--max-connections=500", // a dozen tests at once have pools, and processes with pools
		"--skip-log-bin", "--loose-performance-schema=OFF", "--loose-mysqlx=OFF",
	}
	return append(append(args, asUser()...), o.ExtraArgs...)
}

// asUser lets the server run as root, which it refuses unless told to.
func asUser() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}
