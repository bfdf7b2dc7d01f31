package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// connector opens connections that keep what was prepared in them.
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(mysqlConn)
	if !ok {
		return nil, fmt.Errorf("a connection of type %T lacks what the driver's had", opened)
	}
	return &connection{mysqlConn: conn, prepared: map[string]driver.Stmt{}}, nil
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

// connection is one to the server, with the statements that bulk inserts prepared in
// it. They end with it.
type connection struct {
	mysqlConn
	prepared map[string]driver.Stmt // by their text
}

// execPrepared executes a statement, which is prepared when it is first met.
func (c *connection) execPrepared(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, ok := c.prepared[query]
	if !ok {
		var err error
		if statement, err = c.PrepareContext(ctx, query); err != nil {
			return nil, fmt.Errorf("prepare a bulk insert: %w", err)
		}
		c.prepared[query] = statement
	}
	return statement.(driver.StmtExecContext).ExecContext(ctx, args)
}
