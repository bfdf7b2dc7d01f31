package demo

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	free "cloudsync/dev/ports"
	"cloudsync/dev/temporalserver"
)

const database = "cloudsync"

// dsn is how the worker, the starter and the demo reach the inventory.
func (d *demo) dsn() string {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = "root", "tcp", free.Address(d.ports.MySQL), database
	return config.FormatDSN()
}

// serverURL is where the inventory's server answers.
func (d *demo) serverURL() string { return "http://" + free.Address(d.ports.Server) }

// variables are what worker and starter need to find everything.
func (d *demo) variables() []string {
	return []string{
		"CLOUDSYNC_CONFIG=" + d.Config,
		"CLOUDSYNC_MYSQL_ADDR=" + d.dsn(),
		"CLOUDSYNC_MOCK_TICK_FILE=" + d.Layout.Path("mock-tick"),
		"CLOUDSYNC_BUILD_ID=demo", // a demo that is built anew goes on with the runs of the one before
		"CLOUDSYNC_SERVER=" + d.serverURL(),
		"CLOUDSYNC_SERVER_CREDENTIAL=", // on loopback none is needed, and that for another server is not shown to it
		"CLOUDSYNC_TEMPORAL_UI=http://" + free.Address(d.ports.UI),
		"TEMPORAL_ADDRESS=" + free.Address(d.ports.Temporal),
		"TEMPORAL_NAMESPACE=" + temporalserver.Namespace,
		"TEMPORAL_CONFIG_FILE=" + d.Layout.Path("temporal.toml"),
	}
}

// environment is the one of worker and starter. A profile or a key for another
// Temporal, set in the person's shell, must not reach the demo's.
func (d *demo) environment() []string {
	others := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TEMPORAL_")
	})
	return append(others, d.variables()...)
}

// writeEnvironment makes the file that a shell sources to use the starter.
func (d *demo) writeEnvironment() error {
	lines := []string{"# Written by `make demo`, to be sourced by a shell."}
	for _, variable := range d.variables() {
		name, value, _ := strings.Cut(variable, "=")
		lines = append(lines, fmt.Sprintf("export %s=%s", name, quoted(value)))
	}
	lines = append(lines, fmt.Sprintf("export PATH=%s:\"$PATH\"\n", quoted(d.Layout.Path("bin"))))
	return errors.Join(
		os.WriteFile(d.Layout.Path("env"), []byte(strings.Join(lines, "\n")), 0o644),
		// Empty: the settings are in the variables, and no profile is wanted.
		os.WriteFile(d.Layout.Path("temporal.toml"), nil, 0o644),
	)
}

func quoted(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
