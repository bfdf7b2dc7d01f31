// Command worker runs the workflows and activities of cloudsync: it polls
// Temporal's task queue until it is told to stop.
package main

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
	"cloudsync/worker/service"
)

// gcPercent is how much the memory grows between collections, where GOGC does not say. The
// garbage of a first load is most of a worker's peak: with Go's 100, that of a million hosts
// takes 297 MiB, with this 271 and no more time (docs/benchmarks.md).
const gcPercent = 75

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var opts service.Options
	flag.StringVar(&opts.ConfigPath, "config", os.Getenv("CLOUDSYNC_CONFIG"), "configuration `file` (default $CLOUDSYNC_CONFIG)")
	flag.StringVar(&opts.Listen, "listen", "127.0.0.1:9466", "`address` of /metrics, /healthz and /readyz; empty: none")
	flag.StringVar(&opts.LogFormat, "log-format", "text", "text or json")
	flag.BoolVar(&opts.Verbose, "verbose", false, "log debug messages, too")
	flag.StringVar(&opts.Profile, "profile", "", "`folder` in which to leave a CPU and a memory profile at the end; empty: none")
	flag.StringVar(&opts.BuildID, "build-id", os.Getenv(deployment.Variable), "`name` of the build in Temporal (default $CLOUDSYNC_BUILD_ID, else the version it was built from, else a digest of the program)")
	flag.Parse()
	if err := service.Run(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, untrusted.Lines("worker: "+err.Error()))
		os.Exit(1)
	}
}
