package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/config"
)

func parseAccount(t *testing.T, account string) config.Account {
	t.Helper()
	text := `mysql_s: [{name: stree, addr: "user@tcp(db)/cloudsync"}]
public_cloud_sync:
  resources: {resource_host: {interval: 5s}}
  accounts: [` + account + "]\n"
	c, err := config.Parse("cloudsync.yaml", []byte(text), environment(map[string]string{"KEY": "from the environment"}))
	require.NoError(t, err)
	return c.Sync.Accounts[0]
}

// Each cloud's own names for the parts of a credential.
func TestCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		account string
		want    cloud.Credential
	}{
		"alibaba": {
			"{provider: alibaba, name: a, account_id: '1', regions: [all], access_key_id: id, access_key_secret: \"${KEY}\", security_token: token, role_arn: role}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("from the environment"), Token: cloud.SecretText("token"), RoleARN: "role"},
		},
		"tencent": {
			"{provider: tencent, name: a, account_id: '1', regions: [all], secret_id: id, secret_key_file: /key, session_token_file: /token}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretFile("/key"), Token: cloud.SecretFile("/token")},
		},
		"aws": {
			"{provider: aws, name: a, account_id: '1', regions: [all], access_key_id_file: /id, secret_access_key: key, session_token: token, role_arn: role, external_id: x}",
			cloud.Credential{ID: cloud.SecretFile("/id"), Key: cloud.SecretText("key"), Token: cloud.SecretText("token"), RoleARN: "role", ExternalID: "x"},
		},
		"huawei": {
			"{provider: huawei, name: a, account_id: '1', regions: [all], access_key_id: id, secret_access_key: key, security_token: token}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("key"), Token: cloud.SecretText("token")},
		},
		"azure": {
			"{provider: azure, name: a, account_id: '1', regions: [all], tenant_id: tenant, client_id: id, client_secret: key}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("key"), Tenant: "tenant"},
		},
		"the machine's own": {"{provider: aws, name: a, account_id: '1', regions: [all], role_arn: role}", cloud.Credential{RoleARN: "role"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, parseAccount(t, test.account).Settings().Credential)
		})
	}
}

func TestSettingsOfAnAccount(t *testing.T) {
	t.Parallel()
	account := parseAccount(t, "{provider: aws, name: prod, account_id: '42', regions: [r1], endpoint: 'https://{product}.{region}.example.com/', requests_per_second: 3}")
	settings := account.Settings()
	require.Equal(t, cloud.Settings{
		Provider: "aws", Name: "prod", AccountID: "42", Regions: []string{"r1"}, Endpoint: "https://{product}.{region}.example.com/", RequestsPerSecond: 3,
	}, settings)
	require.Equal(t, "https://ec2.r1.example.com", settings.EndpointFor("ec2", "r1"))
	require.False(t, settings.OnLoopback())
	require.True(t, cloud.Settings{Endpoint: "http://127.0.0.1:80/x"}.OnLoopback())
	require.False(t, cloud.Settings{Endpoint: "http://127.0.0.1.example.com"}.OnLoopback())
}

var example = regexp.MustCompile("(?s)```yaml\n(public_cloud_sync:\n.*?)```")

// The examples of docs/clouds are configurations that the program takes.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../docs/clouds/*.md")
	require.NoError(t, err)
	examples := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range example.FindAllStringSubmatch(string(text), -1) {
			examples++
			written := "mysql_s: [{name: stree, addr: \"user@tcp(db)/cloudsync\"}]\n" + found[1]
			if !strings.Contains(written, "\n  resources:") {
				written += "  resources: {resource_host: {interval: 5m}}\n"
			}
			_, err := config.Parse(page, []byte(written), func(string) (string, bool) { return "value", true })
			require.NoError(t, err)
		}
	}
	require.GreaterOrEqual(t, examples, 5)
}
