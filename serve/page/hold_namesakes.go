package page

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

// namesake is a row of the name of a held one that appeared later in the same place: what a fleet
// was replaced by often has its names.
type namesake struct{ ID, Path string }

// nameLabel is the label of a row's name.
const nameLabel = "name"

// namesakesOf finds the namesakes of rows of a held set, by the names.
func (p *Page) namesakesOf(ctx context.Context, kind *resource.Kind, hold store.HeldScope, held map[resource.UID]resource.Row) (map[string][]inventory.Found, error) {
	schema, names := query.SchemaOf(kind), map[string]bool{}
	for _, row := range held {
		if name := labelText(schema, row, nameLabel); name != "" {
			names[name] = true
		}
	}
	found := map[string][]inventory.Found{}
	for _, some := range chunksOf(slices.Sorted(maps.Keys(names))) {
		asked, err := withOneOf([]*resource.Kind{kind}, nameLabel, some, hold.Scope.Provider, hold.Scope.Account)
		if err != nil {
			return nil, fmt.Errorf("look for namesakes of held rows: %w", err)
		}
		asked = asked.And("region", hold.Scope.Region)
		rows, err := p.Inventory.Find(ctx, inventory.Find{Scope: inventory.Scope{Kinds: []*resource.Kind{kind}, Query: asked}, Limit: inventory.MaxLimit})
		if err != nil {
			return nil, fmt.Errorf("look for namesakes of held rows: %w", err)
		}
		for _, row := range rows.Rows {
			if _, isHeld := held[row.Row.RowMeta().UID]; !isHeld {
				name := labelText(schema, row.Row, nameLabel)
				found[name] = append(found[name], row)
			}
		}
	}
	return found, nil
}

// laterOf is the first of the rows that appeared after the held one; nil: none did.
func laterOf(kind *resource.Kind, held *heldRow, rows []inventory.Found) *namesake {
	for _, row := range rows {
		if meta := row.Row.RowMeta(); meta.CreatedAt.After(held.First) {
			return &namesake{ID: meta.NativeID, Path: resourcePath(kind.Name(), meta.UID)}
		}
	}
	return nil
}
