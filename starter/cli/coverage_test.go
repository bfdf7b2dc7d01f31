package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/coverage"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// places is a database in which hosts of mock/prod were listed in two of three regions, and
// have five rows in one of them. One more region and account are not configured any more.
func places(t *testing.T) *archive {
	t.Helper()
	a := newArchive(t)
	config, err := os.ReadFile(a.config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.config, bytes.ReplaceAll(config, []byte("[beijing]"), []byte("[beijing, shanghai, tokyo]")), 0o600))
	a.do(t, "migrate")
	a.record(t, "run-1", "resource_host", "ok") // beijing, as a complete listing
	s := storetest.OpenDSN(t, a.dsn)
	ref, err := s.BeginRun(t.Context(), store.Run{RunID: "run-2", WorkflowID: "w", Kind: "resource_host", StartedAt: time.Now()})
	require.NoError(t, err)
	var scopes []resource.Scope
	for _, place := range []string{"prod/shanghai", "prod/tokyo", "prod/paris", "old/beijing"} {
		account, region, _ := strings.Cut(place, "/")
		scopes = append(scopes, resource.Scope{Kind: "resource_host", Provider: "mock", Account: account, Region: region})
	}
	ids, err := s.EnsureScopes(t.Context(), "resource_host", scopes)
	require.NoError(t, err)
	_, err = s.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	require.NoError(t, s.RecordScopes(t.Context(), ref, []store.RunScope{
		{ScopeID: ids[0], Outcome: "ok", Complete: true}, {ScopeID: ids[1], Outcome: "failed", Reason: "denied"},
	}))
	_, err = storetest.Connect(t, a.dsn).ExecContext(t.Context(), `INSERT INTO resource_host
		(uid, hash, scope_id, provider, account, region, native_id, created_at, updated_at)
		SELECT UNHEX(LPAD(HEX(n), 32, '0')), UNHEX(LPAD(HEX(n), 32, '0')), ?, 'mock', 'prod', 'shanghai', n, NOW(6), NOW(6)
		FROM (SELECT 'a' AS n UNION SELECT 'b' UNION SELECT 'c' UNION SELECT 'd' UNION SELECT 'e') AS names`, ids[0])
	require.NoError(t, err)
	return a
}

func (a *archive) coverage(t *testing.T, args ...string) (lines []coverageLine) {
	t.Helper()
	status, out, stderr := a.do(t, append([]string{"coverage", "--output", "json"}, args...)...)
	require.Zero(t, status, stderr)
	require.NoError(t, json.Unmarshal([]byte(out), &lines))
	return lines
}

// A kind that has no rows, one that was not listed everywhere, and one that nobody syncs are
// told apart.
func TestCoverageTellsEmptyFromMissing(t *testing.T) {
	t.Parallel()
	a := places(t)
	lines := a.coverage(t)
	require.Len(t, lines, len(resource.Standard().Names()))
	host := lines[0]
	require.NotNil(t, host.Oldest)
	host.Oldest = nil
	require.Equal(t, coverageLine{Place: "mock", Kind: "resource_host", State: partlyCovered, Accounts: 1, Scopes: 3, Complete: 2, Rows: 5}, host)
	for _, line := range lines[1:] {
		require.Contains(t, []string{notConfigured, notSupported}, line.State, line.Kind)
		require.Equal(t, line.State == notSupported, line.Why != "", line.Kind)
	}
	states := map[string]string{}
	rows := map[string]int64{}
	for _, line := range a.coverage(t, "mock/prod", "--by", "region") {
		if line.Kind == "resource_host" {
			states[line.Place], rows[line.Place] = line.State, line.Rows
		}
	}
	require.Equal(t, map[string]string{"mock/prod/beijing": covered, "mock/prod/shanghai": covered, "mock/prod/tokyo": notYetCovered}, states)
	require.Equal(t, map[string]int64{"mock/prod/beijing": 0, "mock/prod/shanghai": 5, "mock/prod/tokyo": 0}, rows)
}

func TestCoverageInText(t *testing.T) {
	t.Parallel()
	a := places(t)
	status, out, stderr := a.do(t, "coverage", "--by", "account")
	require.Zero(t, status, stderr)
	require.Regexp(t, `mock/prod +resource_host +incomplete +5 +2/3 `, out)
	require.Contains(t, out, "not configured: ")
}

func TestCoverageOfOtherPlaces(t *testing.T) {
	t.Parallel()
	a := places(t)
	for args, want := range map[string]string{
		"aws":                  `the configuration has no account "aws"`,
		"--by galaxy":          `--by "galaxy": write cloud, account or region`,
		"--supported mock":     "leave out the places",
		"mock/old --by region": `the configuration has no account "mock/old"`,
	} {
		status, _, stderr := a.do(t, append([]string{"coverage"}, strings.Fields(args)...)...)
		require.Equal(t, statusError, status, args)
		require.Contains(t, stderr, want, args)
	}
}

// What is supported needs neither a configuration nor a server.
func TestCoverageOfAllClouds(t *testing.T) {
	t.Parallel()
	status, out, stderr := run(t, "coverage", "--supported", "--output", "json")
	require.Zero(t, status, stderr)
	var lines []supportedLine
	require.NoError(t, json.Unmarshal([]byte(out), &lines))
	require.Len(t, lines, len(resource.Standard().Names()))
	for _, line := range lines {
		require.Len(t, line.Clouds, len(coverage.Clouds())-len(line.Gaps), line.Kind)
	}
	status, out, stderr = run(t, "coverage", "--supported")
	require.Zero(t, status, stderr)
	require.Regexp(t, `resource_host +✓ +✓ +✓`, out)
}

// Nobody takes an organisation that was not asked yet for one without accounts.
func TestCoverageOfAnOrganisation(t *testing.T) {
	t.Parallel()
	a := places(t)
	config, err := os.ReadFile(a.config)
	require.NoError(t, err)
	organisation := "accounts: [{provider: aws, name: corp, account_id: '111122223333', regions: [all], discover: {role: reader}}, "
	require.NoError(t, os.WriteFile(a.config, bytes.Replace(config, []byte("accounts: ["), []byte(organisation), 1), 0o600))
	placed := func() (states map[string]string) {
		states = map[string]string{}
		for _, line := range a.coverage(t, "aws/corp", "--by", "account") {
			if line.Kind == "resource_host" {
				states[line.Place] = line.State
			}
		}
		return states
	}
	require.Equal(t, map[string]string{"aws/corp": notYetCovered}, placed())
	_, out, _ := a.do(t, "accounts", "--found")
	require.Contains(t, out, "no run has found accounts yet")

	corp := resource.Account{Provider: "aws", Name: "corp"}
	require.NoError(t, storetest.OpenDSN(t, a.dsn).RecordAccounts(t.Context(), corp, [16]byte{}, []store.FoundAccount{
		{Account: "corp/1", NativeID: "1", State: "active"}, {Account: "corp/2", NativeID: "2", State: "suspended"},
	}))

	require.Equal(t, map[string]string{"aws/corp/1": notYetCovered}, placed())
	_, out, _ = a.do(t, "accounts", "--found", "aws/firm")
	require.Contains(t, out, "none of the 2 accounts that runs have found is there")
}
