package page

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// referrers are the labels by which rows of other kinds name a row of a kind.
var referrers = map[string][]string{
	"resource_host":           {"host_native_id", "attached_id"},
	"resource_disk":           {"disk_native_id"},
	"resource_vpc":            {"vpc_id"},
	"resource_subnet":         {"subnet_id", "subnet_ids"},
	"resource_security_group": {"security_group_ids"},
	"resource_image":          {"image_id"},
	"resource_nat_gateway":    {"attached_id"},
	"resource_load_balancer":  {"attached_id"},
}

// references are how many rows of each kind refer to a row, by its native id.
type references map[string]map[string]int64

// referring is how many rows of a kind refer to rows of a set.
type referring struct {
	Kind string
	Rows int64
}

// whoRefers counts who refers to rows of a scope, within their account.
func (p *Page) whoRefers(ctx context.Context, kind *resource.Kind, scope resource.Scope, ids map[string]bool) (references, error) {
	found := references{}
	labels := referrers[kind.Name()]
	if len(ids) == 0 || len(labels) == 0 {
		return found, nil
	}
	answers := make([]inventory.Counts, len(labels))
	asking, ctx := errgroup.WithContext(ctx)
	for i, label := range labels {
		asking.Go(func() (err error) {
			answers[i], err = p.countReferring(ctx, label, scope, ids)
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, fmt.Errorf("count who refers to rows of %s: %w", kind.Name(), err)
	}
	for _, counts := range answers {
		for _, group := range counts.Groups {
			id, of := group.Values[0], group.Values[1]
			if !ids[id] {
				continue
			}
			if found[id] == nil {
				found[id] = map[string]int64{}
			}
			found[id][of] += group.Rows
		}
	}
	return found, nil
}

func (p *Page) countReferring(ctx context.Context, label string, scope resource.Scope, ids map[string]bool) (inventory.Counts, error) {
	var kinds []*resource.Kind
	var schemas []*query.Schema
	for _, kind := range p.kinds {
		if schema := query.SchemaOf(kind); schema.Has(label) {
			kinds, schemas = append(kinds, kind), append(schemas, schema)
		}
	}
	if len(kinds) == 0 {
		return inventory.Counts{}, nil
	}
	quoted := make([]string, 0, len(ids))
	for id := range ids {
		quoted = append(quoted, regexp.QuoteMeta(id))
	}
	slices.Sort(quoted)
	asked, err := query.Parse(fmt.Sprintf("{%s=~%q}", label, strings.Join(quoted, "|")), schemas)
	if err != nil {
		return inventory.Counts{}, nil // ids of great length: who refers to them is not worth an error
	}
	asked = asked.And("provider", scope.Provider).And("account", scope.Account)
	return p.Inventory.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: kinds, Query: asked}, By: []string{label, query.KindLabel}})
}

// of says in words who refers to a row; empty: nobody.
func (r references) of(id string) string {
	var words []string
	for kind, rows := range r[id] {
		words = append(words, grouped(rows)+" "+kindName(kind))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// totals are how many rows of each kind refer to any of the rows.
func totals(r references) (all []referring) {
	sums := map[string]int64{}
	for _, kinds := range r {
		for kind, rows := range kinds {
			sums[kind] += rows
		}
	}
	for kind, rows := range sums {
		all = append(all, referring{kind, rows})
	}
	slices.SortFunc(all, func(a, b referring) int { return strings.Compare(a.Kind, b.Kind) })
	return all
}
