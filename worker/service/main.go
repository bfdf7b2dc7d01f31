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
	"cloudsync/monitor"
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
	if err := do(ctx, open); err != nil {
		fmt.Fprintln(os.Stderr, untrusted.Lines("worker: "+err.Error()))
		os.Exit(1)
	}
}

func do(ctx context.Context, open Opener) error {
	opts, word, err := commandLine(flag.CommandLine, os.Args[1:])
	if err != nil {
		return err
	}
	if word == wordVersion {
		fmt.Println("worker", monitor.ReadBuild())
		return nil
	}
	opts.Open = open
	return Run(ctx, opts)
}

// wordVersion asks what the program was built from.
const wordVersion = "version"

// commandLine reads the flags, and the word after them, "" for none: flag stops reading at the
// first word, and what is behind it would be ignored.
func commandLine(flags *flag.FlagSet, args []string) (opts Options, word string, err error) {
	flags.StringVar(&opts.ConfigPath, "config", os.Getenv("CLOUDSYNC_CONFIG"), "configuration `file` (default $CLOUDSYNC_CONFIG)")
	flags.StringVar(&opts.Listen, "listen", "127.0.0.1:9466", "`address` of /metrics, /healthz and /readyz; empty: none")
	flags.StringVar(&opts.LogFormat, "log-format", "text", "text or json")
	flags.BoolVar(&opts.Verbose, "verbose", false, "log debug messages, too")
	flags.StringVar(&opts.Profile, "profile", "", "`folder` in which to leave a CPU and a memory profile at the end; empty: none")
	flags.StringVar(&opts.BuildID, "build-id", os.Getenv(deployment.Variable), "`name` of the build in Temporal (default $CLOUDSYNC_BUILD_ID, else the version it was built from, else a digest of the program)")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return opts, "", err
	}
	words := flags.Args()
	switch {
	case len(words) == 0:
		return opts, "", nil
	case len(words) == 1 && words[0] == wordVersion:
		return opts, wordVersion, nil
	case words[0] == wordVersion:
		return opts, "", fmt.Errorf("%q after version: write version alone", words[1])
	default:
		return opts, "", fmt.Errorf("%q is not understood: write flags only, or version; `worker --help` lists them", words[0])
	}
}

const usage = `worker runs the workflows and activities of cloudsync until it is told to stop.

  worker [flags]    work
  worker version    say what the program was built from

Flags:
`
