package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

func (p *Page) registerResource() {
	p.show("/resources/{kind}/{uid}", p.resource)
}

// resourceData is one resource.
type resourceData struct {
	Kind, UID, ID, Name string
	Place               string
	Scope               []crumb // provider, account, region
	Tree                string
	Facts               []fact
	Unset               []string
	Tags                []tag
	Related             []related
	Life                *lifeData
	At                  time.Time // the page is of this time; zero: now
	Now                 string    // path of the page of now
	Gone                *goneData
	Held                *heldThere
}

// tag is a tag with the inventory of those that have the same.
type tag struct{ Key, Value, Path string }

// goneData is what became of a resource that the inventory no longer has.
type goneData struct {
	At      time.Time
	Run     int64 // 0: no longer on record
	RunID   string
	Restore string // what to type; empty on a page of the past
}

// resource shows a row, what belongs to it, and its life.
func (p *Page) resource(ctx context.Context, r *http.Request) (View, error) {
	kind, uid, err := p.resourceNamed(r)
	if err != nil {
		return View{}, err
	}
	at, err := p.timeAsked(r.URL.Query().Get("at"))
	if err != nil {
		return View{}, err
	}
	data := &resourceData{Kind: kind.Name(), UID: uid.String(), At: at, Now: resourcePath(kind.Name(), uid)}
	row, err := p.rowAt(ctx, kind, uid, at)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return View{}, err
	}
	if data.Life, err = p.life(ctx, kind, uid, r.URL.Query().Get("before")); err != nil {
		return View{}, err
	}
	if row == nil {
		row, err = p.lastSeen(ctx, data, kind, uid)
	}
	if err != nil {
		return View{}, err
	}
	data.describe(kind, row)
	if data.Gone == nil && at.IsZero() {
		if data.Related, err = p.relatedOf(ctx, kind, row); err != nil {
			return View{}, err
		}
		if data.Held, err = p.heldRow(ctx, row); err != nil {
			return View{}, err
		}
	}
	title := data.Name
	if title == "" {
		title = data.ID
	}
	return View{Page: "resource", Title: title, Nav: "/inventory", Data: data}, nil
}

func (p *Page) resourceNamed(r *http.Request) (*resource.Kind, resource.UID, error) {
	kind, err := p.Kinds.Named(r.PathValue("kind"))
	if err != nil {
		return nil, resource.UID{}, missing("There is no such kind", "The inventory has "+strings.Join(p.Kinds.Names(), ", ")+".")
	}
	uid, err := history.ParseUID(r.PathValue("uid"))
	if err != nil || uid == (resource.UID{}) {
		return nil, uid, missing("There is no such resource", "An address of a resource ends in its uid, 32 hexadecimal digits.")
	}
	return kind, uid, nil
}

// timeAsked reads the time that a page is asked for; none is now.
func (p *Page) timeAsked(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := history.ParsePast(text, p.Now())
	if err != nil {
		return at, wrong(err)
	}
	return at, nil
}

// rowAt is the row at a time; nil: there is none.
func (p *Page) rowAt(ctx context.Context, kind *resource.Kind, uid resource.UID, at time.Time) (resource.Row, error) {
	if !at.IsZero() {
		return p.Store.RowAsOf(ctx, kind, uid, at)
	}
	rows, err := p.Store.LoadRows(ctx, kind, []resource.UID{uid})
	if err != nil || rows[uid] == nil {
		return nil, err
	}
	return rows[uid], nil
}

// lastSeen is the row as it was when it was deleted last, by then. The part of its life that
// is shown may be an older one, so it is asked for by itself.
func (p *Page) lastSeen(ctx context.Context, data *resourceData, kind *resource.Kind, uid resource.UID) (resource.Row, error) {
	deletions, err := p.Store.Changes(ctx, store.ChangeFilter{
		Kinds: []*resource.Kind{kind}, UID: uid, Ops: []diff.Op{diff.Delete}, Until: data.At, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(deletions) == 0 && !data.At.IsZero() {
		return nil, missing("The inventory did not have this resource then", "Its page of now tells when it appeared: "+data.Now)
	}
	if len(deletions) == 0 {
		return nil, missing("The inventory has no such resource", "Nor does its history: the resource never was here, or its records are no longer kept.")
	}
	deletion := deletions[0]
	data.Gone = &goneData{At: deletion.ChangedAt, Run: deletion.RunNumber, RunID: deletion.RunID}
	if data.At.IsZero() { // it may be there again by now
		data.Gone.Restore = "starter restore --uid " + data.UID + " --note 'why'"
	}
	return kind.ParseImage(deletion.Image)
}

// describe fills in what the row tells.
func (d *resourceData) describe(kind *resource.Kind, row resource.Row) {
	meta := row.RowMeta()
	d.ID = meta.NativeID
	d.Place = resource.Scope{Provider: meta.Provider, Account: meta.Account, Region: meta.Region}.Place()
	narrowed := query.Query{}
	for _, part := range []struct{ label, value string }{{"provider", meta.Provider}, {"account", meta.Account}, {"region", meta.Region}} {
		narrowed = narrowed.And(part.label, part.value)
		d.Scope = append(d.Scope, crumb{Name: part.value, Path: inventoryOf(kind, narrowed)})
	}
	schema := query.SchemaOf(kind)
	d.Name = labelText(schema, row, "name")
	d.Tree = treeOf(schema, row)
	d.Facts, d.Unset, d.Tags = factsOf(kind, row)
}

// inventoryOf is the inventory of a kind, narrowed.
func inventoryOf(kind *resource.Kind, narrowed query.Query) string {
	return with("/inventory", url.Values{"kind": {kind.Name()}, "q": {narrowed.Written()}})
}

// relatedOf asks for what belongs to a row, and what it belongs to, side by side.
func (p *Page) relatedOf(ctx context.Context, kind *resource.Kind, row resource.Row) ([]related, error) {
	asked := p.relations(kind, row)
	asking, ctx := errgroup.WithContext(ctx)
	for i := range asked {
		asking.Go(func() error { return p.ask(ctx, &asked[i]) })
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	found := asked[:0]
	for _, one := range asked {
		if one.Total > 0 || one.IsReference {
			found = append(found, one)
		}
	}
	return found, nil
}
