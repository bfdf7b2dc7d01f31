package config_test

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"
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
	var chart struct{ Config yaml.MapSlice }
	require.NoError(t, yaml.Unmarshal(values, &chart))
	text, err := yaml.Marshal(chart.Config)
	require.NoError(t, err)
	read, err = config.Parse("values.yaml", text, env)
	require.NoError(t, err, "%s", text)
	require.NotEmpty(t, read.Sync.Resources)
	require.NotEmpty(t, read.Sync.Accounts)
}
