package page

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cloudsync/human"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// relation says that rows of a kind name rows of other kinds, by their native ids, in a label.
type relation struct {
	From  string   // the kind that has the label; empty: each that has it
	Label string   // with one native id, or several
	To    []string // kinds that it may name
}

// relations between kinds, as package resource defines the columns.
var relations = []relation{
	{Label: "host_native_id", To: []string{"resource_host"}},
	{Label: "disk_native_id", To: []string{"resource_disk"}},
	{Label: "vpc_id", To: []string{"resource_vpc"}},
	{Label: "subnet_id", To: []string{"resource_subnet"}},
	{Label: "subnet_ids", To: []string{"resource_subnet"}},
	{Label: "security_group_ids", To: []string{"resource_security_group"}},
	{Label: "image_id", To: []string{"resource_image"}},
	{From: "resource_public_ip", Label: "attached_id", To: []string{"resource_host", "resource_load_balancer", "resource_nat_gateway"}},
}

// related are rows that belong to a row, or that it belongs to.
type related struct {
	Title       string
	IsReference bool // the row names them: that there are none is worth to know
	IDs         []string
	Rows        []relatedRow
	Total       int64
	All         string // path of the inventory of all

	kinds []*resource.Kind
	query query.Query
}

// relatedRow is one of them.
type relatedRow struct {
	Kind, Path, Name, ID, Status string
	Rules                        []string // of a security group
}

// maxRelated is how many rows of each sort are shown.
const maxRelated = 20

// relations are what is to be asked for a row: what it names, and who names it.
func (p *Page) relations(kind *resource.Kind, row resource.Row) (asked []related) {
	schema, meta := query.SchemaOf(kind), row.RowMeta()
	for _, relation := range relations {
		if relation.isOf(kind) {
			if ids := query.Values(schema, row, relation.Label); len(ids) > 0 {
				asked = p.addRelated(asked, related{Title: words(relation.Label), IsReference: true, IDs: ids}, relation.To, "native_id", meta)
			}
		}
	}
	for _, relation := range relationsTo(kind) {
		for _, other := range p.kindsNaming(relation) {
			one := related{Title: human.Kind(other.Name()) + " rows that name it", IDs: []string{meta.NativeID}}
			asked = p.addRelated(asked, one, []string{other.Name()}, relation.Label, meta)
		}
	}
	return asked
}

// relationsTo are those by which rows name rows of a kind.
func relationsTo(kind *resource.Kind) (naming []relation) {
	for _, relation := range relations {
		if slices.Contains(relation.To, kind.Name()) {
			naming = append(naming, relation)
		}
	}
	return naming
}

// isOf says whether rows of a kind name others so.
func (r relation) isOf(kind *resource.Kind) bool {
	return (r.From == "" || r.From == kind.Name()) && query.SchemaOf(kind).Has(r.Label)
}

// kindsNaming are the kinds whose rows name others so.
func (p *Page) kindsNaming(r relation) []*resource.Kind {
	return slices.DeleteFunc(slices.Clone(p.kinds), func(kind *resource.Kind) bool { return !r.isOf(kind) })
}

// withOneOf means the rows of kinds that have one of some ids in a label, in an account: others
// may have the same ids. It fails for ids of great length.
func withOneOf(kinds []*resource.Kind, label string, ids []string, provider, account string) (asked query.Query, err error) {
	if len(ids) == 1 {
		asked = asked.And(label, ids[0])
	} else {
		quoted := make([]string, len(ids))
		for i, id := range ids {
			quoted[i] = regexp.QuoteMeta(id)
		}
		asked, err = query.Parse(fmt.Sprintf("{%s=~%q}", label, strings.Join(quoted, "|")), schemasOf(kinds))
	}
	return asked.And("provider", provider).And("account", account), err
}

// addRelated adds a question for rows of kinds that have one of the ids in a label, in the
// account of a row.
func (p *Page) addRelated(asked []related, one related, kinds []string, label string, of *resource.Meta) []related {
	for _, name := range kinds {
		if kind, err := p.Kinds.Kind(name); err == nil { // one of the relations
			one.kinds = append(one.kinds, kind)
		}
	}
	narrowed, err := withOneOf(one.kinds, label, one.IDs, of.Provider, of.Account)
	if err != nil || len(one.kinds) == 0 {
		return asked // ids of great length: they stand among the facts
	}
	one.query = narrowed
	one.All = inventoryOf(one.kinds[0], narrowed)
	return append(asked, one)
}

func (p *Page) ask(ctx context.Context, one *related) error {
	found, err := p.Inventory.Find(ctx, inventory.Find{Scope: inventory.Scope{Kinds: one.kinds, Query: one.query}, Limit: maxRelated})
	if err != nil {
		return fmt.Errorf("ask for %s: %w", one.Title, err)
	}
	one.Total = found.Total
	for _, row := range found.Rows {
		schema := query.SchemaOf(row.Kind)
		shown := relatedRow{
			Kind: row.Kind.Name(), Path: resourcePath(row.Kind.Name(), row.Row.RowMeta().UID),
			ID: row.Row.RowMeta().NativeID, Name: labelText(schema, row.Row, "name"), Status: labelText(schema, row.Row, "status"),
		}
		if schema.Has("rules") {
			shown.Rules = query.Values(schema, row.Row, "rules")
		}
		one.Rows = append(one.Rows, shown)
	}
	return nil
}
