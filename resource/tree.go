package resource

import (
	"reflect"
	"slices"
)

// treeFields are where a row of a kind has its tags and the service-tree columns.
type treeFields struct{ tags, group, product, app int }

// treeFieldsOf are those among the fields of a kind, nil if it has no service-tree columns.
func treeFieldsOf(fields []field) *treeFields {
	indexOf := func(column string) int {
		i := slices.IndexFunc(fields, func(f field) bool { return f.column == column })
		if i < 0 {
			return -1
		}
		return fields[i].index
	}
	tree := treeFields{tags: indexOf("tags"), group: indexOf("stree_group"), product: indexOf("stree_product"), app: indexOf("stree_app")}
	if min(tree.tags, tree.group, tree.product, tree.app) < 0 {
		return nil
	}
	return &tree
}

// PlaceInTree fills in the service-tree columns of a row from its tags, where the kind has
// them.
func (k *Kind) PlaceInTree(row Row, keys TagKeys) {
	if k.tree == nil {
		return
	}
	value := reflect.ValueOf(row).Elem()
	group, product, app := keys.place(*at[map[string]string](value.Field(k.tree.tags)))
	value.Field(k.tree.group).SetString(group)
	value.Field(k.tree.product).SetString(product)
	value.Field(k.tree.app).SetString(app)
}
