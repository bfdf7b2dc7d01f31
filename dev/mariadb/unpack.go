package mariadb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
)

// ErrNoMySQL says what a real MySQL takes.
var ErrNoMySQL = errors.New("no MySQL server can be had here: it is unpacked from Debian's archive, which takes a Debian with apt-get; " +
	"name another one's program with " + Variable + "=/path/of/mysqld")

// Unpack finds the real MySQL that is kept in the checkout, and unpacks one if there
// is none: the newest of Debian's archive, with all libraries down to the loader, so
// that nothing of this machine's own is touched. It is about 60 MB to fetch.
func Unpack(ctx context.Context, l layout.Layout, m machine.Machine, c *console.Console) (Installation, error) {
	// Two at once would have the same to fetch.
	lock, err := l.WaitLock(ctx, "unpack-mysql")
	if err != nil {
		return Installation{}, err
	}
	defer lock.Unlock() //nolint:errcheck // closing gives it back in any case

	found, err := Unpacked(ctx, l, m)
	if !errors.Is(err, ErrNotUnpacked) {
		return found, err
	}
	step := c.Step("MySQL")
	err = unpack(ctx, l, m, func(line string) { step.Detail("%s", line) })
	if err := step.End(err, "unpacked to .dev/mysqld"); err != nil {
		return Installation{}, err
	}
	return Unpacked(ctx, l, m)
}

// ErrNotUnpacked says that Unpack was not called.
var ErrNotUnpacked = errors.New("MySQL is not unpacked in this checkout: run make setup")

// Unpacked is the MySQL that Unpack left in the checkout.
func Unpacked(ctx context.Context, l layout.Layout, m machine.Machine) (Installation, error) {
	root := mysqlDir(l)
	_, err := os.Stat(root)
	if errors.Is(err, fs.ErrNotExist) {
		return Installation{}, ErrNotUnpacked
	}
	loader, err := theOnly(root, "usr/lib/*-linux-gnu*/ld-linux-*.so.*")
	if err != nil {
		return Installation{}, err
	}
	return identify(ctx, m, Installation{
		Server: filepath.Join(root, "usr", "sbin", "mysqld"),
		Loader: []string{loader, "--library-path", filepath.Dir(loader)},
		Base:   filepath.Join(root, "usr"), Choice: MySQL,
	})
}

func mysqlDir(l layout.Layout) string { return l.Path("mysqld") }

func theOnly(root, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("%d files are %s: remove %s, and run make setup", len(found), pattern, root)
	}
	if err != nil {
		return "", fmt.Errorf("find the loader of the unpacked MySQL: %w", err)
	}
	return found[0], nil
}

// unpack gives the folder its name only when it is whole.
func unpack(ctx context.Context, l layout.Layout, m machine.Machine, onLine func(string)) error {
	root := mysqlDir(l)
	unfinished, work := root+".new", root+".apt"
	if err := errors.Join(os.RemoveAll(unfinished), os.RemoveAll(work)); err != nil {
		return fmt.Errorf("make room for MySQL: %w", err)
	}
	err := errors.Join(m.AptUnpack(ctx, machine.Unstable, unfinished, work, onLine, "mysql-server-core"), os.RemoveAll(work))
	if errors.Is(err, machine.ErrCannotUnpack) {
		return fmt.Errorf("%w (%w)", ErrNoMySQL, err)
	}
	if err != nil {
		return fmt.Errorf("unpack MySQL: %w", err)
	}
	return os.Rename(unfinished, root)
}
