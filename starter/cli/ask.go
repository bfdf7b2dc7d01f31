package cli

import (
	"bufio"
	"context"
	"os"
	"strings"

	"golang.org/x/term"
)

// asks says whether somebody is there to answer a question.
func (p *Program) asks() bool {
	return p.out.Terminal() && term.IsTerminal(int(os.Stdin.Fd()))
}

// ask asks a question that only a clear yes answers with yes. Where nobody can
// answer, the answer is no.
func (p *Program) ask(ctx context.Context, question string) (bool, error) {
	if !p.asks() {
		return false, nil
	}
	p.out.Prompt(question + " Type yes:")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n') // no line is no yes
		answer <- line
	}()
	select {
	case <-ctx.Done(): // Ctrl-C, while the reading goes on
		return false, context.Cause(ctx)
	case line := <-answer:
		return strings.TrimSpace(line) == "yes", nil
	}
}
