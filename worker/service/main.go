package service

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"cloudsync/deployment"
	"cloudsync/untrusted"
)

// gcPercent is how much the memory grows between collections, where GOGC does not say. The
// garbage of a first load is most of a worker's peak: with Go's 100, that of a million hosts
// takes 297 MiB, with this 271 and no more time (docs/benchmarks.md).
const gcPercent = 75

// Main is the program worker: it reads the command line, and runs a worker that opens accounts
// of real clouds so until a signal ends it. With nil, the worker has the mock cloud only, and
// the program has no cloud's SDK in it.
func Main(open Opener) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	opts := Options{Open: open}
	flag.StringVar(&opts.ConfigPath, "config", os.Getenv("CLOUDSYNC_CONFIG"), "configuration `file` (default $CLOUDSYNC_CONFIG)")
	flag.StringVar(&opts.Listen, "listen", "127.0.0.1:9466", "`address` of /metrics, /healthz and /readyz; empty: none")
	flag.StringVar(&opts.LogFormat, "log-format", "text", "text or json")
	flag.BoolVar(&opts.Verbose, "verbose", false, "log debug messages, too")
	flag.StringVar(&opts.Profile, "profile", "", "`folder` in which to leave a CPU and a memory profile at the end; empty: none")
	flag.StringVar(&opts.BuildID, "build-id", os.Getenv(deployment.Variable), "`name` of the build in Temporal (default $CLOUDSYNC_BUILD_ID, else the version it was built from, else a digest of the program)")
	flag.Parse()
	if err := Run(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, untrusted.Lines("worker: "+err.Error()))
		os.Exit(1)
	}
}
