// Package process runs child processes and ends them: each one by its own pid,
// and nothing else.
package process

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// defaultGrace is how long a child gets between SIGTERM and SIGKILL: a database
// with a full buffer pool needs several seconds to write it out.
const defaultGrace = 20 * time.Second

// Spec says what to run and where its traces go.
type Spec struct {
	// Name is what messages call the process.
	Name string
	Path string
	Args []string
	// Env is the whole environment; nil is that of this process.
	Env []string
	Dir string
	// Log is the file that gets standard output and standard error.
	Log string
	// PIDFile, if set, names the process while it runs, so that a later start
	// can recognise one that was left behind.
	PIDFile string
	// Grace is the time from SIGTERM to SIGKILL; zero is 20 seconds.
	Grace time.Duration
}

// Child is a process that was started, perhaps ended since.
type Child struct {
	spec Spec
	cmd  *exec.Cmd
	log  logFile
	done chan struct{}
	err  error
}

// Start runs the process in a process group of its own, so that Ctrl-C on the
// terminal reaches the launcher alone and the launcher decides on the order.
func Start(spec Spec) (*Child, error) {
	log, out, err := openLog(spec.Log)
	if err != nil {
		return nil, err
	}
	defer out.Close() //nolint:errcheck // the child has its own copy

	cmd := exec.Command(spec.Path, spec.Args...) //nolint:forbidigo // the child outlives the call; Stop ends it
	cmd.Dir, cmd.Env = spec.Dir, spec.Env
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	return adopt(&Child{spec: spec, cmd: cmd, log: log, done: make(chan struct{})})
}

// adopt watches over a child just started; one that cannot be recorded is not
// kept.
func adopt(c *Child) (*Child, error) {
	go c.wait()
	c.waitShown()
	if err := c.record(); err != nil {
		return nil, fmt.Errorf("record the pid of %s: %w", c.spec.Name, firstOf(err, c.Kill()))
	}
	return c, nil
}

// waitShown returns once the system shows the child's command line, by which Leftover
// knows it. exec.Cmd.Start returns a moment earlier: Linux closes the pipe that it
// waits for before it sets the new program's arguments (begin_new_exec, then
// create_elf_tables, in load_elf_binary of fs/binfmt_elf.c).
func (c *Child) waitShown() {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for commandLine(c.PID()) == nil {
		select {
		case <-c.done:
			return
		case <-again.C:
		}
	}
}

func (c *Child) wait() {
	c.err = c.cmd.Wait()
	c.forget()
	close(c.done)
}

// Name is what messages call the process.
func (c *Child) Name() string { return c.spec.Name }

// PID is the process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Done is closed when the process has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Running tells whether the process has not ended yet.
func (c *Child) Running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// Err is how the process ended, once Done is closed: nil for exit status 0.
func (c *Child) Err() error {
	if c.Running() {
		return nil
	}
	return c.err
}

// LogFile is where the process writes.
func (c *Child) LogFile() string { return c.spec.Log }

// LogTail returns the last lines that this process wrote.
func (c *Child) LogTail(lines int) []string { return c.log.tail(lines) }

// Stop asks the process to end, and kills it when the grace is over or the
// context ends. It returns once the process is gone; being killed is an error.
func (c *Child) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.grace())
	defer cancel()

	if err := c.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return firstOf(c.Kill(), fmt.Errorf("%s (pid %d) did not end when asked to and was killed", c.Name(), c.PID()))
	}
}

// Kill ends the process with SIGKILL and returns once it is gone.
func (c *Child) Kill() error {
	if err := c.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-c.done
	return nil
}

func (c *Child) signal(sig syscall.Signal) error {
	if !c.Running() {
		return nil
	}
	if err := c.cmd.Process.Signal(sig); err != nil && !isGone(err) {
		return fmt.Errorf("send %s to %s (pid %d): %w", sig, c.Name(), c.PID(), err)
	}
	return nil
}

func (c *Child) grace() time.Duration {
	if c.spec.Grace > 0 {
		return c.spec.Grace
	}
	return defaultGrace
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
