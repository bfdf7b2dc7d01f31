// Package serve is the server: it listens, has the API behind whoever guards it, shows its
// metrics and health, and stops without breaking off what it answers.
package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cloudsync/monitor"
	"cloudsync/serve/api"
	"cloudsync/serve/page"
)

// Options are what the server is made over.
type Options struct {
	api.Options
	Listen string      // HOST:PORT
	TLS    *tls.Config // nil: HTTP
	// Guard lets requests pass whose sender is known; nil: all. /healthz and /readyz are not
	// behind it: they say nothing of the inventory.
	Guard func(http.Handler) http.Handler
	// Page is what people look at, behind the guard; its Inventory, Store, Kinds, Version, Now and
	// Log are those of the API.
	Page       page.Options
	TreeGauges int // nodes of the service tree in /metrics at most, each with a kind: 2,000
	// RowGauges and ScopeGauges are how many gauges of rows by account, and of old scopes,
	// /metrics has at most: 2,000 each.
	RowGauges, ScopeGauges int
	// Work tells what Temporal has of the program's work; nil: /metrics has nothing of it.
	Work func(context.Context) (Work, error)
	Stop time.Duration // that answers have to end when the server stops: 20 s
}

// Server answers over HTTP.
type Server struct {
	options  Options
	api      *api.API
	page     *page.Page
	inner    *http.ServeMux // what the guard is before
	handler  http.Handler
	requests *requests
}

// Times that a client has, beside those of the API. An export sets its own for writing.
const (
	headerLimit = 5 * time.Second
	readLimit   = 15 * time.Second
	writeLimit  = time.Minute
	idleLimit   = 2 * time.Minute
	// maxHeader leaves room for the longest address of the API, whose own error is
	// clearer, and for what else browsers send.
	maxHeader = 128 << 10 // bytes
	// cutLimit is how long broken-off answers have to end.
	cutLimit = 5 * time.Second
)

// New returns a server that does not listen yet.
func New(options Options) (*Server, error) {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	options.Stop = cmp.Or(options.Stop, 20*time.Second)
	options.TreeGauges, options.RowGauges = cmp.Or(options.TreeGauges, 2000), cmp.Or(options.RowGauges, 2000)
	options.ScopeGauges = cmp.Or(options.ScopeGauges, 2000)
	answers, err := api.New(options.Options)
	if err != nil {
		return nil, err
	}
	look := options.Page
	look.Inventory, look.Store, look.Kinds, look.Version = options.Inventory, options.Store, options.Kinds, options.Version
	look.Now, look.Log = options.Now, options.Log
	pages, err := page.New(look)
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, api: answers, page: pages, inner: http.NewServeMux(), requests: newRequests()}
	registry := monitor.NewRegistry()
	if err := s.registerMetrics(registry); err != nil {
		return nil, err
	}
	s.inner.Handle("GET /metrics", monitor.Metrics(registry))
	s.inner.Handle("/api/", answers)
	s.inner.Handle("/", answers.Bound(pages.Handler(), pages.Refuse))
	guarded := http.Handler(s.inner)
	if options.Guard != nil {
		guarded = options.Guard(guarded)
	}
	outer := http.NewServeMux()
	outer.Handle("GET /healthz", monitor.Alive())
	outer.Handle("GET /readyz", monitor.Ready(s.ready))
	outer.Handle("/", guarded)
	s.handler = s.requests.count(s.route, withHeaders(outer))
	return s, nil
}

func (s *Server) registerMetrics(registry *prometheus.Registry) error {
	collectors := []prometheus.Collector{
		s.requests.took, indexGauges{s.options.Inventory}, newTreeGauges(s.options), newRowGauges(s.options), newRecordGauges(s.options),
	}
	if s.options.Work != nil {
		collectors = append(collectors, newWorkGauges(s.options))
	}
	for _, collector := range collectors {
		if err := registry.Register(collector); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// withHeaders keeps browsers from guessing what an answer is.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// route is the pattern of a request's path: there are few, whatever is asked for.
func (s *Server) route(r *http.Request) string {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/metrics":
		return r.URL.Path
	}
	for _, pattern := range []string{s.api.Pattern(r), s.page.Pattern(r)} {
		if pattern != "" && pattern != "/" {
			return pattern
		}
	}
	return "other"
}

// ready says that the questions can be answered. Anybody may ask: what MySQL says is for
// the log.
func (s *Server) ready(ctx context.Context) error {
	if !s.options.Inventory.State().Loaded() {
		return errors.New("the inventory is still being loaded")
	}
	if err := s.options.Store.Ping(ctx); err != nil {
		s.options.Log.WarnContext(ctx, "the server is not ready", "error", err)
		return errors.New("MySQL does not answer: the server's log says why")
	}
	return nil
}

// Handler is what the server answers with.
func (s *Server) Handler() http.Handler { return s.handler }

// Run listens and answers until ctx is done. It returns nil after a clean stop.
func (s *Server) Run(ctx context.Context) error {
	listener, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	return s.Serve(ctx, listener)
}

// Listen begins to listen.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w: choose another address", s.options.Listen, err)
	}
	return listener, nil
}

// Serve answers until ctx is done. Then it takes no more requests, and lets answers end; what
// takes longer than the options say breaks off.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	answers, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	defer breakOff()
	server := &http.Server{
		Handler: s.handler, TLSConfig: s.options.TLS, BaseContext: func(net.Listener) context.Context { return answers },
		ReadHeaderTimeout: headerLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: idleLimit, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug), // what strangers send wrong
	}
	failed := make(chan error, 1)
	go func() { failed <- s.accept(server, listener) }()
	s.options.Log.InfoContext(ctx, "serving the inventory", "url", s.url(listener))
	select {
	case err := <-failed:
		return fmt.Errorf("serve at %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	s.options.Log.InfoContext(ctx, "the server is stopping: answers under way end", "limit", s.options.Stop)
	return s.stop(context.WithoutCancel(ctx), server, breakOff)
}

func (s *Server) accept(server *http.Server, listener net.Listener) error {
	if s.options.TLS != nil {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}

func (s *Server) url(listener net.Listener) string {
	scheme := "http"
	if s.options.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + listener.Addr().String()
}

// stop ends the server. What uses the database has ended when it returns, unless that does
// not end with its context.
func (s *Server) stop(ctx context.Context, server *http.Server, breakOff func()) error {
	patient, cancel := context.WithTimeout(ctx, s.options.Stop)
	defer cancel()
	if err := server.Shutdown(patient); err == nil {
		return nil
	}
	s.options.Log.WarnContext(ctx, "answers break off: they took too long to end")
	breakOff()
	brief, cancel := context.WithTimeout(ctx, cutLimit)
	defer cancel()
	if err := server.Shutdown(brief); err == nil {
		return nil
	}
	if err := server.Close(); err != nil {
		return fmt.Errorf("close connections: %w", err)
	}
	return nil
}
