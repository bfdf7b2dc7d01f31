package process

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func command(role string) Command {
	return Command{
		Path: os.Args[0], Args: []string{"-test.run=none"},
		Env: append(os.Environ(), roleVariable+"="+role),
	}
}

func TestCommandErrorCarriesTheOutput(t *testing.T) {
	t.Parallel()
	err := command("broken").Run(t.Context())

	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "  broken began\n  the reason")
}

func TestCommandPassesLinesOnAndEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := command("obedient")
	var lines []string
	c.OnLine = func(line string) {
		lines = append(lines, line)
		cancel()
	}

	require.ErrorIs(t, c.Run(ctx), context.Canceled)

	require.Equal(t, []string{"obedient began", "obedient ended"}, lines)
}
