package cli

import (
	"context"

	"cloudsync/inventory"
	"cloudsync/store"
)

// withReader asks somebody who can answer questions about the inventory: the tables
// themselves.
func (p *Program) withReader(ctx context.Context, do func(inventory.Reader) error) error {
	return p.withStore(ctx, func(s *store.Store) error { return do(inventory.FromTables(s)) })
}
