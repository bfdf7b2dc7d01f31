package service

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func read(line string) (Options, string, error) {
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return commandLine(flags, strings.Fields(line))
}

func TestTheCommandLine(t *testing.T) {
	t.Parallel()
	opts, word, err := read("--listen 127.0.0.1:0 --build-id v1 --verbose")
	require.NoError(t, err)
	require.Empty(t, word)
	require.Equal(t, "127.0.0.1:0", opts.Listen)
	require.Equal(t, "v1", opts.BuildID)
	require.True(t, opts.Verbose)

	_, word, err = read("version")
	require.NoError(t, err)
	require.Equal(t, "version", word)
}

// A word ends the flags: what is behind it would be ignored, and a worker started that nobody
// asked for.
func TestWordsAreRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"start":                          `"start" is not understood: write flags only, or version`,
		"--verbose config.yaml --listen": `"config.yaml" is not understood`,
		"version --listen 127.0.0.1:0":   `"--listen" after version: write version alone`,
	} {
		_, word, err := read(line)
		require.ErrorContains(t, err, want, line)
		require.Empty(t, word, line)
	}
}
