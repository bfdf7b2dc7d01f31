package console

import (
	"fmt"
	"sync"
	"time"
)

// clearLine goes to the line's start and erases it.
const clearLine = "\r\x1b[K"

// Step is something that takes a while and is shown while it lasts.
type Step struct {
	console *Console
	label   string
	begun   time.Time
	stop    chan struct{}
	stopped sync.WaitGroup

	mu     sync.Mutex
	detail string
}

// Step begins one. It is shown until Done or Fail.
func (c *Console) Step(label string) *Step {
	s := &Step{console: c, label: label, begun: time.Now(), stop: make(chan struct{})}
	if c.terminal {
		s.show()
	}
	s.stopped.Go(s.showUntilStopped)
	return s
}

// Detail says what the step is at.
func (s *Step) Detail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = fmt.Sprintf(format, args...)
}

// Done ends the step with its result.
func (s *Step) Done(format string, args ...any) {
	s.end(fmt.Sprintf(format, args...))
}

// Fail ends the step without a result; the error is for the caller to tell.
func (s *Step) Fail() {
	s.end("failed")
}

// End is Done with the result, or Fail with an error, which it returns.
func (s *Step) End(err error, format string, args ...any) error {
	if err != nil {
		s.Fail()
		return err
	}
	s.Done(format, args...)
	return nil
}

func (s *Step) end(result string) {
	close(s.stop)
	s.stopped.Wait()
	line := fmt.Sprintf("  %-18s %-*s %10s", s.label, s.room(), result, s.elapsed())
	if s.console.terminal {
		line = clearLine + line
	}
	s.console.Printf("%s", line)
}

// room is how wide a detail is, so that a line fits in a narrow terminal, too: one that
// is wrapped there could not be written over.
func (s *Step) room() int { return max(0, min(44, s.console.columns()-33)) }

func (s *Step) showUntilStopped() {
	again := time.NewTicker(s.console.every)
	defer again.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-again.C:
			s.show()
		}
	}
}

func (s *Step) show() {
	s.mu.Lock()
	room := s.room()
	line := fmt.Sprintf("  %-18s %-*.*s %10s", s.label, room, room, s.detail, s.elapsed())
	s.mu.Unlock()
	s.console.mu.Lock()
	defer s.console.mu.Unlock()
	if s.console.terminal {
		s.console.write(clearLine + line)
		return
	}
	s.console.write(line + "\n")
}

// elapsed is in tenths of a second as long as a person would notice them.
func (s *Step) elapsed() string {
	took := time.Since(s.begun)
	if took < 10*time.Second {
		return fmt.Sprintf("%.1fs", took.Seconds())
	}
	return took.Round(time.Second).String()
}
