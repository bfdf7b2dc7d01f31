package monitor

import (
	"fmt"
	"io"
	"log/slog"

	"cloudsync/untrusted"
)

// NewLogger returns the logger of a process that runs until it is stopped, as text or json,
// without debug messages unless it is verbose.
func NewLogger(out io.Writer, format string, verbose bool) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		options.Level = slog.LevelDebug
	}
	switch format {
	case "", "text":
		return slog.New(slog.NewTextHandler(untrusted.LinesTo(out), options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(untrusted.JSONTo(out), options)), nil
	default:
		return nil, fmt.Errorf("unknown log format %q: use text or json", format)
	}
}
