package activities

import (
	"context"
	"encoding/json"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// DescribePlanIn asks for the changes that a comparison found, as far as they
// fit.
type DescribePlanIn struct {
	ScopeIn
	Writer int `json:"writer"`
	// MaxBytes bounds the description, in bytes of JSON.
	MaxBytes int `json:"maxBytes"`
}

// DescribePlanOut has the first changes of a scope: deletions, modifications and
// additions, each by uid.
type DescribePlanOut struct {
	Changes []PlannedChange `json:"changes,omitempty"`
}

// PlannedChange is one resource of a plan.
type PlannedChange struct {
	Op       diff.Op `json:"op"` // add, modify or delete
	Place    string  `json:"place"`
	NativeID string  `json:"nativeId"`
	// UID is set where the provider's id is not known any more.
	UID resource.UID `json:"uid,omitzero"`
	// Fields are of a modification: none if only its hash is rewritten, or if the row
	// is not the one that was compared.
	Fields []resource.FieldChange `json:"fields,omitempty"`
	// Meanwhile says what became of the row since the comparison, if anything.
	Meanwhile Meanwhile `json:"meanwhile,omitempty"`
}

// Meanwhile is what became of a row while a plan was made.
type Meanwhile string

// What a run, or an operator, may have done to it.
const (
	AddedMeanwhile   Meanwhile = "added"
	ChangedMeanwhile Meanwhile = "changed"
	DeletedMeanwhile Meanwhile = "deleted"
)

// DescribePlan reads the batches of a comparison and says what they would do. The
// most dangerous comes first, so that it is the last to be cut.
func (a *Activities) DescribePlan(ctx context.Context, in Bundle[DescribePlanIn]) (Results[DescribePlanOut], error) {
	return onScopes(ctx, in, a.describe)
}

func (a *Activities) describe(ctx context.Context, in DescribePlanIn) (DescribePlanOut, error) {
	kind, err := a.deps.Kinds.Kind(in.Kind)
	if err != nil {
		return DescribePlanOut{}, notConfigured(in.Kind)
	}
	d := &description{store: a.deps.Store, kind: kind, in: in, left: in.MaxBytes}
	for _, op := range []diff.Op{diff.Candidates, diff.Modify, diff.Add} {
		if err := d.describe(ctx, op); err != nil {
			return DescribePlanOut{}, temporalError(ctx, err)
		}
	}
	return d.out, nil
}

type description struct {
	store *store.Store
	kind  *resource.Kind
	in    DescribePlanIn
	left  int // bytes
	out   DescribePlanOut
}

// describeAtOnce is how many rows are read together for their description.
const describeAtOnce = 100

func (d *description) describe(ctx context.Context, op diff.Op) error {
	set := store.BatchSet{Lease: d.in.lease(), Writer: d.in.Writer, Op: op}
	var items []staged.Item
	err := d.store.EachBatched(ctx, set, func(item staged.Item) error {
		if d.left <= 0 {
			return nil
		}
		item.Row = append([]byte(nil), item.Row...)
		if items = append(items, item); len(items) < describeAtOnce {
			return nil
		}
		err := d.add(ctx, op, items)
		items = items[:0]
		return err
	})
	if err != nil {
		return err
	}
	return d.add(ctx, op, items)
}

func (d *description) add(ctx context.Context, op diff.Op, items []staged.Item) error {
	uids := make([]resource.UID, len(items))
	for i, item := range items {
		uids[i] = item.UID
	}
	stored, err := d.store.LoadRows(ctx, d.kind, uids)
	if err != nil {
		return err
	}
	compared, err := d.compared(ctx, op, items)
	if err != nil {
		return err
	}
	for _, item := range items {
		change, err := d.change(ctx, item, op, stored[item.UID], meanwhile(op, item.UID, stored, compared))
		if err != nil {
			return err
		}
		encoded, err := json.Marshal(change)
		if err != nil {
			return err
		}
		if d.left -= len(encoded) + 1; d.left < 0 {
			return nil
		}
		d.out.Changes = append(d.out.Changes, change)
	}
	return nil
}

// compared returns the hashes that the comparison found in the inventory for the
// items.
func (d *description) compared(ctx context.Context, op diff.Op, items []staged.Item) (map[resource.UID]resource.Hash, error) {
	hashes := make(map[resource.UID]resource.Hash, len(items))
	for _, item := range items {
		hashes[item.UID] = item.Hash
	}
	if op != diff.Modify { // an addition had none, and a deletion is of the entry as it was
		return hashes, nil
	}
	before := make(map[resource.UID]resource.Hash, len(items))
	set := store.BatchSet{Lease: d.in.lease(), Writer: d.in.Writer, Op: diff.Compared}
	err := d.store.EachBatched(ctx, set, func(item staged.Item) error {
		if _, asked := hashes[item.UID]; asked {
			before[item.UID] = item.Hash
		}
		return nil
	})
	return before, err
}

func (d *description) change(
	ctx context.Context, item staged.Item, op diff.Op, before resource.Row, since Meanwhile,
) (change PlannedChange, err error) {
	change = PlannedChange{Op: op, Place: d.in.Scope.Place(), Meanwhile: since}
	if op == diff.Candidates {
		change.Op = diff.Delete
		err = d.identify(ctx, &change, item.UID, before)
		return change, err
	}
	after, err := d.kind.Decode(item.Row, d.in.scope(), d.in.Scope.ID)
	if err != nil {
		return change, err
	}
	change.NativeID = after.RowMeta().NativeID
	if since == "" && before != nil {
		change.Fields = shorten(d.kind.Changes(before, after))
	}
	return change, nil
}

// meanwhile compares a row as it is with what the comparison saw of it. A worker of
// an earlier version did not leave that for modifications.
func meanwhile(
	op diff.Op, uid resource.UID, stored map[resource.UID]resource.Row, compared map[resource.UID]resource.Hash,
) Meanwhile {
	row, found := stored[uid]
	before, known := compared[uid]
	switch {
	case op == diff.Add && found:
		return AddedMeanwhile
	case op == diff.Add:
		return ""
	case !found:
		return DeletedMeanwhile
	case known && row.RowMeta().Hash != before:
		return ChangedMeanwhile
	default:
		return ""
	}
}

// identify says which resource would be deleted. If its row is gone by now, the history
// has its id, unless the row came and went without a run.
func (d *description) identify(ctx context.Context, change *PlannedChange, uid resource.UID, row resource.Row) error {
	if row != nil {
		change.NativeID = row.RowMeta().NativeID
		return nil
	}
	changes, err := d.store.Changes(ctx, store.ChangeFilter{Kinds: []*resource.Kind{d.kind}, UID: uid, Limit: 1})
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		change.UID = uid
		return nil
	}
	change.NativeID = changes[0].NativeID
	return nil
}

// maxPlannedValue bounds what a plan shows of one value, in bytes.
const maxPlannedValue = 200

func shorten(fields []resource.FieldChange) []resource.FieldChange {
	for i := range fields {
		fields[i].Old, fields[i].New = shortValue(fields[i].Old), shortValue(fields[i].New)
	}
	return fields
}

// shortValue turns a long value into a text that shows its beginning.
func shortValue(value json.RawMessage) json.RawMessage {
	if len(value) <= maxPlannedValue {
		return value
	}
	short, err := json.Marshal(cutAt(string(value), maxPlannedValue))
	if err != nil { // a text always encodes
		return json.RawMessage(`"…"`)
	}
	return short
}
