package mariadb

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cloudsync/dev/machine"
)

const notInstalled = `no MariaDB or MySQL server was found (mariadbd or mysqld, on the PATH and in the usual places).
Install one, then try again:
  Debian, Ubuntu:  sudo apt-get install mariadb-server
  Fedora:          sudo dnf install mariadb-server
  macOS:           brew install mariadb
or run the stack in containers instead:  docker compose up`

// ErrNotInstalled says what to install, on each system that people use.
var ErrNotInstalled = errors.New(notInstalled)

// Installation is a server program of this machine.
type Installation struct {
	// Server is the path of mariadbd or mysqld.
	Server string
	// Loader starts a server that brought its libraries along: a program and its
	// arguments before the server's path. It is empty for one that is installed.
	Loader []string
	// Base is the folder of such a server's messages and character sets.
	Base string
	// InstallDB is the path of the script that makes a data directory; MySQL
	// has none, its server does that.
	InstallDB string
	// Name and Version are as people say them: "MariaDB", "10.11.19".
	Name    string
	Version string
	// Choice is what Variable has to be for this one.
	Choice string
}

// String is the name and version.
func (i Installation) String() string { return i.Name + " " + i.Version }

// IsMariaDB tells MariaDB from MySQL.
func (i Installation) IsMariaDB() bool { return i.Name == "MariaDB" }

// command is the server's program with some arguments. --no-defaults has to be the
// first of them.
func (i Installation) command(args ...string) (path string, all []string) {
	all = append([]string{"--no-defaults"}, args...)
	if i.Base != "" {
		all = append(all, "--basedir="+i.Base, "--lc-messages-dir="+filepath.Join(i.Base, "share", "mysql"))
	}
	if len(i.Loader) == 0 {
		return i.Server, all
	}
	return i.Loader[0], slices.Concat(i.Loader[1:], []string{i.Server}, all)
}

// Find looks for a server program. MariaDB comes first where both are there:
// distributions confine MySQL's server to the system's own data directory.
func Find(ctx context.Context, m machine.Machine) (Installation, error) {
	server := m.First("mariadbd", "mysqld")
	if server == "" {
		return Installation{}, ErrNotInstalled
	}
	return identify(ctx, m, Installation{Server: server, Choice: MariaDB})
}

// At is the server program with that path or name.
func At(ctx context.Context, m machine.Machine, program string) (Installation, error) {
	server, err := m.LookPath(program)
	if err != nil {
		return Installation{}, fmt.Errorf("%s=%s is neither %s nor %s nor a server's program: %w", Variable, program, MariaDB, MySQL, err)
	}
	return identify(ctx, m, Installation{Server: server, Choice: server})
}

// identify asks the program what it is.
func identify(ctx context.Context, m machine.Machine, found Installation) (Installation, error) {
	path, args := found.command("--version")
	version, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		return Installation{}, fmt.Errorf("ask %s for its version: %w: %s", found.Server, err, version)
	}
	found.describe(string(version))
	if found.IsMariaDB() {
		found.InstallDB, err = installScript(m, found.Server)
	}
	return found, err
}

var versionNumber = regexp.MustCompile(`Ver ([0-9]+(?:\.[0-9]+)+)`)

func (i *Installation) describe(version string) {
	i.Name = "MySQL"
	if strings.Contains(version, "MariaDB") {
		i.Name = "MariaDB"
	}
	if match := versionNumber.FindStringSubmatch(version); match != nil {
		i.Version = match[1]
	}
}

// installScript prefers the one that came with the server.
func installScript(m machine.Machine, server string) (string, error) {
	dir := filepath.Dir(server)
	script := m.First(
		filepath.Join(dir, "mariadb-install-db"), filepath.Join(dir, "../bin/mariadb-install-db"),
		filepath.Join(dir, "../scripts/mariadb-install-db"), "mariadb-install-db", "mysql_install_db")
	if script == "" {
		return "", fmt.Errorf("%s is installed without mariadb-install-db: install the whole mariadb-server package", server)
	}
	return script, nil
}
