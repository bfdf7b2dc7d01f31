package page

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
)

func (p *Page) registerCompare() {
	p.show("/compare", p.compare)
}

const (
	// maxCompared is how many changes a comparison adds up.
	maxCompared = 10_000
	// comparedShown is how many resources of a sort a comparison lists.
	comparedShown = 200
	// usualFrom is the earlier time that nobody chose.
	usualFrom = "1d"
)

// compareData is the difference between the inventory at two times.
type compareData struct {
	Ask      compareAsk
	From, To time.Time
	// Reaches is since when the difference is, where there are too many changes to add up all
	// of them; zero: since From.
	Reaches time.Time
	Whole   time.Time // since when all changes are kept; zero: always
	Kinds   []kindDifference
	Sorts   []sortOfDifference
	Same    int // resources that changed, and are as they were, or came and went
	Presets []preset
	Most    int
	Query   bool // somebody asked by a query
}

// compareAsk is what the form has.
type compareAsk struct {
	Kinds           []choice
	From, To, Scope string // as they were written
	Wrong, Problem  string
}

// kindDifference is how many resources of a kind differ.
type kindDifference struct {
	Kind                     string
	Path                     string // the same of this kind alone
	Added, Modified, Deleted int
}

// sortOfDifference is the resources that were all added, modified or deleted.
type sortOfDifference struct {
	opShown
	Resources []difference
	Left      int // that are not listed
}

// difference is what became of a resource.
type difference struct {
	Kind, NativeID, Name, Place, Path string
	Fields, Rest                      []FieldDiff
	// Back says that it was deleted and came back, so that nobody recorded which fields differ.
	Back bool
}

func (p *Page) compare(ctx context.Context, r *http.Request) (View, error) {
	values := r.URL.Query()
	data := compareData{
		Ask:  compareAsk{From: cmp.Or(values.Get("from"), usualFrom), To: values.Get("to"), Scope: values.Get("scope"), Kinds: p.kindChoices(values["kind"])},
		Most: maxCompared, Query: values.Get("q") != "",
	}
	data.Presets = presetsOf("/compare", url.Values{"kind": values["kind"], "scope": values["scope"], "from": {data.Ask.From}}, "from")
	view := View{Page: "compare", Title: "Two times compared", Nav: "/changes"}
	filter, err := p.compareFilter(values, data.Ask)
	var asked *history.Wrong
	switch {
	case errors.As(err, &asked):
		data.Ask.Wrong, data.Ask.Problem = asked.Name, problemOf(asked)
		view.Status = http.StatusBadRequest
	case err != nil:
		return View{}, err
	default:
		if err := p.readDifference(ctx, values, filter, &data); err != nil {
			return View{}, err
		}
	}
	view.Data = data
	return view, nil
}

// compareFilter means the changes after the one time, up to and with the other: what happened
// at the earlier time itself had happened then.
func (p *Page) compareFilter(values url.Values, ask compareAsk) (filter store.ChangeFilter, err error) {
	kinds, err := p.kindsNamed(values["kind"])
	if err != nil {
		return filter, err
	}
	now := p.Now().UTC()
	filter, err = history.Asked{Kinds: kinds, Scope: ask.Scope}.Filter(now)
	if err != nil {
		return filter, err
	}
	if filter.Since, err = past("from", ask.From, now); err != nil {
		return filter, err
	}
	if filter.Until, err = past("to", ask.To, now); err != nil {
		return filter, err
	}
	if !filter.Since.Before(filter.Until) {
		return filter, &history.Wrong{Name: "from", Problem: fmt.Sprintf(" %q is not before to %q: write the earlier time, which is the longer ago, as from", ask.From, cmp.Or(ask.To, "now"))}
	}
	filter.Limit = maxCompared + 1 // to know whether there are more
	return filter, nil
}

// past reads a time that is over; an empty one is now.
func past(name, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	at, err := history.ParsePast(text, now)
	if err != nil {
		return at, &history.Wrong{Name: name, Problem: " " + err.Error()}
	}
	return at.UTC(), nil
}

func (p *Page) readDifference(ctx context.Context, values url.Values, filter store.ChangeFilter, data *compareData) (err error) {
	data.From, data.To = filter.Since, filter.Until
	if data.Whole, err = history.GoneBefore(ctx, p.Store, filter, false); err != nil {
		return err
	}
	filter.Since = filter.Since.Add(time.Microsecond) // the columns have no shorter time
	changes, err := p.Store.Changes(ctx, filter)
	if err != nil {
		return err
	}
	if len(changes) > maxCompared {
		changes = changes[:maxCompared]
		data.Reaches = changes[maxCompared-1].ChangedAt
	}
	data.add(p, values, foldChanges(changes))
	return nil
}

// folded is what several changes of a resource come to.
type folded struct {
	first, last store.Change
	fields      []resource.FieldChange
	gone        *store.Change // the last deletion
	back        bool          // it was there, was deleted, and came back
}

// foldChanges adds up changes, the newest first, by resource.
func foldChanges(changes []store.Change) (all []*folded) {
	type key struct {
		kind string
		uid  resource.UID
	}
	known := map[key]*folded{}
	for i := len(changes) - 1; i >= 0; i-- {
		of := key{changes[i].Kind, changes[i].UID}
		if known[of] == nil {
			known[of] = &folded{first: changes[i]}
			all = append(all, known[of])
		}
		known[of].add(changes[i])
	}
	return all
}

// add adds the change that comes next.
func (f *folded) add(change store.Change) {
	f.last = change
	switch change.Op {
	case diff.Modify:
		f.addFields(change.Fields)
	case diff.Delete:
		f.gone = &change
	case diff.Add: // a restore puts back what was there
		if f.gone != nil && f.before() {
			f.back, f.fields = true, nil
		}
	}
}

// addFields keeps the first old value of each field, and its last new one.
func (f *folded) addFields(changes []resource.FieldChange) {
	for _, change := range changes {
		i := slices.IndexFunc(f.fields, func(earlier resource.FieldChange) bool { return earlier.Field == change.Field })
		if i < 0 {
			f.fields = append(f.fields, change)
			continue
		}
		f.fields[i].New = change.New
	}
}

// before says that the resource was there at the earlier time.
func (f *folded) before() bool { return f.first.Op == diff.Modify || f.first.Op == diff.Delete }

// after says that it was there at the later time.
func (f *folded) after() bool { return f.last.Op != diff.Delete }

// sort is what became of the resource; empty: nothing.
func (f *folded) sort() diff.Op {
	switch {
	case f.before() && !f.after():
		return diff.Delete
	case !f.before() && f.after():
		return diff.Add
	case f.before() && (f.back || len(f.differing()) > 0):
		return diff.Modify
	default:
		return ""
	}
}

// differing are the fields whose values are others in the end.
func (f *folded) differing() (fields []resource.FieldChange) {
	for _, change := range f.fields {
		if !bytes.Equal(change.Old, change.New) {
			fields = append(fields, change)
		}
	}
	return fields
}

func (f *folded) difference(sort diff.Op) difference {
	d := difference{
		Kind: f.last.Kind, NativeID: f.last.NativeID, Place: history.ChangePlace(f.last), Path: resourcePath(f.last.Kind, f.last.UID),
	}
	switch sort {
	case diff.Delete:
		d.Name = history.DeletedName(*f.gone)
	case diff.Modify:
		if d.Back = f.back; !d.Back {
			d.Fields = fieldDiffs(f.differing())
		}
	}
	if len(d.Fields) > fieldsShown {
		d.Fields, d.Rest = d.Fields[:fieldsShown], d.Fields[fieldsShown:]
	}
	return d
}

// add sorts what the changes come to, the latest first.
func (d *compareData) add(p *Page, values url.Values, all []*folded) {
	kinds := map[string]*kindDifference{}
	sorts := map[diff.Op]*sortOfDifference{}
	for _, one := range slices.Backward(all) {
		sort := one.sort()
		if sort == "" {
			d.Same++
			continue
		}
		if kinds[one.last.Kind] == nil {
			kinds[one.last.Kind] = &kindDifference{Kind: one.last.Kind, Path: withOther("/compare", values, "kind", one.last.Kind)}
		}
		if sorts[sort] == nil {
			sorts[sort] = &sortOfDifference{opShown: opOf(sort)}
		}
		kinds[one.last.Kind].count(sort)
		sorts[sort].add(one, sort)
	}
	for _, kind := range p.kinds {
		if counted, ok := kinds[kind.Name()]; ok {
			d.Kinds = append(d.Kinds, *counted)
		}
	}
	for _, sort := range []diff.Op{diff.Delete, diff.Add, diff.Modify} {
		if listed, ok := sorts[sort]; ok {
			d.Sorts = append(d.Sorts, *listed)
		}
	}
}

func (k *kindDifference) count(sort diff.Op) {
	switch sort {
	case diff.Add:
		k.Added++
	case diff.Delete:
		k.Deleted++
	default:
		k.Modified++
	}
}

func (s *sortOfDifference) add(one *folded, sort diff.Op) {
	if len(s.Resources) == comparedShown {
		s.Left++
		return
	}
	s.Resources = append(s.Resources, one.difference(sort))
}

// Count is how many resources there are of the sort.
func (s sortOfDifference) Count() int { return len(s.Resources) + s.Left }
