// Package page is the page of the server: HTML that the server writes, for people who look
// at the inventory and decide about what is held. It works without scripts; with them, parts
// of it change in place.
package page

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/serve/login"
	"cloudsync/store"
)

// Inventory answers the questions, and says what it has of the rows.
type Inventory interface {
	inventory.Reader
	State() inventory.State
}

// Options are what the page is made over.
type Options struct {
	Inventory Inventory
	Store     *store.Store
	Kinds     *resource.Registry
	// Desk carries out what operators decide; nil: there is no Temporal, and the page shows
	// what MySQL has.
	Desk Desk
	// TemporalUI is the address of Temporal's own UI, without a slash at the end; empty: the page
	// has no links to it.
	TemporalUI string
	Namespace  string        // in Temporal
	Version    string        // of the program
	Question   time.Duration // that the questions behind one page may take: 5 s
	Now        func() time.Time
	Log        *slog.Logger
}

// Page answers requests. It is safe for concurrent use.
type Page struct {
	Options
	kinds   []*resource.Kind
	views   views
	held    heldScopes
	mux     *http.ServeMux
	handler http.Handler
}

// New returns the page.
func New(options Options) (*Page, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Desk == nil {
		options.Desk = noDesk{}
	}
	if options.Question == 0 {
		options.Question = 5 * time.Second
	}
	p := &Page{Options: options, mux: http.NewServeMux()}
	for _, name := range options.Kinds.Names() {
		kind, err := options.Kinds.Kind(name)
		if err != nil {
			return nil, err
		}
		p.kinds = append(p.kinds, kind)
	}
	if err := p.readTemplates(); err != nil {
		return nil, err
	}
	p.register()
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return nil, fmt.Errorf("compress pages: %w", err)
	}
	p.handler = compress(p.mux)
	return p, nil
}

// register adds all pages, each in its own file.
func (p *Page) register() {
	p.mux.HandleFunc("GET "+staticPath+"{file}", p.static)
	p.registerOverview()
	p.registerHolds()
	p.registerResource()
	p.registerRuns()
	p.registerKinds()
	p.registerPlans()
	p.registerTree()
	p.registerChanges()
	p.registerCompare()
	p.registerInventory()
	p.mux.HandleFunc("/", p.notFound)
}

// Handler answers for all pages.
func (p *Page) Handler() http.Handler { return p.handler }

// Pattern is the route of a request, such as /runs/{run}; empty for none.
func (p *Page) Pattern(r *http.Request) string {
	_, pattern := p.mux.Handler(r)
	return pathOf(pattern)
}

// answer is what a page shows, or why it cannot.
type answer func(ctx context.Context, r *http.Request) (View, error)

// show adds a page that is looked at.
func (p *Page) show(path string, page answer) {
	p.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), p.Question)
		defer cancel()
		view, err := page(ctx, r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		p.write(w, r, cmp.Or(view.Status, http.StatusOK), view)
	})
}

// decision carries out what a form asks for, and says where to look next.
type decision func(ctx context.Context, form url.Values, r *http.Request) (next string, err error)

const (
	// maxForm is the longest form that is read, in bytes: a digest and a note.
	maxForm = 64 << 10
	// decisionLimit is how long a decision may take, most of it in Temporal.
	decisionLimit = 20 * time.Second
)

// decide adds what operators alone may do. Forms of other sites are refused before (see
// login.Guard).
func (p *Page) decide(path string, decide decision) {
	p.mux.Handle("POST "+path, login.Require(login.Operator, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), decisionLimit)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			p.fail(w, r, &Fault{Status: http.StatusBadRequest, Title: "The form cannot be read", Text: "Go back, load the page again, and send it once more."})
			return
		}
		next, err := decide(ctx, r.PostForm, r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
	})))
}
