package inventory

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

// Tables answers from the tables, row by row: it needs nothing else, and takes a time that
// grows with the inventory. It answers for any time that the history reaches.
type Tables struct{ store *store.Store }

// FromTables returns a Reader of the inventory in a database.
func FromTables(s *store.Store) *Tables { return &Tables{store: s} }

// State says that the tables are read anew for each question.
func (t *Tables) State() State { return State{AsOf: time.Now().UTC()} }

// Each implements Reader.
func (t *Tables) Each(ctx context.Context, scope Scope, show func(Found) error) error {
	for i, schema := range scope.schemas() {
		if err := t.eachOf(ctx, scope, schema, func(row resource.Row) error { return show(Found{Kind: scope.Kinds[i], Row: row}) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tables) eachOf(ctx context.Context, scope Scope, schema *query.Schema, show func(resource.Row) error) error {
	matching := func(row resource.Row) error {
		// A thousand rows come at a time, and some expressions take long for each.
		if err := ctx.Err(); err != nil {
			return err
		}
		if !scope.Query.Match(schema, row) {
			return nil
		}
		return show(row)
	}
	if !scope.AsOf.IsZero() {
		return t.store.AsOf(ctx, schema.Kind, scope.AsOf, matching)
	}
	narrow, some := narrow(scope.Query, schema)
	if !some {
		return nil
	}
	return t.store.Rows(ctx, schema.Kind, narrow, matching)
}

// narrow leaves to MySQL what it decides as well: which rows have one of some texts in a
// column. Without some, no row of the kind matches.
func narrow(q query.Query, schema *query.Schema) (narrowed []store.OneOf, some bool) {
	for _, matcher := range q.Matchers {
		source, texts := schema.Source(matcher.Label), matcher.Texts()
		switch {
		case matcher.Negated || texts == nil:
		case source.Fixed != "":
			if !slices.Contains(texts, source.Fixed) {
				return nil, false
			}
		case len(source.Columns) == 1 && schema.Columns[source.Columns[0]].Type == resource.TextColumn:
			narrowed = append(narrowed, store.OneOf{Column: schema.Columns[source.Columns[0]].Name, Texts: texts})
		case len(source.Columns) == 0 && !source.IsUID && !slices.Contains(texts, ""):
			return nil, false
		}
	}
	return narrowed, true
}

// Find implements Reader.
func (t *Tables) Find(ctx context.Context, find Find) (page Page, err error) {
	after := find.After
	for i, schema := range find.schemas() {
		first := firstRows{schema: schema, order: find.Order, room: find.Limit + 1 - len(page.Rows)}
		if skip := !after.IsZero() && after.Kind != schema.Kind.Name(); skip {
			first.room = 0 // it was on pages before
		} else if !after.IsZero() {
			first.after, after = &find.After, Cursor{}
		}
		if err := t.eachOf(ctx, find.Scope, schema, first.take); err != nil {
			return Page{}, err
		}
		page.Total += first.total
		for _, row := range first.rows {
			page.Rows = append(page.Rows, Found{Kind: find.Kinds[i], Row: row.row})
		}
	}
	page.cut(find)
	return page, nil
}

// cut takes the one row off that says that there is a next page.
func (p *Page) cut(find Find) {
	if len(p.Rows) <= find.Limit {
		return
	}
	p.Rows = p.Rows[:find.Limit]
	if find.Limit > 0 {
		last := p.Rows[find.Limit-1]
		p.Next = CursorOf(query.SchemaOf(last.Kind), find.Order, last.Row)
	}
}

// CursorOf is the place behind a row.
func CursorOf(schema *query.Schema, order Order, row resource.Row) Cursor {
	return Cursor{Kind: schema.Kind.Name(), Value: firstValue(schema, order.Of(schema), row), UID: row.RowMeta().UID}
}

// firstValue is the value that gives a row its place: the first of several.
func firstValue(schema *query.Schema, label string, row resource.Row) string {
	values := query.Values(schema, row, label)
	if len(values) == 0 {
		return ""
	}
	return slices.MinFunc(values, func(a, b string) int { return query.Compare(schema, label, a, b) })
}

// firstRows are the first of the rows that it takes, behind a cursor.
type firstRows struct {
	schema *query.Schema
	order  Order
	after  *Cursor
	room   int
	total  int64
	rows   []placedRow // in order
}

type placedRow struct {
	value string
	row   resource.Row
}

func (f *firstRows) take(row resource.Row) error {
	f.total++
	if f.room <= 0 {
		return nil
	}
	placed := placedRow{value: firstValue(f.schema, f.order.Of(f.schema), row), row: row}
	if f.after != nil && f.compare(placed, f.after.Value, f.after.UID) <= 0 {
		return nil
	}
	at, _ := slices.BinarySearchFunc(f.rows, placed, func(a, b placedRow) int { return f.compare(a, b.value, b.row.RowMeta().UID) })
	if at >= f.room {
		return nil
	}
	f.rows = slices.Insert(f.rows, at, placed)
	f.rows = f.rows[:min(len(f.rows), f.room)]
	return nil
}

func (f *firstRows) compare(a placedRow, value string, uid resource.UID) int {
	compared := cmp.Or(query.Compare(f.schema, f.order.Of(f.schema), a.value, value), a.row.RowMeta().UID.Compare(uid))
	if f.order.Descending {
		return -compared
	}
	return compared
}

// Count implements Reader.
func (t *Tables) Count(ctx context.Context, count Count) (Counts, error) {
	tally := tally{count: count, groups: map[string]*Group{}, counts: Counts{Sums: make([]int64, len(count.Sum))}}
	for _, schema := range count.schemas() {
		if err := t.eachOf(ctx, count.Scope, schema, func(row resource.Row) error { return tally.take(schema, row) }); err != nil {
			return Counts{}, err
		}
	}
	return tally.result(), nil
}

// tally adds rows up.
type tally struct {
	count  Count
	groups map[string]*Group
	counts Counts
}

func (t *tally) take(schema *query.Schema, row resource.Row) error {
	sums := make([]int64, len(t.count.Sum))
	for i, column := range t.count.Sum {
		for _, value := range query.Values(schema, row, column) {
			n, err := strconv.ParseInt(value, 10, 64)
			if err == nil { // what is no number does not add up
				sums[i] += n
			}
		}
		t.counts.Sums[i] += sums[i]
	}
	t.counts.Total++
	return t.each(schema, row, nil, func(values []string) error { return t.add(values, sums) })
}

// each shows all combinations of the row's values, one for each label.
func (t *tally) each(schema *query.Schema, row resource.Row, chosen []string, show func(values []string) error) error {
	if len(chosen) == len(t.count.By) {
		return show(chosen)
	}
	values := query.Values(schema, row, t.count.By[len(chosen)])
	if len(values) == 0 {
		values = []string{""}
	}
	slices.Sort(values)
	for _, value := range slices.Compact(values) {
		if err := t.each(schema, row, append(slices.Clip(chosen), value), show); err != nil {
			return err
		}
	}
	return nil
}

func (t *tally) add(values []string, sums []int64) error {
	key := strings.Join(values, "\x00") // which no value has
	group := t.groups[key]
	if group == nil {
		if len(t.groups) == MaxGroups {
			return ErrTooManyGroups
		}
		group = &Group{Values: slices.Clone(values), Sums: make([]int64, len(sums))}
		t.groups[key] = group
	}
	group.Rows++
	for i, sum := range sums {
		group.Sums[i] += sum
	}
	return nil
}

func (t *tally) result() Counts {
	groups := make([]Group, 0, len(t.groups))
	for _, group := range t.groups {
		groups = append(groups, *group)
	}
	if len(t.count.By) > 0 {
		t.counts.Groups, t.counts.Others = SortGroups(groups, t.count.Limit)
	}
	return t.counts
}
