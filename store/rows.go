package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// OneOf narrows rows down to those whose column has one of some texts. MySQL pads texts with
// spaces when it compares them, so that rows may come which have others.
type OneOf struct {
	Column string
	Texts  []string
}

// Rows shows the rows that the inventory has of a kind, by uid. All is read in one snapshot of
// the database, page by page: see AsOf. A row that emit is given is valid until it returns.
func (s *Store) Rows(ctx context.Context, kind *resource.Kind, narrow []OneOf, emit func(resource.Row) error) error {
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	err := s.db.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error {
		rows := presentRows(tx, kind, narrow...)
		for {
			row, err := rows.head(ctx)
			if row == nil || err != nil {
				return err
			}
			if err := emit(*row); err != nil {
				return err
			}
			rows.drop()
		}
	})
	if err != nil {
		return fmt.Errorf("read the rows of %s: %w", kind.Name(), err)
	}
	return nil
}
