package azure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

// useTool has the default chain ask a script in the place of Azure's command line tool.
func useTool(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "AzureCLICredential")
}

// The SDK quotes whatever a tool says.
func TestWhatAToolSaysIsNotTold(t *testing.T) {
	for _, script := range []string{
		`echo "planted-secret in the way" >&2; exit 1`,
		`echo "warning"; echo '{"accessToken":"planted-secret"}'`,
		`echo '{"accessToken":"t","expiresOn":"planted-secret"}'`,
	} {
		useTool(t, script)
		_, settings := setup(t)
		settings.Credential = cloud.Credential{}
		_, err := open(settings).Regions(t.Context())
		requireClass(t, cloud.InvalidCredential, err)
		require.ErrorContains(t, err, "the default chain has none")
		require.NotContains(t, err.Error(), "planted")
		requireClean(t, err)
	}
}

// A chain that gave a token before fails for the moment.
func TestAChainThatFailsAfterItGaveAToken(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	soon := time.Now().Add(time.Minute).Unix() // so that it is asked each time
	useTool(t, fmt.Sprintf(`test -e %q && exit 1; echo '{"accessToken":"fake-token-of-%s","expires_on":%d}'`, gone, clientID, soon))
	_, settings := setup(t)
	settings.Credential = cloud.Credential{}
	provider := open(settings)
	require.Len(t, listAll(t, provider, hostScope), 2)
	require.NoError(t, os.WriteFile(gone, nil, 0o600))
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.Unavailable, err)
	require.ErrorContains(t, err, "at the moment")
	require.NoError(t, os.Remove(gone))
	require.Len(t, listAll(t, provider, hostScope), 2)
}
