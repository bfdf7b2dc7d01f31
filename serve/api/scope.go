package api

import (
	"fmt"
	"slices"
	"strings"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Which says which rows are asked for.
type Which struct {
	Q    string `query:"q" maxLength:"16384" example:"{region=~\"cn-.*\",tag_env!=\"test\"} kafka" doc:"Query: matchers and words. Without it, all rows."`
	AsOf string `query:"as_of" maxLength:"64" example:"2h" doc:"The inventory as it was at this time, from the recorded changes. Such an answer takes as long as the whole inventory is read."`
}

// WhichKinds says of which kinds.
type WhichKinds struct {
	Kind []string `query:"kind,explode" maxItems:"64" example:"[\"host\"]" doc:"Kinds, with or without resource_; without any, all."`
}

// KindPath is the kind in a path.
type KindPath struct {
	Kind string `path:"kind" maxLength:"64" example:"host" doc:"A kind, with or without resource_."`
}

// kindNamed finds a kind by its name, or by that without resource_.
func (a *API) kindNamed(name string) (*resource.Kind, error) {
	kind, err := a.options.Kinds.Named(name)
	if err != nil {
		return nil, fmt.Errorf("unknown kind %.64q: the kinds are %s", name, strings.Join(a.options.Kinds.Names(), ", "))
	}
	return kind, nil
}

// kindsNamed are kinds by their names, each once; all for none.
func (a *API) kindsNamed(names []string) (kinds []*resource.Kind, err error) {
	for _, name := range names {
		kind, err := a.kindNamed(name)
		if err != nil {
			return nil, wrong("query.kind", err)
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		kinds = a.kinds
	}
	return kinds, nil
}

// scope reads which rows of kinds are asked for. A query may ask for labels of all kinds:
// one that is handed on by a client was read for more of them, perhaps.
func (a *API) scope(kinds []*resource.Kind, which Which) (scope inventory.Scope, err error) {
	scope.Kinds = kinds
	if scope.Query, err = query.Parse(which.Q, a.schemas()); err != nil {
		return scope, wrongQuery(err)
	}
	if which.AsOf != "" {
		if scope.AsOf, err = history.ParsePast(which.AsOf, a.options.Now()); err != nil {
			return scope, wrong("query.as_of", err)
		}
	}
	return scope, nil
}

func (a *API) schemas() []*query.Schema {
	schemas := make([]*query.Schema, len(a.kinds))
	for i, kind := range a.kinds {
		schemas[i] = query.SchemaOf(kind)
	}
	return schemas
}

// order reads LABEL, or -LABEL for the other direction; - alone is that of the usual label.
func (a *API) order(sort string) (order inventory.Order, err error) {
	order.Label, order.Descending = strings.CutPrefix(sort, "-")
	if order.Label == "" {
		return order, nil
	}
	if err := query.CheckLabel(order.Label, a.schemas()); err != nil {
		return order, wrong("query.sort", err)
	}
	return order, nil
}
