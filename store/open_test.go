package store_test

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

const password = "s3cret-word"

// freeAddr is an address at which nothing listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// silentAddr is an address that takes connections and says nothing.
func silentAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l.Addr().String()
}

func TestOpenWithoutAServer(t *testing.T) {
	t.Parallel()
	for name, addr := range map[string]string{"nothing listens": freeAddr(t), "nothing answers": silentAddr(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := store.Open(t.Context(), "root:"+password+"@tcp("+addr+")/cloudsync", store.Options{ConnectTimeout: 300 * time.Millisecond})
			require.ErrorContains(t, err, "connect to MySQL at "+addr+": no connection within 300ms: ")
			require.NotContains(t, err.Error(), password)
			require.Less(t, time.Since(began), 30*time.Second)
		})
	}
}

func TestOpenIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := store.Open(ctx, "root@tcp("+freeAddr(t)+")/cloudsync", store.Options{ConnectTimeout: time.Hour})
	require.ErrorIs(t, err, context.Canceled)
}

func TestOpenRefusedByTheServer(t *testing.T) {
	t.Parallel()
	server := os.Getenv(storetest.ServerVariable)
	if server == "" {
		t.Skipf("needs a MySQL server: run `make test`, or set %s", storetest.ServerVariable)
	}
	for name, change := range map[string]func(cfg *mysql.Config){
		"wrong password": func(cfg *mysql.Config) { cfg.User, cfg.Passwd = "cloudsync_nobody", password },
		"no database":    func(cfg *mysql.Config) { cfg.DBName = "cloudsync_test_missing" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := mysql.ParseDSN(server)
			require.NoError(t, err)
			change(cfg)
			began := time.Now()
			_, err = store.Open(t.Context(), cfg.FormatDSN(), store.Options{ConnectTimeout: time.Hour})
			require.ErrorContains(t, err, "connect to MySQL at "+cfg.Addr+": Error 10")
			require.NotContains(t, err.Error(), password)
			require.Less(t, time.Since(began), time.Minute, "trying again would give the same")
		})
	}
}

func TestOpenRefusesABadAddress(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"nonsense", "root:" + password + "@tcp(127.0.0.1:3306", "root:" + password + "@127.0.0.1", "root:" + password + "@tcp(127.0.0.1:3306)",
		"root:" + password + "@tcp(127.0.0.1:3306)/db?timeout=" + password, "root:" + password + "@tcp(127.0.0.1:3306)/db?tls=nowhere",
		"root:" + password + "@tcp(127.0.0.1:3306)/db?loc=" + password, "root:" + password + "@tcp(127.0.0.1:3306)/%zz",
	} {
		_, err := store.Open(t.Context(), dsn, store.Options{ConnectTimeout: time.Millisecond})
		require.ErrorContains(t, err, "MySQL address", "%s", dsn)
		require.NotContains(t, err.Error(), password)
	}
}

// Whatever the server's defaults and the address say: MySQL refuses a value that
// does not fit, and times are UTC.
func TestOpenHardensTheSession(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t) + "?sql_mode=''&time_zone=%27%2B08:00%27&parseTime=false&loc=Asia%2FShanghai&collation=latin1_swedish_ci"
	s := storetest.OpenDSN(t, dsn)
	_, err := s.Migrate(t.Context())
	require.NoError(t, err)
	at := time.Date(2025, 1, 2, 11, 4, 5, 0, time.FixedZone("CST", 8*3600))
	_, err = s.BeginRun(t.Context(), store.Run{RunID: "r", WorkflowID: "数", Kind: "resource_host", StartedAt: at})
	require.NoError(t, err)
	runs, err := s.Runs(t.Context(), "", 1)
	require.NoError(t, err)
	require.Equal(t, at.UTC(), runs[0].StartedAt)
	require.Equal(t, "数", runs[0].WorkflowID)
	require.NoError(t, s.Ping(t.Context()))
}
