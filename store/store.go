// Package store keeps the inventory, its history and what is in flight in
// MySQL. An exported method is one transaction or one statement; the helpers
// beneath it are the SQL. Supported: MySQL 8.0+ and MariaDB 10.6+.
package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun"
	"golang.org/x/sync/semaphore"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	db        *bun.DB
	recording *semaphore.Weighted // of who writes the history
	config    *mysql.Config
	server    server
	now       func() time.Time
	serverNow func() time.Time // nil: ask it
}

// Options are the settings of Open.
type Options struct {
	// MaxOpenConns limits the connections; 0 means DefaultMaxOpenConns.
	MaxOpenConns int
	// ConnectTimeout is how long Open tries to reach the server; 0 means
	// DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// StatementLimit is how long the server works on a question, whether or not somebody
	// still waits for the answer; 0 means for ever. MySQL limits SELECTs alone, MariaDB
	// all statements.
	StatementLimit time.Duration
	// TLS is how to reach the server over TLS; nil leaves that to the dsn.
	TLS *tls.Config
	// Now is the clock of the timestamps written; nil means time.Now.
	Now func() time.Time
	// ServerNow is the clock of what a restore writes; nil means the server's. An
	// operator's machine may have a wrong one.
	ServerNow func() time.Time
}

// The defaults of Options.
const (
	DefaultMaxOpenConns   = 16
	DefaultConnectTimeout = 30 * time.Second
)

// A lost server must not hold an activity for ever; statements here are short,
// and a long result keeps arriving.
const (
	dialTimeout = 5 * time.Second
	ioTimeout   = 60 * time.Second
)

// Open connects to the database that dsn names, in the form of
// github.com/go-sql-driver/mysql, and waits for it within the limits of opts.
// The error says where the server was expected, without the password.
func Open(ctx context.Context, dsn string, opts Options) (*Store, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New("MySQL address: want user:password@tcp(host:port)/database")
	}
	if err := harden(cfg); err != nil {
		return nil, fmt.Errorf("MySQL address for %s: %w", cfg.Addr, err)
	}
	if opts.TLS != nil {
		cfg.TLS = opts.TLS.Clone()
	}
	opener, err := newConnector(cfg, opts.StatementLimit)
	if err != nil {
		return nil, fmt.Errorf("MySQL address for %s: %w", cfg.Addr, err)
	}
	pool := sql.OpenDB(opener)
	conns := cmp.Or(opts.MaxOpenConns, DefaultMaxOpenConns)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(time.Minute)
	if err := waitFor(ctx, pool, cfg.Addr, cmp.Or(opts.ConnectTimeout, DefaultConnectTimeout)); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	server, err := askServer(ctx, pool)
	if err == nil {
		err = server.checkPacket()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to MySQL at %s: %w", cfg.Addr, err), pool.Close())
	}
	s := &Store{db: bun.NewDB(pool, dialectOf(server)), server: server, config: cfg, now: opts.Now, serverNow: opts.ServerNow}
	s.recording = semaphore.NewWeighted(1)
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

// harden sets what the program relies on, whatever the server's defaults are:
// strict mode, so that MySQL refuses a value instead of cutting it short, and
// UTC on both sides.
func harden(cfg *mysql.Config) error {
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	cfg.Logger = driverLog{}
	cfg.MaxAllowedPacket = 0   // ask the server
	cfg.RejectReadOnly = false // a connection sees to that, and says so
	cfg.ColumnsWithAlias, cfg.ClientFoundRows, cfg.InterpolateParams, cfg.MultiStatements = false, false, false, false
	cfg.CheckConnLiveness = true
	cfg.Timeout = cmp.Or(cfg.Timeout, dialTimeout)
	cfg.ReadTimeout = cmp.Or(cfg.ReadTimeout, ioTimeout)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, ioTimeout)
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	// A DATETIME(6) has microseconds: of a time with more, MySQL would round them and
	// MariaDB cut them.
	return cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin"), mysql.TimeTruncate(time.Microsecond))
}

// driverLog takes what the driver says of broken connections: details of errors
// that are returned anyway.
type driverLog struct{}

func (driverLog) Print(v ...any) { slog.Debug("MySQL driver", "message", fmt.Sprint(v...)) }

func waitFor(ctx context.Context, pool *sql.DB, addr string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := pool.PingContext(ctx)
		if err == nil {
			return nil
		}
		if refusedForGood(err) {
			return fmt.Errorf("connect to MySQL at %s: %w", addr, err)
		}
		slog.WarnContext(ctx, "MySQL does not answer yet", "addr", addr, "error", err)
		select {
		case <-ctx.Done():
			return fmt.Errorf("connect to MySQL at %s: no connection within %s: %w", addr, limit, err)
		case <-time.After(pause):
		}
	}
}

// Close closes the connections.
func (s *Store) Close() error { return s.db.Close() }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return fmt.Errorf("ping MySQL: %w", err)
	}
	return nil
}

// inTx runs do in a transaction, and again when InnoDB chose it as the victim of
// a deadlock: it was rolled back then, and nothing else is wrong.
func (s *Store) inTx(ctx context.Context, do func(ctx context.Context, tx bun.Tx) error) error {
	return inTxOf(ctx, s.db, do)
}

// inConnTx is inTx that shows the connection, too. A connection that turns out to be
// lost is not replaced: the activity's next attempt takes another.
func (s *Store) inConnTx(ctx context.Context, do func(ctx context.Context, conn bun.Conn, tx bun.Tx) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // a connection that is lost is closed already
	return inTxOf(ctx, conn, func(ctx context.Context, tx bun.Tx) error { return do(ctx, conn, tx) })
}

// transactor is the pool, or one of its connections.
type transactor interface {
	RunInTx(ctx context.Context, opts *sql.TxOptions, do func(ctx context.Context, tx bun.Tx) error) error
}

func inTxOf(ctx context.Context, db transactor, do func(ctx context.Context, tx bun.Tx) error) error {
	const attempts = 4
	var err error
	for range attempts {
		if err = db.RunInTx(ctx, nil, do); !isDeadlock(err) {
			return err
		}
	}
	return err
}

// serverAt is at by the server's clock.
func (s *Store) serverAt(ctx context.Context, db bun.IDB) (at time.Time, err error) {
	if s.serverNow != nil {
		return s.serverNow().UTC().Truncate(time.Microsecond), nil
	}
	if err := db.NewRaw("SELECT UTC_TIMESTAMP(6)").Scan(ctx, &at); err != nil {
		return at, fmt.Errorf("ask the server for the time: %w", err)
	}
	return at, nil
}

// at is the present in the form that DATETIME(6) keeps.
func (s *Store) at() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
