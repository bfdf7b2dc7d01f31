package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllowedParameters(t *testing.T) {
	t.Parallel()
	for _, parameters := range []string{
		"", "?", "?tls=true", "?tls=skip-verify", "?tls=preferred&timeout=5s&readTimeout=1m&writeTimeout=30s", "?compress=true",
		"?charset=utf8mb4&parseTime=True&loc=UTC", "?wait_timeout=60", "?innodb_lock_wait_timeout=10", "?connectionAttributes=program_name:cloudsync",
	} {
		_, err := parse(spoil(map[int]string{3: "    addr: user:secret@tcp(127.0.0.1:3306)/cloudsync" + parameters}))
		require.NoError(t, err, parameters)
	}
}
