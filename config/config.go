// Package config reads the program's YAML configuration. What cannot work is
// refused with the line, what is wrong, and what to write instead; all problems
// of a file together, none of them showing a secret.
package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/go-sql-driver/mysql"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/retention"
)

// Config is the whole configuration, checked.
type Config struct {
	MySQL  MySQL
	Sync   Sync
	Serve  Serve
	Notify Notify
}

// MySQL is where the inventory is.
type MySQL struct {
	Name string // what the operator calls it
	// DSN is the data source name for go-sql-driver, with its password. It names a
	// database.
	DSN          string `json:"-"`
	MaxOpenConns int    // connections to the server at most
	// TLS is how to reach the server over TLS; nil leaves that to the DSN.
	TLS *tls.Config `json:"-"`
}

// String names the inventory without its password.
func (m MySQL) String() string {
	dsn, err := mysql.ParseDSN(m.DSN)
	if err != nil {
		return m.Name
	}
	return fmt.Sprintf("%s (%s@%s(%s)/%s)", m.Name, dsn.User, dsn.Net, dsn.Addr, dsn.DBName)
}

// GoString is String, so that no format shows the password.
func (m MySQL) GoString() string { return m.String() }

// ExplainMySQL says what to check where the inventory of the file could not be reached.
func ExplainMySQL(err error, path string) error {
	return fmt.Errorf("%w: check that the server runs, and mysql_s[0].addr in %s", err, path)
}

// Sync is what is synchronised, how often, and from where.
type Sync struct {
	Enable    bool // false: the schedules are paused
	TagKeys   resource.TagKeys
	Resources []Resource // in the order of the file
	Accounts  []Account  // in the order of the file
	Retention retention.Limits
}

// Resource returns the settings of a kind.
func (s Sync) Resource(kind string) (Resource, bool) {
	for _, r := range s.Resources {
		if r.Kind == kind {
			return r, true
		}
	}
	return Resource{}, false
}

// Resource is how a kind is synchronised.
type Resource struct {
	Kind              string
	Interval          time.Duration // from one run's start to the next, in whole seconds
	Policy            diff.Policy
	MaxParallelScopes int // scopes that one run works on at the same time
}

// Account is an account at a provider.
type Account struct {
	Provider string
	Name     string
	// Regions are those to list; none where the configuration says "all": then the
	// provider is asked for them.
	Regions []string
	// RequestsPerSecond is how many requests a worker makes in each region; 0: the
	// provider's default, and at the mock as many as it can.
	RequestsPerSecond float64
	// AccountID, Endpoint and Credential are those of an account at a real cloud: see
	// cloud.Settings.
	AccountID  string
	Endpoint   string
	Credential cloud.Credential
	// Policies are the kinds whose deletions the account treats in its own way.
	Policies []KindPolicy
	// Discover is which accounts of its organisation it finds; nil: none.
	Discover *cloud.Discover
	Mock     mock.Settings // where Provider is "mock"
}

// Settings are the account's at a real cloud.
func (a Account) Settings() cloud.Settings {
	return cloud.Settings{
		Provider: a.Provider, Name: a.Name, AccountID: a.AccountID, Regions: a.Regions,
		Endpoint: a.Endpoint, Credential: a.Credential, RequestsPerSecond: a.RequestsPerSecond,
		Discover: a.Discover,
	}
}

// KindPolicy is an account's own policy for a kind.
type KindPolicy struct {
	Kind   string
	Policy diff.Policy
}

// Load reads the file at path, with variables from the process's environment.
func Load(path string) (*Config, error) {
	if path == "" {
		return nil, errors.New("no configuration file: give its path with --config or CLOUDSYNC_CONFIG")
	}
	source, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: give the path of the configuration with --config or CLOUDSYNC_CONFIG", path, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, source, os.LookupEnv)
}

// maxFile bounds a configuration, in bytes: thousands of accounts are not as long. What is longer
// is another file, or has no end.
const maxFile = 4 << 20

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // whoever starts the program says which
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	source, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(source) > maxFile {
		err = fmt.Errorf("%s has more than %d MiB: give the path of the configuration", path, maxFile>>20)
	}
	return source, err
}

// Parse reads a configuration from its source. name is the file's name for
// errors; env gives a variable's value, and whether it is set. The error is an
// *Error.
func Parse(name string, source []byte, env func(string) (string, bool)) (*Config, error) {
	r := newReport(env)
	doc := document{}
	if root := parseTree(source, r); root != nil {
		decoder{report: r}.decode(root, &doc)
		doc.inherit(r)
		doc.check(r)
	}
	if len(r.problems) > 0 {
		return nil, r.err(name)
	}
	c := doc.config()
	if r.has(servePath) {
		c.Serve.origin = &origin{file: name, listen: c.Serve.Listen, lines: r.lines, unset: r.unset}
	}
	return c, nil
}
