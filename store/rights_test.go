package store_test

import (
	"crypto/rand"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

var documentedGrant = regexp.MustCompile(`(?m)^GRANT (.+) ON cloudsync\.\* TO cloudsync@'%';$`)

// The rights that the manual has an operator grant are enough to create the schema, and those of
// them that read and write rows, to work with it.
func TestTheDocumentedRightsAreEnough(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../docs/operations/install.md")
	require.NoError(t, err)
	grant := documentedGrant.FindStringSubmatch(string(manual))
	require.NotNil(t, grant)
	rows, schema, found := strings.Cut(grant[1], ", CREATE")
	require.True(t, found)

	dsn := storetest.NewDatabase(t)
	owner := openAs(t, dsn, rows+", CREATE"+schema)
	applied, err := owner.Migrate(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, applied)

	worker := openAs(t, dsn, rows)
	applied, err = worker.Migrate(t.Context())
	require.NoError(t, err)
	require.Empty(t, applied)
	_, err = worker.BeginRun(t.Context(), store.Run{RunID: "r", WorkflowID: "cloud-sync/resource_host", Kind: "resource_host", StartedAt: time.Now()})
	require.NoError(t, err)
}

// openAs opens the database as a new user with the rights on it, and on nothing else.
func openAs(t *testing.T, dsn, rights string) *store.Store {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	root := storetest.Connect(t, dsn)
	user, password := "u"+strings.ToLower(rand.Text()[:12]), rand.Text()
	for _, statement := range []string{
		"CREATE USER " + user + " IDENTIFIED BY '" + password + "'", "GRANT " + rights + " ON " + cfg.DBName + ".* TO " + user,
	} {
		_, err := root.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	cfg.User, cfg.Passwd = user, password
	return storetest.OpenDSN(t, cfg.FormatDSN())
}
