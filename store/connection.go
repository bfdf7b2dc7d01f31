package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// connector opens connections that keep their bulk inserts.
type connector struct{ driver.Connector }

// setIsolation is for all transactions that do not say otherwise. READ COMMITTED keeps
// gap locks away, over which parallel batches would deadlock.
const setIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(mysqlConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T lacks what the driver's had", opened), opened.Close())
	}
	if _, err := conn.ExecContext(ctx, setIsolation, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &connection{mysqlConn: conn, bulk: map[string]*bulkInsert{}}, nil
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
	bulk map[string]*bulkInsert
}
