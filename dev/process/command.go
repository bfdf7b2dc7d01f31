package process

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Command is a program that runs to its end, such as a build or a migration.
type Command struct {
	Path string
	Args []string
	// Env is the whole environment; nil is that of this process.
	Env []string
	Dir string
	// OnLine, if set, gets each line of output as it comes.
	OnLine func(line string)
}

// Run runs the command. Its last lines of output are part of the error, for they
// usually name the reason.
func (c Command) Run(ctx context.Context) error {
	out := &lineWriter{onLine: c.OnLine}
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownGroup()
	// A build tool's compilers are in its group, and end with it.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second

	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", c, err, indent(out.last))
	}
	return nil
}

// String is the command line.
func (c Command) String() string {
	return strings.Join(append([]string{c.Path}, c.Args...), " ")
}

// lineWriter cuts output into lines, passes them on, and remembers the last few
// that say something.
type lineWriter struct {
	onLine  func(string)
	partial []byte
	last    []string
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.partial = append(w.partial, p...)
	for {
		line, rest, found := bytes.Cut(w.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		w.take(string(bytes.TrimRight(line, "\r")))
		w.partial = rest
	}
}

func (w *lineWriter) take(line string) {
	if strings.TrimSpace(line) != "" {
		w.last = append(w.last, line)
		w.last = w.last[max(0, len(w.last)-shownLogLines):]
	}
	if w.onLine != nil {
		w.onLine(line)
	}
}
