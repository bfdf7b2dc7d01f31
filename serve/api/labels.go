package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
	"cloudsync/query"
)

// LabelsBody is the labels that rows have.
type LabelsBody struct {
	Labels []string `json:"labels" doc:"In alphabetical order. Beside them, tag_KEY is the label of a tag."`
}

// ValuesBody is values of a label.
type ValuesBody struct {
	Values []ValueBody `json:"values" doc:"The most frequent first."`
	Others int         `json:"others" doc:"Values that are left off."`
}

// ValueBody is a value of a label.
type ValueBody struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows" doc:"That have it."`
}

// ValuesInput says which values are asked for.
type ValuesInput struct {
	Label string `path:"label" maxLength:"256" example:"region"`
	WhichKinds
	Which
	Prefix string `query:"prefix" maxLength:"1024" doc:"How the values begin."`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"Values at most."`
}

func (a *API) registerLabels() {
	huma.Register(a.huma, get("/labels", "labels", "rows", "The labels of kinds", "The labels that queries may ask for."),
		func(_ context.Context, in *WhichKinds) (*struct{ Body LabelsBody }, error) {
			kinds, err := a.kindsNamed(in.Kind)
			if err != nil {
				return nil, err
			}
			var labels []string
			for _, kind := range kinds {
				labels = append(labels, query.SchemaOf(kind).Labels()...)
			}
			slices.Sort(labels)
			return &struct{ Body LabelsBody }{LabelsBody{slices.Compact(labels)}}, nil
		})
	huma.Register(a.huma, get("/labels/{label}/values", "label-values", "rows", "The values of a label",
		"The values that rows have in a label, to complete what somebody types."), a.labelValues)
}

func (a *API) labelValues(ctx context.Context, in *ValuesInput) (*tagged[ValuesBody], error) {
	kinds, err := a.kindsNamed(in.Kind)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(kinds, in.Which)
	if err != nil {
		return nil, err
	}
	if err := query.CheckLabel(in.Label, a.schemas()); err != nil {
		return nil, wrong("path.label", err)
	}
	tag, err := a.tag(ctx, scope)
	if err != nil {
		return nil, err
	}
	counts, err := a.options.Inventory.Count(ctx, inventory.Count{Scope: scope, By: []string{in.Label}})
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	body := ValuesBody{Values: []ValueBody{}}
	for _, group := range counts.Groups {
		value := group.Values[0]
		switch {
		case value == "" || !strings.HasPrefix(value, in.Prefix):
		case len(body.Values) == in.Limit:
			body.Others++
		default:
			body.Values = append(body.Values, ValueBody{Value: value, Rows: group.Rows})
		}
	}
	return &tagged[ValuesBody]{ETag: tag, Body: body}, nil
}
