package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"cloudsync/cluster"
	"cloudsync/config"
	"cloudsync/discovery"
	"cloudsync/index"
	"cloudsync/inventory"
	"cloudsync/monitor"
	"cloudsync/resource"
	"cloudsync/serve"
	"cloudsync/serve/api"
	"cloudsync/serve/login"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/store"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen, logFormat string
	verbose           bool
}

// serveConnections is how many connections to MySQL the server has at most, for the index and
// for all else: one for each question and export that it answers at a time, and some for its
// health and metrics.
const serveConnections = 16

// serveStatement is how long MySQL works on a question of the API or of the page, which end
// before that. The index reads whole tables by one statement, over connections of its own.
const serveStatement = 10 * time.Second

// serveGCPercent is how much the server's memory grows between collections, where GOGC does
// not say: most of it is the index, which stays and has few pointers to follow
// (docs/benchmarks.md).
const serveGCPercent = 25

func (p *Program) serveCommand() *cobra.Command {
	var opts serveOptions
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the inventory over HTTP", Args: cobra.NoArgs,
		Long: `Serves the inventory over HTTP until it is told to stop: the API under /api/v1,
which /api/openapi.json describes, /metrics, /healthz and /readyz. It keeps an
index of the inventory in memory. Who may ask, the section serve of the
configuration says; without it, the server is for this machine alone.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.listen, "listen", "", "`HOST:PORT` to listen at, instead of serve.listen (127.0.0.1:9467)")
	flags.StringVar(&opts.logFormat, "log-format", "text", "text or json")
	flags.BoolVar(&opts.verbose, "verbose", false, "log debug messages, too")
	return cmd
}

func (p *Program) serve(ctx context.Context, opts serveOptions) error {
	log, err := monitor.NewLogger(p.err.Writer(), opts.logFormat, opts.verbose)
	if err != nil {
		return fmt.Errorf("--log-format: %w", err)
	}
	cfg, err := p.loadConfig()
	if err != nil {
		return err
	}
	settings := cfg.Serve.On(opts.listen)
	guard, err := login.New(settings, log)
	if err != nil {
		return err
	}
	opened := store.Options{MaxOpenConns: serveConnections, ConnectTimeout: p.patience, TLS: cfg.MySQL.TLS}
	whole, err := store.Open(ctx, cfg.MySQL.DSN, opened)
	if err != nil {
		return config.ExplainMySQL(err, p.configPath())
	}
	opened.StatementLimit = serveStatement
	s, err := store.Open(ctx, cfg.MySQL.DSN, opened)
	if err != nil {
		return errors.Join(err, whole.Close())
	}
	return errors.Join(p.serveIndex(ctx, whole, s, settings, guard, log), s.Close(), whole.Close())
}

// serveIndex serves until ctx ends, and keeps the index up to date meanwhile. The index reads
// whole tables; s is for questions.
func (p *Program) serveIndex(ctx context.Context, whole, s *store.Store, settings config.Serve, guard *login.Guard, log *slog.Logger) error {
	if _, err := s.Runs(ctx, "", 1); err != nil { // without the tables, each question would fail
		return explainSchema(err)
	}
	kinds, err := p.kindsOf("")
	if err != nil {
		return err
	}
	if p.env("GOGC") == "" {
		debug.SetGCPercent(serveGCPercent)
	}
	temporal, err := p.temporalOptions()
	if err != nil {
		return err
	}
	desk := p.newDesk(temporal, log)
	rows := index.New(whole, kinds, index.Options{Log: log})
	server, err := serve.New(serve.Options{
		Options: api.Options{
			Inventory: rows, Labels: labelsOf{rows}, Store: s, Kinds: p.kinds, Version: monitor.ReadBuild().Version, Log: log, Client: whoAsks,
			Operators: func(next http.Handler) http.Handler { return login.Require(login.Operator, next) },
		},
		Page:   page.Options{TemporalUI: settings.TemporalUI, Desk: desk, Namespace: temporal.Namespace},
		Listen: settings.Listen, TLS: settings.TLS(), Guard: guard.Wrap, Work: workOf(desk),
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return rows.Run(ctx) })
	running.Go(func() error { return desk.Run(ctx) })
	running.Go(func() error {
		defer cancel() // the index ends with the last answer
		return server.Run(ctx)
	})
	return running.Wait()
}

// newDesk is where the page's operators decide. It connects when somebody first looks: the
// server has an inventory to show without Temporal, too.
func (p *Program) newDesk(temporal client.Options, log *slog.Logger) *operate.Desk {
	return operate.New(operate.Options{
		Dial:      func(ctx context.Context) (client.Client, error) { return cluster.DialOnce(ctx, temporal) },
		Namespace: temporal.Namespace, Kinds: p.kinds.Names(), Log: log,
	})
}

// whoAsks is who asks, for the limit on what one may ask: behind a proxy, all come from one
// address. Where nobody logs in, the address tells.
func whoAsks(r *http.Request) string {
	who := login.From(r.Context())
	if who.Method == login.Local {
		return ""
	}
	return string(who.Method) + " " + who.Name
}

// labelsOf are the labels that an index has, for what other programs discover.
type labelsOf struct{ rows *index.Index }

// Each implements discovery.Source.
func (l labelsOf) Each(ctx context.Context, scope inventory.Scope, show func(*resource.Kind, discovery.Labels) error) error {
	return l.rows.EachLabels(ctx, scope, func(kind *resource.Kind, labels *index.Labels) error { return show(kind, labels) })
}
