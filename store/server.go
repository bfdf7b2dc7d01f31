package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun/dialect/mysqldialect"
)

// server is what the program asks of the server when it connects.
type server struct {
	version string // such as 10.11.6-MariaDB-log or 8.4.3
	// maxPacket is max_allowed_packet, in bytes: no statement, row or value can have more.
	maxPacket int
}

func askServer(ctx context.Context, pool *sql.DB) (s server, err error) {
	if err := pool.QueryRowContext(ctx, "SELECT VERSION(), @@max_allowed_packet").Scan(&s.version, &s.maxPacket); err != nil {
		return s, fmt.Errorf("ask the server for its version: %w", err)
	}
	return s, nil
}

// knowsRowAlias says whether the new row of an upsert can have a name: since MySQL
// 8.0.19, which calls the function VALUES deprecated, a warning for each column of each
// statement. MariaDB knows the function alone.
func (s server) knowsRowAlias() bool {
	if strings.Contains(s.version, "MariaDB") {
		return false
	}
	number, _, _ := strings.Cut(s.version, "-")
	parts := strings.SplitN(number, ".", 3)
	for i, least := range []int{8, 0, 19} {
		if i >= len(parts) {
			return false
		}
		part, err := strconv.Atoi(parts[i])
		if err != nil || part != least {
			return err == nil && part > least
		}
	}
	return true
}

// dialect is bun's for MySQL, with what this server has beyond it.
type dialect struct {
	*mysqldialect.Dialect
	rowAlias bool
}

func dialectOf(s server) *dialect {
	return &dialect{Dialect: mysqldialect.New(mysqldialect.WithTimeLocation("UTC")), rowAlias: s.knowsRowAlias()}
}
