package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
)

func (p *Page) registerChanges() {
	p.show("/changes", p.changes)
}

const (
	// changesShown is how many changes a page of the feed has.
	changesShown = 50
	// fieldsShown is how many fields of a change are seen at once.
	fieldsShown = 4
)

// changesData is the feed.
type changesData struct {
	Ask      changesAsk
	Changes  []changeShown
	Older    string    // the address of the page of older ones; empty: there are none
	Newest   string    // the address of the newest ones; empty: this is it
	Whole    time.Time // since when all changes are kept; zero: always
	Filtered bool
	Fields   []string // that kinds have
	Presets  []preset
}

// changesAsk is what the form has.
type changesAsk struct {
	Kinds []choice
	Ops   []choice
	// These stand as they were written.
	Since, Until, Scope, Name, NativeID, Run, Field string
	// Wrong is the part of the form that cannot be meant, and Problem why; both may be empty.
	Wrong, Problem string
}

// choice is one of several that a form has.
type choice struct {
	Value  string
	Chosen bool
}

// preset is a link that fills in a form.
type preset struct {
	Name, Path string
	Is         bool
}

// changeShown is a change in the feed.
type changeShown struct {
	store.Change
	Op           opShown
	Name         string // of a resource that was deleted
	Place, Path  string
	Run          string // the address of its run; empty: its record is no longer kept
	Fields, Rest []FieldDiff
}

// opShown is an operation in words, with the class of its badge.
type opShown struct{ Word, Class string }

func opOf(op diff.Op) opShown {
	switch op {
	case diff.Add:
		return opShown{"added", "good"}
	case diff.Modify:
		return opShown{"modified", "warn"}
	case diff.Delete:
		return opShown{"deleted", "bad"}
	case store.RestoreOp:
		return opShown{"restored", "good"}
	default:
		return opShown{string(op), "plain"}
	}
}

func (p *Page) changes(ctx context.Context, r *http.Request) (View, error) {
	values := r.URL.Query()
	data := changesData{Ask: p.changesAsk(values), Filtered: isFiltered(values)}
	view := View{Page: "changes", Title: "Changes", Nav: "/changes"}
	filter, err := p.changeFilter(ctx, values)
	var asked *history.Wrong
	if err == nil {
		err = p.readChanges(ctx, values, filter, &data)
	}
	if errors.Is(err, store.ErrSeveralRuns) {
		err = &history.Wrong{Name: "run", Problem: ": " + err.Error()}
	}
	switch {
	case errors.As(err, &asked):
		data.Ask.Wrong, data.Ask.Problem = asked.Name, problemOf(asked)
		view.Status = http.StatusBadRequest
	case err != nil:
		return View{}, err
	}
	for _, kind := range p.kinds {
		data.Fields = append(data.Fields, kind.Columns()...)
	}
	slices.Sort(data.Fields)
	data.Fields = slices.Compact(data.Fields)
	data.Presets = presetsOf("/changes", values, "since")
	view.Data = data
	return view, nil
}

// problemOf is what is wrong with a part of a form, by the word that the form has for it.
func problemOf(asked *history.Wrong) string {
	if asked.Name == "scope" {
		return "place" + asked.Problem
	}
	return asked.Error()
}

func isFiltered(values url.Values) bool {
	for name, some := range values {
		if name != "before" && slices.ContainsFunc(some, func(value string) bool { return value != "" }) {
			return true
		}
	}
	return false
}

// presetsOf are links to the same with other times.
func presetsOf(path string, values url.Values, name string) (presets []preset) {
	for _, one := range []struct{ name, ago string }{{"last hour", "1h"}, {"last day", "1d"}, {"last week", "7d"}} {
		other := url.Values{}
		for key, some := range values {
			if key != "before" && key != "until" && key != "to" {
				other[key] = some
			}
		}
		other.Set(name, one.ago)
		presets = append(presets, preset{Name: one.name, Path: with(path, other), Is: values.Get(name) == one.ago})
	}
	return presets
}

func (p *Page) changesAsk(values url.Values) changesAsk {
	ask := changesAsk{
		Since: values.Get("since"), Until: values.Get("until"), Scope: values.Get("scope"), Name: values.Get("name"),
		NativeID: values.Get("native_id"), Run: values.Get("run"), Field: values.Get("field"),
	}
	ask.Kinds = p.kindChoices(values["kind"])
	for _, op := range []diff.Op{diff.Add, diff.Modify, diff.Delete, store.RestoreOp} {
		ask.Ops = append(ask.Ops, choice{string(op), slices.Contains(values["op"], string(op))})
	}
	return ask
}

func (p *Page) kindChoices(names []string) (choices []choice) {
	for _, kind := range p.kinds {
		chosen := slices.ContainsFunc(names, func(name string) bool {
			named, err := p.Kinds.Named(name)
			return err == nil && named == kind
		})
		choices = append(choices, choice{kind.Name(), chosen})
	}
	return choices
}

// kindsNamed are kinds by their names, all for none. Empty names are those of forms that chose
// nothing.
func (p *Page) kindsNamed(names []string) (kinds []*resource.Kind, err error) {
	for _, name := range names {
		if name == "" {
			continue
		}
		kind, err := p.Kinds.Named(name)
		if err != nil {
			return nil, &history.Wrong{Name: "kind", Problem: fmt.Sprintf(" %.64q is not known: choose one of those in the form", name)}
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return p.kinds, nil
	}
	return kinds, nil
}

func (p *Page) changeFilter(ctx context.Context, values url.Values) (filter store.ChangeFilter, err error) {
	asked := history.Asked{
		NativeID: values.Get("native_id"), Name: values.Get("name"), Scope: values.Get("scope"),
		Since: values.Get("since"), Until: values.Get("until"), Field: values.Get("field"),
		Ops: slices.DeleteFunc(slices.Clone(values["op"]), func(op string) bool { return op == "" }),
	}
	if asked.Kinds, err = p.kindsNamed(values["kind"]); err != nil {
		return filter, err
	}
	if asked.Before, err = changeNumber(values.Get("before")); err != nil {
		return filter, err
	}
	if filter, err = asked.Filter(p.Now()); err != nil {
		return filter, err
	}
	filter.Limit = changesShown + 1 // to know whether there are more
	if run := values.Get("run"); run != "" {
		filter.RunID, err = history.RunID(ctx, p.Store, p.Kinds, run)
		if errors.Is(err, history.ErrNoRun) {
			return filter, &history.Wrong{Name: "run", Problem: ": " + err.Error()}
		}
	}
	return filter, err
}

func changeNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(cmp.Or(text, "0"), 10, 64)
	if err != nil || number < 0 {
		return 0, &history.Wrong{Name: "before", Problem: fmt.Sprintf(" %.64q: write the number of a change", text)}
	}
	return number, nil
}

func (p *Page) readChanges(ctx context.Context, values url.Values, filter store.ChangeFilter, data *changesData) error {
	changes, err := p.Store.Changes(ctx, filter)
	if err != nil {
		return err
	}
	if len(changes) > changesShown {
		changes = changes[:changesShown]
		data.Older = withOther("/changes", values, "before", strconv.FormatInt(changes[changesShown-1].ID, 10))
	}
	if filter.Before > 0 {
		data.Newest = withOther("/changes", values, "before", "")
	}
	for _, change := range changes {
		data.Changes = append(data.Changes, shownChange(change))
	}
	data.Whole, err = history.GoneBefore(ctx, p.Store, filter, data.Older != "")
	return err
}

// withOther is a path with the same parameters, but for one.
func withOther(path string, values url.Values, name, value string) string {
	other := url.Values{}
	for key, some := range values {
		other[key] = some
	}
	other.Set(name, value)
	return with(path, other)
}

func shownChange(change store.Change) changeShown {
	shown := changeShown{
		Change: change, Op: opOf(change.Op), Name: history.DeletedName(change), Place: history.ChangePlace(change),
		Path: resourcePath(change.Kind, change.UID), Fields: fieldDiffs(change.Fields),
	}
	if change.RunNumber > 0 {
		shown.Run = runPath(change.RunNumber)
	}
	if len(shown.Fields) > fieldsShown {
		shown.Fields, shown.Rest = shown.Fields[:fieldsShown], shown.Fields[fieldsShown:]
	}
	return shown
}
