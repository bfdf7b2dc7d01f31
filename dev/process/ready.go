package process

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// probeEvery is short next to any server's start, and cheap on loopback.
const probeEvery = 50 * time.Millisecond

// shownLogLines is how much of a log an error carries.
const shownLogLines = 20

// WaitReady probes until the process is ready for work. It fails when the
// process ends first, with the last lines of its log, or when the context ends.
func (c *Child) WaitReady(ctx context.Context, probe func(context.Context) error) error {
	again := time.NewTicker(probeEvery)
	defer again.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-c.done:
			return c.Died()
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w (log: %s)", c.Name(), err, c.LogFile())
		case <-again.C:
		}
	}
}

// Answers probes whether a server answers an address with 200.
func Answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return fmt.Errorf("ask whether it is ready: %w", err)
		}
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			return fmt.Errorf("ask whether it is ready: %w", err)
		}
		defer answer.Body.Close() //nolint:errcheck // the status says it all
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, answer.Status)
		}
		return nil
	}
}

// Died describes the end of a process that should still be running.
func (c *Child) Died() error {
	how := "exit status 0"
	if c.err != nil {
		how = c.err.Error()
	}
	return fmt.Errorf("%s ended unexpectedly (%s); the last lines of %s:\n%s",
		c.Name(), how, c.LogFile(), indent(c.LogTail(shownLogLines)))
}

func indent(lines []string) string {
	return "  " + strings.Join(lines, "\n  ")
}
