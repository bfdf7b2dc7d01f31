package page

import (
	"context"
	"errors"
	"time"

	"cloudsync/serve/operate"
	"cloudsync/starter/schedule"
)

// How long a page waits for Temporal: all else that it shows is in MySQL. On a kind's page, the
// schedule is half of what one looks for.
const (
	scheduleWait     = 150 * time.Millisecond
	kindScheduleWait = time.Second
)

// readSchedules asks for the schedules, by kind, or says why they are not known: pages are
// shown without them, too.
func (p *Page) readSchedules(ctx context.Context, wait time.Duration) (known map[string]schedule.Overview, problem string) {
	brief, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	all, err := p.Desk.Schedules(brief)
	if err != nil {
		return nil, p.withoutSchedules(ctx, err)
	}
	known = map[string]schedule.Overview{}
	for _, one := range all {
		known[one.Kind] = one
	}
	return known, ""
}

func (p *Page) withoutSchedules(ctx context.Context, err error) string {
	if errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, operate.ErrNoTemporal) {
		return "Temporal has not told its schedules yet. Load the page again to see them."
	}
	p.Log.WarnContext(ctx, "the schedules are not known", "error", err)
	if errors.Is(err, operate.ErrNoTemporal) {
		return "Temporal does not answer: schedules and next runs are not known, and nothing can be decided until it does."
	}
	return "Temporal answers with an error: schedules and next runs are not known. The server's log says why."
}
