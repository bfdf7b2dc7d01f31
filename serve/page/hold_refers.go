package page

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

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

// referQuestions is how many questions for who refers to rows are asked at a time.
const referQuestions = 4

// whoRefers counts who refers to rows of a scope, within their account.
func (p *Page) whoRefers(ctx context.Context, kind *resource.Kind, scope resource.Scope, ids map[string]bool) (references, error) {
	naming := relationsTo(kind)
	var mu sync.Mutex
	found := references{}
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(referQuestions)
	for _, some := range chunksOf(slices.Sorted(maps.Keys(ids))) {
		for _, relation := range naming {
			asking.Go(func() error {
				counts, err := p.countReferring(ctx, relation, scope, some)
				mu.Lock()
				defer mu.Unlock()
				found.add(counts, ids)
				return err
			})
		}
	}
	if err := asking.Wait(); err != nil {
		return nil, fmt.Errorf("count who refers to rows of %s: %w", kind.Name(), err)
	}
	return found, nil
}

// chunksOf divides ids so that those of each chunk fit into one expression.
func chunksOf(ids []string) (chunks [][]string) {
	size := 0
	for _, id := range ids {
		length := len(regexp.QuoteMeta(id)) + 1
		if len(chunks) == 0 || size+length > query.MaxExpression {
			chunks, size = append(chunks, nil), 0
		}
		last := len(chunks) - 1
		chunks[last], size = append(chunks[last], id), size+length
	}
	return chunks
}

func (p *Page) countReferring(ctx context.Context, naming relation, scope resource.Scope, ids []string) (inventory.Counts, error) {
	kinds := p.kindsNaming(naming)
	if len(kinds) == 0 {
		return inventory.Counts{}, nil
	}
	asked, err := withOneOf(kinds, naming.Label, ids, scope.Provider, scope.Account)
	if err != nil {
		return inventory.Counts{}, err
	}
	return p.Inventory.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: kinds, Query: asked}, By: []string{naming.Label, query.KindLabel}})
}

// add adds up rows by the id that they name and their kind.
func (r references) add(counts inventory.Counts, ids map[string]bool) {
	for _, group := range counts.Groups {
		id, of := group.Values[0], group.Values[1]
		if !ids[id] {
			continue
		}
		if r[id] == nil {
			r[id] = map[string]int64{}
		}
		r[id][of] += group.Rows
	}
}

// of says in words who refers to a row; empty: nobody.
func (r references) of(id string) string {
	var words []string
	for kind, rows := range r[id] {
		words = append(words, kindsOf(rows, kind))
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
