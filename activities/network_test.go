package activities_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// network is the way to the database. It breaks when a test says so: between any two
// statements, before the server has the second one or before it has answered.
type network struct {
	mu      sync.Mutex
	conns   map[*wire]bool
	planned *breakage
}

// breakage is how the network breaks.
type breakage struct {
	after   int  // statements from now on, connections being opened included
	arrives bool // the last of them does
	// kills says that the worker dies: it has no connection any more. Else it loses the one
	// of that statement.
	kills  bool
	struck chan struct{} // closed when it happens
}

func (b *breakage) happened() bool {
	select {
	case <-b.struck:
		return true
	default:
		return false
	}
}

// through is the address of the same database through the network.
func (n *network) through(t *testing.T, dsn string) string {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	n.conns = map[*wire]bool{}
	cfg.Net = "to-" + cfg.DBName
	mysql.RegisterDialContext(cfg.Net, n.dial)
	t.Cleanup(func() { mysql.DeregisterDialContext(cfg.Net) })
	return cfg.FormatDSN()
}

var errNoNetwork = errors.New("the network is broken")

func (n *network) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.planned != nil && n.planned.kills && n.planned.happened() {
		return nil, errors.Join(errNoNetwork, conn.Close())
	}
	w := &wire{Conn: conn, network: n}
	n.conns[w] = true
	return w, nil
}

// plan lets the network break so many statements from now on.
func (n *network) plan(b breakage) *breakage {
	n.mu.Lock()
	defer n.mu.Unlock()
	b.struck = make(chan struct{})
	n.planned = &b
	return n.planned
}

// mend ends what was planned.
func (n *network) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.planned = nil
}

func (n *network) current() *breakage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.planned
}

// count takes that a statement is sent; not nil: the network breaks with it.
func (n *network) count() *breakage {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.planned == nil || n.planned.happened() {
		return nil
	}
	if n.planned.after--; n.planned.after > 0 {
		return nil
	}
	return n.planned
}

// strike breaks the network under a statement.
func (n *network) strike(b *breakage, under *wire) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if b.happened() {
		return
	}
	close(b.struck)
	for w := range n.conns {
		if b.kills || w == under {
			_ = w.Conn.Close()
			delete(n.conns, w)
		}
	}
}

// wire is a connection.
type wire struct {
	net.Conn
	network *network
}

func (w *wire) Write(statement []byte) (written int, err error) {
	b := w.network.count()
	if b == nil {
		return w.Conn.Write(statement)
	}
	err = errNoNetwork
	if b.arrives {
		written, err = w.Conn.Write(statement)
	}
	w.network.strike(b, w)
	return written, err
}

func (w *wire) Close() error {
	w.network.mu.Lock()
	delete(w.network.conns, w)
	w.network.mu.Unlock()
	return w.Conn.Close()
}
