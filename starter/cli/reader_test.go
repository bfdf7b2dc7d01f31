package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoIsRefusedLearnsWhereACredentialGoes(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	for _, command := range [][]string{{"find"}, {"count", "--by", "region"}, {"tree"}, {"inventory", "--list"}} {
		status, stdout, stderr := run(t, append(command, "--server", server.URL, "--config", configFile(t, "root@tcp(127.0.0.1:1)/x", yearly))...)
		require.Equal(t, 1, status, command)
		require.Empty(t, stdout)
		require.Contains(t, stderr, ": set CLOUDSYNC_SERVER_CREDENTIAL to a token, or to NAME:PASSWORD")
	}
}
