package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/fake"
)

// An authority that echoes the form that it was sent: the client's secret, as forms and
// headers write it, reaches neither the operator nor the log, Temporal or the tables.
func TestEchoedSecretsReachNobody(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"azure", "google"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			requireNoEcho(t, realClouds[slices.IndexFunc(realClouds, func(of realCloud) bool { return of.provider == provider })])
		})
	}
}

func requireNoEcho(t *testing.T, of realCloud) {
	t.Helper()
	r := newRealStack(t, of)
	secret := planted + secretEnd + "one"
	inForm, inHeader := url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte("KEYIDone:"+secret))
	require.NotEqual(t, secret, inForm)
	r.cloud.Break(fake.Fault{Account: r.accounts[0], Action: "token", Status: http.StatusBadRequest, Body: fmt.Sprintf(
		`{"error":"invalid_client","error_description":"bad request: client_id=KEYIDone&grant=%s; Authorization was Basic %s"}`, inForm, inHeader)})
	shown, status := r.starter(t, r.config, "accounts")
	require.NotZero(t, status)
	require.Contains(t, shown, "invalid_client")
	report := r.sync(t, hostKind)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Contains(t, report.Attention[0].Reason, "invalid_client")
	runs, _ := r.starter(t, r.config, "show", hostKind)
	log, err := os.ReadFile(r.log)
	require.NoError(t, err)
	for what, text := range map[string]string{
		"accounts": shown, "show": runs, "log": string(log), "tables": r.allTables(t), "histories": r.allHistories(t),
	} {
		for _, part := range []string{planted, inForm, inHeader, base64.StdEncoding.EncodeToString([]byte(planted))[:8], "cGxhbnRlZ", "BsYW50ZW", "wbGFudGVk"} {
			require.NotContains(t, text, part, what)
		}
	}
}
