package azure_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
)

// An authority that quotes the form that it was sent has the client's secret in it, as
// forms write it; its message is cut somewhere.
func TestTheAuthorityEchoesTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "Pl~nted8Q/secret+of=the&client"
	for name, echo := range map[string]string{
		"a form":   "bad request: client_id=" + clientID + "&x=" + url.QueryEscape(secret),
		"a path":   "bad request: " + url.PathEscape(secret),
		"base64":   "bad request: Basic " + base64.StdEncoding.EncodeToString([]byte(clientID+":"+secret)),
		"cut":      fmt.Sprintf("%0*d", 400-len("invalid_client: ")-12, 0) + secret,
		"as it is": secret,
	} {
		c, settings := setup(t)
		settings.Credential.Key = cloud.SecretText(secret)
		c.Break(fake.Fault{Action: "token", Status: http.StatusBadRequest, Body: fmt.Sprintf(`{"error":"invalid_client","error_description":%q}`, echo)})
		_, err := open(settings).List(t.Context(), hostScope, "")
		requireClass(t, cloud.InvalidCredential, err)
		require.ErrorContains(t, err, "[secret]", name)
		for _, part := range []string{"Pl~nted", "nted8Q", "secret%", "secret+", "c2VjcmV0", "NlY3JldC", "zZWNyZX"} {
			require.NotContains(t, err.Error(), part, name)
		}
	}
}
