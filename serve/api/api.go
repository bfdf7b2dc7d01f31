// Package api is the REST API over the inventory: questions about its rows as of now or of a
// time, exports, the history and the runs. Its OpenAPI document is made from the code.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"

	"cloudsync/discovery"
	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/store"
)

// Prefix begins the paths of the API.
const Prefix = "/api/v1"

// Inventory answers the questions, and says what it has of the rows. Without kinds in its
// State, it has none of its own.
type Inventory interface {
	inventory.Reader
	State() inventory.State
}

// Verifier is an Inventory that can compare its rows with those of the tables.
type Verifier interface {
	Verify(ctx context.Context, kind *resource.Kind) (inventory.Verification, error)
}

// Options are what the API is made over.
type Options struct {
	Inventory Inventory
	Labels    discovery.Source // of the same rows
	Store     *store.Store     // the history, the runs, and single rows
	Kinds     *resource.Registry
	Version   string // of the program
	Limits    Limits
	// Operators lets those pass who may do more than ask; nil: all.
	Operators func(http.Handler) http.Handler
	// Client names whoever sent a request, for the limit on what one may ask; nil, or an empty
	// name: its address.
	Client func(*http.Request) string
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: slog.Default
}

// API answers requests. It is safe for concurrent use.
type API struct {
	options Options
	kinds   []*resource.Kind
	doors   doors
	boot    string // differs between processes: versions of an inventory do not
	mux     *http.ServeMux
	huma    huma.API
	handler http.Handler
}

// New returns the API.
func New(options Options) (*API, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	options.Limits = options.Limits.orDefaults()
	a := &API{options: options, doors: newDoors(options.Limits), boot: newBoot(), mux: http.NewServeMux()}
	for _, name := range options.Kinds.Names() {
		kind, err := options.Kinds.Kind(name)
		if err != nil {
			return nil, err
		}
		a.kinds = append(a.kinds, kind)
	}
	a.huma = humago.New(a.mux, a.config())
	a.register()
	if err := a.describe(); err != nil {
		return nil, err
	}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return nil, fmt.Errorf("compress answers: %w", err)
	}
	a.handler = limitAddress(a.checkParameters(a.limitClients(compress(a.admit(a.revalidate(a.mux), problemFor)), problemFor)), problemFor)
	return a, nil
}

// register adds all operations.
func (a *API) register() {
	a.registerResources()
	a.registerCount()
	a.registerTree()
	a.registerExport()
	a.registerLabels()
	a.registerChanges()
	a.registerRuns()
	a.registerIndex()
	a.registerDiscovery()
	a.mux.HandleFunc("/", a.notFound)
}

// Bound bounds what is asked of another handler, together with what is asked of the API.
// Pages repeat their address in many links, so its length counts there, too. What is beyond a
// bound, refuse answers.
func (a *API) Bound(next http.Handler, refuse Refuser) http.Handler {
	return limitAddress(a.limitClients(a.admit(next, refuse), refuse), refuse)
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Pattern is the route of a request, such as /api/v1/resources/{kind}; empty for none.
func (a *API) Pattern(r *http.Request) string {
	_, pattern := a.mux.Handler(r)
	_, path, _ := strings.Cut(pattern, " ")
	return path
}

// notFound tells an address that is none from a method that it does not have.
func (a *API) notFound(w http.ResponseWriter, r *http.Request) {
	get := r.Clone(r.Context())
	get.Method = http.MethodGet
	if r.Method != http.MethodGet && a.Pattern(get) != "" {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "this address takes GET alone")
		return
	}
	refuse(w, http.StatusNotFound, "there is nothing at this address: /api/openapi.json has all that there are")
}

// describe serves the OpenAPI document, as it is when all operations are there.
func (a *API) describe() error {
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	yaml, err := a.huma.OpenAPI().YAML()
	if err != nil {
		return fmt.Errorf("describe the API in YAML: %w", err)
	}
	for path, answer := range map[string]struct {
		contentType string
		body        []byte
	}{
		"/api/openapi.json": {"application/openapi+json", document},
		"/api/openapi.yaml": {"application/openapi+yaml", yaml},
	} {
		a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", answer.contentType)
			_, _ = w.Write(answer.body) // nobody is left to tell
		})
	}
	return nil
}
