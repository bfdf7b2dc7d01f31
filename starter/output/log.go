package output

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"cloudsync/untrusted"
)

// NewLog returns a logger for whoever waits for a command to end: without times,
// and with each message once, however often something is tried.
func NewLog(out io.Writer) *slog.Logger {
	return slog.New(once{
		Handler: slog.NewTextHandler(untrusted.LinesTo(out), &slog.HandlerOptions{ReplaceAttr: withoutTime}),
		seen:    &sync.Map{},
	})
}

func withoutTime(_ []string, attr slog.Attr) slog.Attr {
	if attr.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attr
}

// once is a handler that repeats no message.
type once struct {
	slog.Handler
	seen *sync.Map
}

// Handle passes a message on that is new.
func (o once) Handle(ctx context.Context, record slog.Record) error {
	if _, repeated := o.seen.LoadOrStore(record.Message, true); repeated {
		return nil
	}
	return o.Handler.Handle(ctx, record)
}
