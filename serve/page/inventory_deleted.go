package page

import (
	"context"
	"errors"
	"slices"
	"time"

	"cloudsync/diff"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

// deletedRow is a resource that is asked for, and that the inventory had.
type deletedRow struct {
	Kind, Name, ID, Place, Path string
	At                          time.Time
	Run                         int64  // its number; 0: no longer on record
	RunPath                     string // empty: no longer on record
}

const (
	// deletedShown is how many deleted resources are named.
	deletedShown = 5
	// deletedSpan is in how many of the last changes deletions are looked for by anything but an
	// id, and deletedRead how many of these are read at most.
	deletedSpan, deletedRead = 20_000, 2_000
	// deletedTexts is how many texts of a query are looked for as ids.
	deletedTexts = 3
	// deletedLimit is how long one looks: what is not found then is not told.
	deletedLimit = time.Second
)

// tellDeleted finds resources that match and were deleted: by their ids in the whole history,
// by anything else among the last changes.
func (p *Page) tellDeleted(ctx context.Context, view *inventoryView) ([]deletedRow, error) {
	if view.find.Query.Everything() {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, deletedLimit)
	defer cancel()
	deletions, err := p.deletionsOf(ctx, view)
	if err != nil {
		return nil, err
	}
	var found []deletedRow
	seen := map[resource.UID]bool{}
	for _, deletion := range deletions {
		if seen[deletion.UID] || len(found) == deletedShown {
			continue
		}
		seen[deletion.UID] = true
		row, err := p.deletedRow(ctx, view, deletion)
		if err != nil {
			return nil, err
		}
		if row != nil {
			found = append(found, *row)
		}
	}
	return found, nil
}

// deletionsOf reads the deletions in which one looks, the newest first of each way to look.
func (p *Page) deletionsOf(ctx context.Context, view *inventoryView) (deletions []store.Change, err error) {
	ops := []diff.Op{diff.Delete}
	for _, id := range idsIn(view.find.Query) {
		some, err := p.Store.Changes(ctx, store.ChangeFilter{Kinds: view.kinds, NativeID: id, Ops: ops, Limit: deletedShown})
		if err != nil {
			return nil, err
		}
		deletions = append(deletions, some...)
	}
	newest, err := p.Store.Changes(ctx, store.ChangeFilter{Limit: 1})
	if err != nil || len(newest) == 0 {
		return deletions, err
	}
	some, err := p.Store.Changes(ctx, store.ChangeFilter{Kinds: view.kinds, Ops: ops, After: newest[0].ID - deletedSpan, Limit: deletedRead})
	return append(deletions, some...), err
}

// idsIn are texts of a query that may be ids.
func idsIn(q query.Query) (ids []string) {
	for _, word := range q.Words {
		ids = append(ids, word.Text())
	}
	for _, matcher := range q.Matchers {
		if matcher.Label == "native_id" && !matcher.Negated {
			ids = append(ids, matcher.Texts()...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), deletedTexts)]
}

// deletedRow is what was deleted, if it matched and has not come back; nil else.
func (p *Page) deletedRow(ctx context.Context, view *inventoryView, deletion store.Change) (*deletedRow, error) {
	i := slices.IndexFunc(view.kinds, func(kind *resource.Kind) bool { return kind.Name() == deletion.Kind })
	if i < 0 {
		return nil, nil
	}
	kind := view.kinds[i]
	row, err := kind.ParseImage(deletion.Image)
	if err != nil {
		return nil, nil //nolint:nilerr // somebody edited it: nothing can be told of it
	}
	schema := query.SchemaOf(kind)
	if !view.find.Query.Match(schema, row) {
		return nil, nil
	}
	there, err := p.Store.LoadRows(ctx, kind, []resource.UID{deletion.UID})
	if err != nil || there[deletion.UID] != nil {
		return nil, err
	}
	shown := shownChange(deletion)
	return &deletedRow{
		Kind: deletion.Kind, Name: labelText(schema, row, nameLabel), ID: deletion.NativeID, Place: shown.Place, Path: shown.Path,
		At: deletion.ChangedAt, Run: deletion.RunNumber, RunPath: shown.Run,
	}, nil
}

// addDeleted tells of deleted resources, unless that takes too long.
func (p *Page) addDeleted(ctx context.Context, view *inventoryView, told *nothing) error {
	found, err := p.tellDeleted(ctx, view)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		p.Log.WarnContext(ctx, "whether it was deleted takes too long to find out", "error", err)
		return nil
	}
	told.Deleted = found
	return err
}
