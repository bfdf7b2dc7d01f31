package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/starter/output"
)

const queryHelp = `QUERY is matchers and words with blanks between them; a row has to match all.
Write it in single quotes:

  '{region="beijing",name=~"web-.*",tag_env!="test"}'
  'region=beijing kafka'
  10.0.0.0/16

A matcher asks for a label with =, !=, or with =~ and !~ for a regular expression
that the whole value has to match. Labels are the columns (docs/kinds.md),
tag_KEY, ip for the addresses, kind and uid. A label without a value is an empty
text; of a list, one item has to match. A word is part of a name, an id, an
endpoint or an address; an address or a network is looked for as such.

` + readerHelp

// scopeOptions are the flags that say which rows are asked for.
type scopeOptions struct {
	kinds []string
	asOf  string
}

func (o *scopeOptions) addTo(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.kinds, "kind", nil, "of this `KIND` only, with or without resource_; can be repeated")
	cmd.Flags().StringVar(&o.asOf, "as-of", "", "as it was at this `TIME`")
}

// limitOptions are how many a command shows.
type limitOptions struct {
	limit int64
	all   bool
}

// addTo adds the flags, with what they are of.
func (o *limitOptions) addTo(cmd *cobra.Command, limit, all string) {
	cmd.Flags().Int64Var(&o.limit, "limit", inventory.DefaultLimit, limit)
	cmd.Flags().BoolVar(&o.all, "all", false, all)
}

func (o *limitOptions) check(cmd *cobra.Command) error {
	if o.all && cmd.Flags().Changed("limit") {
		return fmt.Errorf("--all and --limit %d say different things: leave one out", o.limit)
	}
	return nil
}

// scope is what the flags and arguments ask for.
func (p *Program) scope(opts scopeOptions, args []string) (scope inventory.Scope, err error) {
	if scope.Kinds, err = p.chosenKinds(opts.kinds); err != nil {
		return scope, fmt.Errorf("--kind: %w", err)
	}
	if scope.Query, err = query.Parse(strings.Join(args, " "), schemasOf(scope.Kinds)); err != nil {
		return scope, pointed(err)
	}
	if opts.asOf == "" {
		return scope, nil
	}
	if scope.AsOf, err = history.ParsePast(opts.asOf, p.now()); err != nil {
		err = fmt.Errorf("--as-of %w", err)
	}
	return scope, err
}

// pointed is the error of a wrong query whose caret is where a terminal shows what is wrong:
// some characters take two columns there.
func pointed(err error) error {
	var wrong *query.SyntaxError
	if !errors.As(err, &wrong) || !wrong.Points() {
		return err
	}
	before := string([]rune(wrong.Query)[:wrong.At])
	problem, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s\n  %s\n  %s^", problem, wrong.Query, strings.Repeat(" ", output.TextWidth(before)))
}

// chosenKinds are the kinds of these names, all for none.
func (p *Program) chosenKinds(names []string) (kinds []*resource.Kind, err error) {
	if len(names) == 0 {
		return p.kindsOf("")
	}
	for _, name := range names {
		kind, err := p.kinds.Named(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// kindPrefix begins the names of all kinds.
const kindPrefix = "resource_"

// shortKind is a kind's name where there is little room.
func shortKind(name string) string { return strings.TrimPrefix(name, kindPrefix) }

func schemasOf(kinds []*resource.Kind) []*query.Schema {
	schemas := make([]*query.Schema, len(kinds))
	for i, kind := range kinds {
		schemas[i] = query.SchemaOf(kind)
	}
	return schemas
}
