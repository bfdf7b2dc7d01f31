package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/shorttest"
)

// typed runs the command with a password as its input.
func typed(t *testing.T, password string, flags ...string) (status int, stdout, stderr string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	require.NoError(t, os.WriteFile(path, []byte(password), 0o600))
	in, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	b := newBench()
	b.in = in
	status = b.Run(t.Context(), append([]string{"password"}, flags...))
	return status, b.stdout.String(), b.stderr.String()
}

func TestPassword(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	const password = "correct horse battery staple "
	for _, input := range []string{password + "\n", password + "\r\nnext"} { // the test's time is that of hashes
		status, stdout, _ := typed(t, input, "-o", "json")
		require.Equal(t, statusOK, status)
		var line map[string]string
		require.NoError(t, json.Unmarshal([]byte(stdout), &line))
		require.NoError(t, bcrypt.CompareHashAndPassword([]byte(line["password_bcrypt"]), []byte(password)))
		cost, err := bcrypt.Cost([]byte(line["password_bcrypt"]))
		require.NoError(t, err)
		require.Equal(t, 12, cost)
	}
	status, stdout, stderr := typed(t, password)
	require.Equal(t, statusOK, status)
	require.Regexp(t, `^password_bcrypt: "\$2a\$12\$[./A-Za-z0-9]{53}"\n$`, stdout)
	require.NotContains(t, stdout+stderr, password)
}

func TestPasswordIsRefused(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"":                       "a password of 0 characters can be guessed: type at least 12",
		"hunter2":                "a password of 7 characters can be guessed: type at least 12",
		"éééééééé":               "a password of 8 characters can be guessed: type at least 12",
		strings.Repeat("é", 37):  "a password of 74 bytes is longer than bcrypt sees: type at most 72",
		strings.Repeat("a", 999): "a password of 999 bytes is longer than bcrypt sees: type at most 72",
	} {
		status, stdout, stderr := typed(t, password)
		require.Equal(t, statusError, status)
		require.Contains(t, strings.Join(strings.Fields(stderr), " "), want)
		require.Empty(t, stdout)
	}
}
