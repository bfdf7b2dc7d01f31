package untrusted_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

func TestShell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aws/prod/eu-west-1": "aws/prod/eu-west-1",
		"mock/prod/*":        "'mock/prod/*'",
		"":                   "''",
		"$(touch x)":         "'$(touch x)'",
		"it's":               `'it'\''s'`,
		"北京 1":               "'北京 1'",
		"\x1b[2J":            `"$(printf '\033\1332J')"`,
		"a\u202eb":           `"$(printf 'a\342\200\256b')"`,
		"-\u200b":            `"$(printf '\055\342\200\213')"`,
		"a\n":                "\"$(printf 'a')\"'\n'",
	} {
		require.Equal(t, want, untrusted.Shell(text))
	}
}

// Every shell there is reads back what was written, and runs nothing of it.
func TestShellsReadBackTheSameBytes(t *testing.T) {
	t.Parallel()
	all := everyCharacter()
	few := append(all[:4:4], all[0xE0], all[len(all)-1]) // the living languages, tags, and what is private
	names := append(append(few, hostile...), scrambled(200)...)
	for _, shell := range []string{"sh", "bash", "dash", "zsh", "ksh"} {
		path, err := exec.LookPath(shell)
		if err != nil && shell != "sh" {
			continue
		}
		require.NoError(t, err)
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			read := readBack(t, path, names)
			require.Len(t, read, len(names))
			for i, name := range names {
				require.Equal(t, strings.ReplaceAll(name, "\x00", ""), read[i], "%q as %s", name, untrusted.Shell(name))
			}
		})
	}
}

// readBack lets the shell print the words, each with a NUL behind it.
func readBack(t *testing.T, shell string, names []string) []string {
	t.Helper()
	var script strings.Builder
	for _, name := range names {
		fmt.Fprintf(&script, "printf '%%s\\0' %s\n", untrusted.Shell(name))
	}
	cmd := exec.CommandContext(t.Context(), shell)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"HOME=/home/x", "PATH=/nowhere", "LC_ALL=C"}
	cmd.Stdin = strings.NewReader(script.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Empty(t, stderr.String())
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// scrambled are texts of what has a meaning somewhere, in any order.
func scrambled(n int) []string {
	const seed = 7
	pieces := []string{
		"'", `"`, "`", "$", "(", ")", "{", "}", "\\", "\n", "\r", "\t", " ", "a", "7", "-", "!", "%", "*", "_", "[", "]", "<", ">", "|", "~", "#", ":", "//",
		"www.", "@", "\x1b", "\x7f", "\u009b", "\u202e", "\u200b", "\xff", "北", "\U0001f642", "$(touch x)", "\x00",
	}
	dice := rand.New(rand.NewPCG(seed, seed))
	texts := make([]string, n)
	for i := range texts {
		for range dice.IntN(12) {
			texts[i] += pieces[dice.IntN(len(pieces))]
		}
	}
	return texts
}

func TestShellWordsShowNothingButThemselves(t *testing.T) {
	t.Parallel()
	for _, text := range append(append(someCharacters(), hostile...), scrambled(2000)...) {
		word := strings.TrimRight(strings.TrimSuffix(untrusted.Shell(text), "'"), "\n")
		require.Equal(t, untrusted.Terminal(word), word)
	}
}
