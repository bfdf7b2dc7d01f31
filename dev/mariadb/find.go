package mariadb

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
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
	// InstallDB is the path of the script that makes a data directory; MySQL
	// has none, its server does that.
	InstallDB string
	// Name and Version are as people say them: "MariaDB", "10.11.19".
	Name    string
	Version string
}

// String is the name and version.
func (i Installation) String() string { return i.Name + " " + i.Version }

func (i Installation) isMariaDB() bool { return i.Name == "MariaDB" }

// Find looks for a server program. MariaDB comes first where both are there:
// distributions confine MySQL's server to the system's own data directory.
func Find(ctx context.Context, m machine.Machine) (Installation, error) {
	server := m.First("mariadbd", "mysqld")
	if server == "" {
		return Installation{}, ErrNotInstalled
	}
	version, err := exec.CommandContext(ctx, server, "--no-defaults", "--version").CombinedOutput()
	if err != nil {
		return Installation{}, fmt.Errorf("ask %s for its version: %w: %s", server, err, version)
	}
	found := describe(server, string(version))
	if found.isMariaDB() {
		found.InstallDB, err = installScript(m, server)
	}
	return found, err
}

var versionNumber = regexp.MustCompile(`Ver ([0-9]+(?:\.[0-9]+)+)`)

func describe(server, version string) Installation {
	found := Installation{Server: server, Name: "MySQL"}
	if strings.Contains(version, "MariaDB") {
		found.Name = "MariaDB"
	}
	if match := versionNumber.FindStringSubmatch(version); match != nil {
		found.Version = match[1]
	}
	return found
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
