package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
)

// What packages and the chart install is a configuration that the program takes.
func TestShippedConfigurations(t *testing.T) {
	t.Parallel()
	env := environment(map[string]string{"MYSQL_DSN": "user:password@tcp(db:3306)/cloudsync", "MYSQL_PASSWORD": "password"})

	packaged, err := os.ReadFile("../deploy/package/cloudsync.yaml")
	require.NoError(t, err)
	read, err := config.Parse("cloudsync.yaml", packaged, env)
	require.NoError(t, err)
	require.False(t, read.Sync.Enable, "nothing runs before somebody has looked")

	values, err := os.ReadFile("../deploy/helm/cloudsync/values.yaml")
	require.NoError(t, err)
	text := commentedExample(t, string(values))
	read, err = config.Parse("values.yaml", []byte(text), env)
	require.NoError(t, err, "%s", text)
	require.NotEmpty(t, read.Sync.Resources)
	require.NotEmpty(t, read.Sync.Accounts)
}

// commentedExample is the configuration that the chart's values show in a comment.
func commentedExample(t *testing.T, values string) string {
	t.Helper()
	_, after, found := strings.Cut(values, "\n#   config:\n")
	require.True(t, found)
	var lines []string
	for line := range strings.Lines(after) {
		example, is := strings.CutPrefix(line, "#     ")
		if !is {
			break
		}
		lines = append(lines, example)
	}
	require.NotEmpty(t, lines)
	return strings.Join(lines, "")
}
