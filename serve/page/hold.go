package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cloudsync/address"
	"cloudsync/history"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/login"
	"cloudsync/store"
)

// holdData is one held set, for somebody who has to decide.
type holdData struct {
	holdLine
	Kind     string
	Others   int // places that are held, too
	Advice   advice
	First    string // path of the run that held first; empty: it is no longer on record
	Last     string
	LastRun  *store.Run
	HeldRows []heldRow
	Refers   []referring
	// RefersUnknown says that who refers to the rows could not be found out.
	RefersUnknown bool
	From, To      int // of the rows that are shown, from 1
	Page          int
	Before        string // path of the page of rows before; empty: none
	After         string
	Gone          int // of the set, no longer in the inventory
	Changed       int // of the set, changed since they were held
	Namesakes     int // of those on the page, that have one
	Changes       string
	Approve       string
	CanApprove    bool
	Note          string // that was written, where the form comes back
	NoteFault     string
}

// heldRow is a row of a held set.
type heldRow struct {
	Path, Name, ID, Addresses, Status, Tree string
	First, Written                          time.Time // seen by the inventory, written by it
	Gone, Changed                           bool
	Refers                                  string // who refers to it, in words
	Namesake                                *namesake
}

// heldPage is how many rows of a set are shown at a time.
const heldPage = 100

func scopeNamed(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("scope"), 10, 64)
	if err != nil || id <= 0 {
		return 0, missing("There is no such hold", "The list of holds has all that wait.")
	}
	return id, nil
}

func (p *Page) hold(ctx context.Context, r *http.Request) (View, error) {
	id, err := scopeNamed(r)
	if err != nil {
		return View{}, err
	}
	number := 1
	if text := r.URL.Query().Get("page"); text != "" {
		if number, err = strconv.Atoi(text); err != nil || number < 1 || number > 1_000_000 {
			return View{}, wrong(fmt.Errorf("page=%.20q is no page: they are numbered from 1", text))
		}
	}
	hold, err := p.Store.StandingHold(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return p.endedHold(ctx, id)
	}
	if err != nil {
		return View{}, err
	}
	return p.holdView(ctx, hold, number)
}

// holdView is the page of a hold.
func (p *Page) holdView(ctx context.Context, hold store.HeldScope, number int) (View, error) {
	kind, err := p.Kinds.Kind(hold.Scope.Kind)
	if err != nil {
		return View{}, err
	}
	data := &holdData{
		holdLine: newHoldLine(hold),
		Kind:     hold.Scope.Kind, Advice: adviceFor(hold), Page: number, CanApprove: hold.Stands,
		Approve: address.Hold(hold.ScopeID) + "/approve",
		Changes: with("/changes", url.Values{"kind": {hold.Scope.Kind}, "scope": {hold.Scope.Place()}}),
	}
	if hold.SinceRunID != "" {
		data.First = runPath(hold.Since)
	}
	if hold.LastRunID != "" {
		data.Last = runPath(hold.LastRun)
		run, err := p.Store.RunByNumber(ctx, hold.LastRun)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return View{}, err
		}
		if err == nil {
			data.LastRun = &run
		}
	}
	if err := p.readSet(ctx, kind, data); err != nil {
		return View{}, err
	}
	all, err := p.Store.StandingHolds(ctx)
	if err != nil {
		return View{}, err
	}
	for _, other := range all {
		if other.Stands && other.ScopeID != hold.ScopeID {
			data.Others++
		}
	}
	title := deletionsOf(hold, "waits for a decision", "wait for a decision")
	if !hold.Stands {
		title = deletionsOf(hold, "is asked for again by the next run", "are asked for again by the next run")
	}
	return View{Page: "hold", Title: title, Nav: "/holds", Data: data}, nil
}

// readSet reads the rows of the set that are on the page, and who refers to them.
func (p *Page) readSet(ctx context.Context, kind *resource.Kind, data *holdData) error {
	from := (data.Page - 1) * heldPage
	if int64(from) >= data.Rows && data.Page > 1 {
		return missing("There is no such page", "The set has "+grouped(data.Rows)+" rows.")
	}
	shown, err := p.Store.HeldPage(ctx, data.ScopeID, data.Digest, from, heldPage)
	lost := errors.Is(err, store.ErrNotFound) || errors.Is(err, resource.ErrCorrupt) || err == nil && len(shown) == 0
	if lost {
		data.CanApprove = false // nobody approves what nobody sees
		return nil
	}
	if err != nil {
		return err
	}
	data.From, data.To = from+1, from+len(shown)
	if data.Page > 1 {
		data.Before = data.Path + "?page=" + strconv.Itoa(data.Page-1) + "#set"
	}
	if int64(data.To) < data.Rows {
		data.After = data.Path + "?page=" + strconv.Itoa(data.Page+1) + "#set"
	}
	return p.readRows(ctx, kind, data, shown)
}

// readRows reads rows of the set as the inventory has them, and who refers to them.
func (p *Page) readRows(ctx context.Context, kind *resource.Kind, data *holdData, shown []resource.Entry) error {
	stored, err := p.Store.LoadRows(ctx, kind, uidsOf(shown))
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, row := range stored {
		ids[row.RowMeta().NativeID] = true
	}
	refers, err := p.whoRefers(ctx, kind, data.Scope, ids)
	if err != nil { // one can decide without that
		p.Log.WarnContext(ctx, "who refers to held rows is not known", "scope", data.ScopeID, "error", err)
		data.RefersUnknown = true
	}
	data.Refers = totals(refers)
	namesakes, err := p.namesakesOf(ctx, kind, data.HeldScope, stored)
	if err != nil { // one can decide without that, too
		p.Log.WarnContext(ctx, "namesakes of held rows are not known", "scope", data.ScopeID, "error", err)
	}
	for _, entry := range shown {
		row := newHeldRow(kind, entry, stored[entry.UID])
		row.Refers = refers.of(row.ID)
		row.Namesake = laterOf(kind, &row, namesakes[row.Name])
		data.Namesakes += count(row.Namesake != nil)
		data.HeldRows = append(data.HeldRows, row)
		data.Gone += count(row.Gone)
		data.Changed += count(row.Changed)
	}
	return nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func uidsOf(entries []resource.Entry) []resource.UID {
	uids := make([]resource.UID, len(entries))
	for i, entry := range entries {
		uids[i] = entry.UID
	}
	return uids
}

// newHeldRow is a row of a set as the inventory has it now; nil: it is gone.
func newHeldRow(kind *resource.Kind, entry resource.Entry, row resource.Row) heldRow {
	held := heldRow{Path: resourcePath(kind.Name(), entry.UID), Gone: row == nil, ID: entry.UID.String()}
	if row == nil {
		return held
	}
	schema, meta := query.SchemaOf(kind), row.RowMeta()
	held.ID, held.Name = meta.NativeID, labelText(schema, row, "name")
	held.Addresses, held.Status = labelText(schema, row, query.IPLabel), labelText(schema, row, "status")
	held.First, held.Written, held.Changed = meta.CreatedAt, meta.UpdatedAt, meta.Hash != entry.Hash
	held.Tree = treeOf(schema, row)
	return held
}

// advice is what a sort of reason means, and what to do about it.
type advice struct {
	Means string
	Look  []string // before one approves
	Mend  []string // if the resources are still there
}

// adviceFor tells the sorts of reasons apart (see diff.Policy).
func adviceFor(hold store.HeldScope) advice {
	a := advice{
		Look: []string{"Look into the cloud's own console: are some of these really gone?", "Ask who owns them, by their node in the service tree."},
		Mend: []string{"Check the region and the endpoint of the account in the configuration.", "Check that the credential may list all of them."},
	}
	switch {
	case !hold.Stands:
		a.Means = "The cloud lists these no longer, and could not be asked for each of them by its id. Nothing has to be decided: the next run asks again by itself."
	case strings.Contains(hold.Reason, "none of them is among"):
		a.Means = "The listing has none of the rows that the inventory has here. Either another fleet answered, by a wrong endpoint or a wrong account, or the whole fleet was replaced."
		a.Mend = append([]string{"Check whose account the credential is: starter accounts tells."}, a.Mend...)
	case strings.Contains(hold.Reason, "no usable id"):
		a.Means = "Some listed resources have no id that can be used, and may be the very ones that seem to be gone."
		a.Mend = []string{"See the refused rows of the run, and tell the provider, or write a bug report."}
	case strings.HasPrefix(hold.Reason, "all "):
		a.Means = "The listing is empty, or has nothing of what the inventory has. An empty answer is often a lost permission, a wrong region, or a fault of the cloud."
	case strings.Contains(hold.Reason, "the configuration holds all"):
		a.Means = "The configuration has every deletion of this kind wait for a person."
	default:
		a.Means = "More would be deleted at once than the configuration allows without a person."
	}
	return a
}

// ended is a hold that is over.
type ended struct {
	Place, Kind string
	Run         *store.Run // that saw the scope last; nil: nobody knows
	Path        string
	Changes     string
}

// endedHold says what became of a hold that waits no more: an address is sent around, and
// opened late.
func (p *Page) endedHold(ctx context.Context, id int64) (View, error) {
	scope, lastRun, err := p.Store.ScopeNumbered(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return View{}, missing("There is no such hold", "The list of holds has all that wait.")
	}
	if err != nil {
		return View{}, err
	}
	data := ended{Place: scope.Scope.Place(), Kind: scope.Scope.Kind, Changes: with("/changes", url.Values{"kind": {scope.Scope.Kind}, "scope": {scope.Scope.Place()}, "op": {"delete"}})}
	run, err := history.FindRun(ctx, p.Store, p.Kinds, cmp.Or(lastRun, "none"))
	switch {
	case err == nil:
		data.Run, data.Path = &run, runPath(run.ID)
	case !errors.Is(err, history.ErrNoRun):
		return View{}, err
	}
	return View{Page: "hold_ended", Title: "Nothing is held there any more", Nav: "/holds", Data: data}, nil
}

// whoOf is who decides.
func whoOf(ctx context.Context) string { return login.From(ctx).Name }

// setChange is how a set differs from another.
type setChange struct {
	store.HoldChange
	Known bool // the older set is still kept
	Path  string
	Rows  []heldRow // some that joined
}

// joinedShown is how many of the rows that joined a set are shown.
const joinedShown = 20

// compareSets compares a set that somebody has seen with the one that waits.
func (p *Page) compareSets(ctx context.Context, hold store.HeldScope, seen string) (change setChange, err error) {
	change.Path = address.Hold(hold.ScopeID)
	change.HoldChange, err = p.Store.CompareHolds(ctx, hold.ScopeID, seen, hold.Digest, joinedShown)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, resource.ErrCorrupt) {
		return change, nil
	}
	if err != nil {
		return change, err
	}
	change.Known = true
	kind, err := p.Kinds.Kind(hold.Scope.Kind)
	if err != nil {
		return change, err
	}
	rows, err := p.Store.LoadRows(ctx, kind, uidsOf(change.First))
	for _, entry := range change.First {
		change.Rows = append(change.Rows, newHeldRow(kind, entry, rows[entry.UID]))
	}
	return change, err
}
