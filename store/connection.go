package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"
)

// connector opens connections that keep their bulk inserts, and say in words what the
// driver or the server does not.
type connector struct {
	driver.Connector
	config  *mysql.Config
	session []string // statements with which each connection begins
}

func newConnector(config *mysql.Config, limit time.Duration) (connector, error) {
	opener, err := mysql.NewConnector(config)
	session := []string{setIsolation}
	if limit > 0 {
		session = append(session, setLimit(limit))
	}
	return connector{Connector: opener, config: config, session: session}, err
}

// setLimit bounds how long the server works on a statement. MariaDB and MySQL have a variable
// each, and each skips what is written for the other.
func setLimit(limit time.Duration) string {
	return fmt.Sprintf("SET /*M! SESSION max_statement_time = %.3f */ /*!50708 SESSION max_execution_time = %d */", limit.Seconds(), limit.Milliseconds())
}

// setIsolation is for all transactions that do not say otherwise. READ COMMITTED keeps
// gap locks away, over which parallel batches would deadlock.
const setIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, explainRefusal(c.config, err)
	}
	conn, ok := opened.(mysqlConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T lacks what the driver's had", opened), opened.Close())
	}
	for _, statement := range c.session {
		if _, err := conn.ExecContext(ctx, statement, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("begin a session: %w", err), conn.Close())
		}
	}
	return &connection{mysqlConn: conn, server: c.config.Addr, bulk: map[string]*bulkInsert{}}, nil
}

// mysqlConn is all that database/sql asks of the driver's connections.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// connection is one to the server, with its bulk inserts by table. What they prepared
// in it ends with it.
type connection struct {
	mysqlConn
	server   string // its address
	readOnly bool   // the server refused to write
	bulk     map[string]*bulkInsert
}

// Close implements driver.Conn. It is no failure if the server has closed the
// connection already, for being idle.
func (c *connection) Close() error {
	_ = c.mysqlConn.Close()
	return nil
}

// IsValid implements driver.Validator. A connection to a server that does not write is
// not kept: after a failover, the next one may go to the server that does.
func (c *connection) IsValid() bool { return !c.readOnly && c.mysqlConn.IsValid() }

// judge says what a refusal to write means. The driver could do away with such a
// connection, too, but its error would be "bad connection".
func (c *connection) judge(err error) error {
	if !isReadOnly(err) {
		return err
	}
	c.readOnly = true
	return fmt.Errorf("the server at %s is read-only, such as a replica, or the old primary after a failover: %w", c.server, err)
}

// ExecContext implements driver.ExecerContext.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.mysqlConn.ExecContext(ctx, query, args)
	return result, c.judge(err)
}

// QueryContext implements driver.QueryerContext.
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.mysqlConn.QueryContext(ctx, query, args)
	return rows, c.judge(err)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *connection) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	prepared, err := c.mysqlConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.judge(err)
	}
	stmt, ok := prepared.(mysqlStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a statement of type %T lacks what the driver's had", prepared), prepared.Close())
	}
	return &statement{mysqlStmt: stmt, conn: c}, nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *connection) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.mysqlConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, c.judge(err)
	}
	return &transaction{Tx: tx, conn: c}, nil
}

// mysqlStmt is all that database/sql asks of the driver's prepared statements.
type mysqlStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// statement is one that is prepared in a connection.
type statement struct {
	mysqlStmt
	conn *connection
}

// ExecContext implements driver.StmtExecContext.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.mysqlStmt.ExecContext(ctx, args)
	return result, s.conn.judge(err)
}

// QueryContext implements driver.StmtQueryContext.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.mysqlStmt.QueryContext(ctx, args)
	return rows, s.conn.judge(err)
}

// transaction is one in a connection.
type transaction struct {
	driver.Tx
	conn *connection
}

// Commit implements driver.Tx. A server that became read-only meanwhile refuses it.
func (t *transaction) Commit() error { return t.conn.judge(t.Tx.Commit()) }
