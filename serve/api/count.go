package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// MaxGroups is how many groups a count shows at most.
const MaxGroups = 10_000

// CountBody is the answer to a count.
type CountBody struct {
	Total  int64            `json:"total" doc:"Rows that match."`
	Sums   map[string]int64 `json:"sums" doc:"What is added up, of all that match."`
	By     []string         `json:"by" doc:"The labels of each group's values."`
	Groups []GroupBody      `json:"groups" doc:"The largest first."`
	Others int              `json:"others" doc:"Groups that are left off."`
}

// GroupBody is rows that have the same values.
type GroupBody struct {
	Values []string         `json:"values" doc:"One for each label; empty: none."`
	Rows   int64            `json:"rows"`
	Sums   map[string]int64 `json:"sums"`
}

// Counted says what is counted.
type Counted struct {
	WhichKinds
	Which
	By    []string `query:"by" maxItems:"5" example:"[\"region\",\"instance_type\"]" doc:"Labels, with commas between them. A row with several values counts for each."`
	Sum   []string `query:"sum" maxItems:"10" example:"[\"vcpu\"]" doc:"Columns of numbers to add up, with commas between them."`
	Limit int      `query:"limit" default:"100" minimum:"1" maximum:"10000" doc:"Groups at most, the largest."`
}

func (a *API) registerCount() {
	huma.Register(a.huma, get("/count", "count", "rows", "Count rows",
		"How many rows match, by the values of labels, with sums of columns."), a.count)
}

func (a *API) count(ctx context.Context, in *Counted) (*tagged[CountBody], error) {
	kinds, err := a.kindsNamed(in.Kind)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(kinds, in.Which)
	if err != nil {
		return nil, err
	}
	for _, label := range in.By {
		if err := query.CheckLabel(label, a.schemas()); err != nil {
			return nil, wrong("query.by", err)
		}
	}
	if err := a.checkSums(in.Sum); err != nil {
		return nil, err
	}
	tag, err := a.tag(ctx, scope)
	if err != nil {
		return nil, err
	}
	counts, err := a.options.Inventory.Count(ctx, inventory.Count{Scope: scope, By: in.By, Sum: in.Sum, Limit: in.Limit})
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	body := CountBody{Total: counts.Total, Sums: sumsOf(in.Sum, counts.Sums), By: append([]string{}, in.By...), Groups: make([]GroupBody, len(counts.Groups)), Others: counts.Others}
	for i, group := range counts.Groups {
		body.Groups[i] = GroupBody{Values: group.Values, Rows: group.Rows, Sums: sumsOf(in.Sum, group.Sums)}
	}
	return &tagged[CountBody]{ETag: tag, Body: body}, nil
}

// checkSums refuses what cannot be added up.
func (a *API) checkSums(names []string) error {
	var numbers []string
	for _, kind := range a.kinds {
		for _, column := range kind.Described() {
			if column.Type == resource.IntColumn {
				numbers = append(numbers, column.Name)
			}
		}
	}
	slices.Sort(numbers)
	for _, name := range names {
		if !slices.Contains(numbers, name) {
			return wrong("query.sum", fmt.Errorf("%.64q is no column of numbers: those are %s", name, strings.Join(slices.Compact(numbers), ", ")))
		}
	}
	return nil
}

func sumsOf(names []string, sums []int64) map[string]int64 {
	named := make(map[string]int64, len(names))
	for i, name := range names {
		named[name] = sums[i]
	}
	return named
}
