package mariadb

import (
	"context"
	"os"

	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
)

// Variable names the environment variable that chooses the server: MariaDB, MySQL,
// or the path of a server's program.
const Variable = "CLOUDSYNC_MYSQLD"

// What Variable may be besides a path.
const (
	MariaDB = "mariadb" // the one that is installed, which is what no choice means
	MySQL   = "mysql"   // the one that Unpack keeps in the checkout
)

// Chosen is the server that Variable names, which must be there already.
func Chosen(ctx context.Context, m machine.Machine) (Installation, error) {
	switch choice := os.Getenv(Variable); choice {
	case "", MariaDB:
		return Find(ctx, m)
	case MySQL:
		l, err := layout.Find(".")
		if err != nil {
			return Installation{}, err
		}
		return Unpacked(ctx, l, m)
	default:
		return At(ctx, m, choice)
	}
}
