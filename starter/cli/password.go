package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/term"
)

const (
	// passwordCost makes a try at a password take a quarter of a second or so.
	passwordCost = 12
	minPassword  = 12 // characters
	maxPassword  = 72 // bytes: bcrypt sees no more
)

const passwordHelp = `Print the line for a user of serve.login, with the hash of a password by bcrypt.
On a terminal, the password is asked for twice and not shown; otherwise it is the
first line of the input.`

func (p *Program) passwordCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "password",
		Short: "Hash a password for serve.login",
		Long:  passwordHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := p.readPassword(cmd.Context())
			if err != nil {
				return err
			}
			hash, err := hashPassword(password)
			if err != nil {
				return err
			}
			return p.show(map[string]string{"password_bcrypt": hash}, func() { p.out.Line("password_bcrypt: %q", hash) })
		},
	}
}

func hashPassword(password string) (string, error) {
	switch characters := utf8.RuneCountInString(password); {
	case characters < minPassword:
		return "", fmt.Errorf("a password of %d characters can be guessed: type at least %d", characters, minPassword)
	case len(password) > maxPassword:
		return "", fmt.Errorf("a password of %d bytes is longer than bcrypt sees: type at most %d", len(password), maxPassword)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return string(hash), nil
}

func (p *Program) readPassword(ctx context.Context) (string, error) {
	if !term.IsTerminal(int(p.in.Fd())) {
		line, err := bufio.NewReader(p.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	password, err := p.askUnseen(ctx, "Password:")
	if err != nil {
		return "", err
	}
	again, err := p.askUnseen(ctx, "The same again:")
	if err != nil {
		return "", err
	}
	if again != password {
		return "", errors.New("the two are not the same: type the command again")
	}
	return password, nil
}

// askUnseen reads a line that the terminal does not show. Ctrl-C leaves the terminal as it
// was.
func (p *Program) askUnseen(ctx context.Context, question string) (string, error) {
	fd := int(p.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	p.err.Prompt(question)
	defer p.err.Line("")
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		answers <- answer{line, err}
	}()
	select {
	case <-ctx.Done(): // while the reading goes on
		return "", errors.Join(context.Cause(ctx), term.Restore(fd, before))
	case typed := <-answers:
		if typed.err != nil {
			return "", fmt.Errorf("read the password: %w", typed.err)
		}
		return string(typed.line), nil
	}
}
