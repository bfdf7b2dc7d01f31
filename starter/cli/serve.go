package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/spf13/cobra"

	"cloudsync/inventory"
	"cloudsync/monitor"
	"cloudsync/serve"
	"cloudsync/serve/api"
	"cloudsync/store"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen, logFormat string
	verbose           bool
}

// serveConnections is how many connections to MySQL the server has at most: one for each
// question and export that it answers at a time, and some for its health and metrics.
const serveConnections = 16

func (p *Program) serveCommand() *cobra.Command {
	var opts serveOptions
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the inventory over HTTP", Args: cobra.NoArgs,
		Long: `Serves the inventory over HTTP until it is told to stop: the API under /api/v1,
which /api/openapi.json describes, /metrics, /healthz and /readyz.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkLoopback(opts.listen); err != nil {
				return err
			}
			return p.serve(cmd.Context(), opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.listen, "listen", "127.0.0.1:9467", "`HOST:PORT` to listen at")
	flags.StringVar(&opts.logFormat, "log-format", "text", "text or json")
	flags.BoolVar(&opts.verbose, "verbose", false, "log debug messages, too")
	return cmd
}

// checkLoopback refuses addresses that others reach: nobody logs in.
func checkLoopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen %q: write HOST:PORT, such as 127.0.0.1:9467", listen)
	}
	addr, err := netip.ParseAddr(host)
	if host == "localhost" || err == nil && addr.Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("--listen %q: nobody logs in, so the server is for this machine alone: write 127.0.0.1:PORT", listen)
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
	s, err := store.Open(ctx, cfg.MySQL.DSN, store.Options{MaxOpenConns: serveConnections, ConnectTimeout: p.patience, TLS: cfg.MySQL.TLS})
	if err != nil {
		return fmt.Errorf("%w: check that the server runs, and mysql_s[0].addr in %s", err, p.configPath())
	}
	server, err := serve.New(serve.Options{
		Options: api.Options{Inventory: inventory.FromTables(s), Store: s, Kinds: p.kinds, Version: readBuild().Version, Log: log},
		Listen:  opts.listen,
	})
	if err == nil {
		err = server.Run(ctx)
	}
	return errors.Join(err, s.Close())
}
