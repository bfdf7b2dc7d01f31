package process

import (
	"context"
	"fmt"
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
