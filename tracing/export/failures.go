package export

import (
	"log/slog"
	"sync"
	"time"
)

// failuresEvery is how often failures are logged: a collector that is away fails every few seconds.
const failuresEvery = 10 * time.Minute

// failures logs what OpenTelemetry could not do.
type failures struct {
	now func() time.Time
	log *slog.Logger

	mu       sync.Mutex
	loggedAt time.Time // zero: never
	since    int       // that were not logged
}

// Handle implements otel.ErrorHandler.
func (f *failures) Handle(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); f.loggedAt.IsZero() || now.Sub(f.loggedAt) >= failuresEvery {
		f.log.Warn("traces are lost", "error", err, "others_before", f.since)
		f.loggedAt, f.since = now, 0
		return
	}
	f.since++
}
