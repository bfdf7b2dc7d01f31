// Command starter is the operator's command line of cloudsync: schedules, runs
// and the database's schema.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"cloudsync/starter/cli"
	"cloudsync/starter/output"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	slog.SetDefault(output.NewLog(os.Stderr))
	status := cli.New(os.Stdout, os.Stderr, os.Getenv).Run(ctx, os.Args[1:])
	os.Exit(status)
}
