package page

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

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
	naming := relationsTo(kind)
	if len(ids) == 0 || len(naming) == 0 {
		return found, nil
	}
	answers := make([]inventory.Counts, len(naming))
	asking, ctx := errgroup.WithContext(ctx)
	for i, relation := range naming {
		asking.Go(func() (err error) {
			answers[i], err = p.countReferring(ctx, relation, scope, slices.Sorted(maps.Keys(ids)))
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

func (p *Page) countReferring(ctx context.Context, naming relation, scope resource.Scope, ids []string) (inventory.Counts, error) {
	kinds := p.kindsNaming(naming)
	if len(kinds) == 0 {
		return inventory.Counts{}, nil
	}
	asked, err := withOneOf(kinds, naming.Label, ids, scope.Provider, scope.Account)
	if err != nil {
		return inventory.Counts{}, nil // ids of great length: who refers to them is not worth an error
	}
	return p.Inventory.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: kinds, Query: asked}, By: []string{naming.Label, query.KindLabel}})
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
