// Package machine knows what this machine has, and installs what is missing
// where a package manager and the rights to use it are at hand.
package machine

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"cloudsync/dev/process"
)

// ErrCannotInstall says that there is no apt-get, or no right to use it.
var ErrCannotInstall = errors.New("nothing can be installed from here: that takes apt-get and root, or sudo without a password")

// Machine is what the local stack asks of the computer it runs on. Tests put
// functions of their own in place.
type Machine struct {
	// LookPath finds a program by name.
	LookPath func(name string) (string, error)
	// Run runs a command to its end.
	Run func(ctx context.Context, c process.Command) error
	// Root tells whether this process may do anything.
	Root bool
	// Listening tells whether something answers at a TCP address.
	Listening func(address string) bool
	// Systemd tells whether systemd manages services here.
	Systemd bool
}

// serverDirs are where packages put servers that a user's PATH often lacks.
var serverDirs = []string{
	"/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin",
	"/usr/local/mysql/bin", "/usr/local/mysql/scripts", "/usr/local/libexec",
	"/opt/homebrew/opt/mariadb/bin", "/opt/homebrew/opt/mysql/bin",
	"/usr/local/opt/mariadb/bin", "/usr/local/opt/mysql/bin",
}

// Browsers are the programs of Chromium's family, by what systems call them.
var Browsers = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Local is this machine.
func Local() Machine {
	_, err := os.Stat("/run/systemd/system")
	return Machine{
		LookPath:  lookPath,
		Run:       func(ctx context.Context, c process.Command) error { return c.Run(ctx) },
		Root:      os.Geteuid() == 0,
		Listening: listening,
		Systemd:   err == nil,
	}
}

func lookPath(name string) (string, error) {
	found, err := exec.LookPath(name)
	if err == nil {
		return filepath.Abs(found)
	}
	for _, dir := range serverDirs {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	return "", err
}

func listening(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// First returns the path of the first of the programs that is there, or nothing.
func (m Machine) First(names ...string) string {
	for _, name := range names {
		if path, err := m.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
