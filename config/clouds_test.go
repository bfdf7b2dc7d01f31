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
			"{provider: alibaba, name: a, account_id: '1968132000123456', regions: [all], access_key_id: id, access_key_secret: \"${KEY}\", security_token: the-token, role_arn: role}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("from the environment"), Token: cloud.SecretText("the-token"), RoleARN: "role"},
		},
		"tencent": {
			"{provider: tencent, name: a, account_id: '100001234567', regions: [all], secret_id: id, secret_key_file: /key, session_token_file: /token}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretFile("/key"), Token: cloud.SecretFile("/token")},
		},
		"tencent's role": {
			"{provider: tencent, name: a, account_id: '100001234567', regions: [all], role_arn: role, external_id: x}", cloud.Credential{RoleARN: "role", ExternalID: "x"},
		},
		"aws": {
			"{provider: aws, name: a, account_id: '123456789012', regions: [all], access_key_id_file: /id, secret_access_key: the-key, session_token: the-token, role_arn: role, external_id: x}",
			cloud.Credential{ID: cloud.SecretFile("/id"), Key: cloud.SecretText("the-key"), Token: cloud.SecretText("the-token"), RoleARN: "role", ExternalID: "x"},
		},
		"huawei": {
			"{provider: huawei, name: a, account_id: '0123456789abcdef0123456789abcdef', regions: [all], access_key_id: id, secret_access_key: the-key, security_token: the-token}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("the-key"), Token: cloud.SecretText("the-token")},
		},
		"azure": {
			"{provider: azure, name: a, account_id: 11111111-2222-3333-4444-555555555555, regions: [all], tenant_id: tenant, client_id: id, client_secret: the-key}",
			cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("the-key"), Tenant: "tenant"},
		},
		"google": {
			"{provider: google, name: a, account_id: my-project, regions: [all], credentials_file: /key.json}",
			cloud.Credential{Key: cloud.SecretDocument("/key.json")},
		},
		"the machine's own": {"{provider: aws, name: a, account_id: '123456789012', regions: [all], role_arn: role}", cloud.Credential{RoleARN: "role"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, parseAccount(t, test.account).Settings().Credential)
		})
	}
}

func TestSettingsOfAnAccount(t *testing.T) {
	t.Parallel()
	account := parseAccount(t, "{provider: aws, name: prod, account_id: '123456789012', regions: [r1], endpoint: 'https://{product}.{region}.example.com/', requests_per_second: 3}")
	settings := account.Settings()
	require.Equal(t, cloud.Settings{
		Provider: "aws", Name: "prod", AccountID: "123456789012", Regions: []string{"r1"}, Endpoint: "https://{product}.{region}.example.com/", RequestsPerSecond: 3,
	}, settings)
	require.Equal(t, "https://ec2.r1.example.com", settings.EndpointFor("ec2", "r1"))
	require.False(t, settings.OnLoopback())
	require.True(t, cloud.Settings{Endpoint: "http://127.0.0.1:80/x"}.OnLoopback())
	require.False(t, cloud.Settings{Endpoint: "http://127.0.0.1.example.com"}.OnLoopback())
}

// example is a configuration in the documentation: a whole one, its accounts, an account, or
// who may ask the server, or who is told.
var example = regexp.MustCompile("(?s)```yaml\n((?:mysql_s:|public_cloud_sync:|    - provider:|serve:|notify:).*?)```")

// The examples of the README and of docs/clouds are configurations that the program takes.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../docs/clouds/[a-z]*.md")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(pages), 5)
	for _, page := range append(pages, "../README.md", "../docs/operations/serve.md", "../docs/operations/notices.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found := example.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, found, page)
		for _, of := range found {
			_, err := config.Parse(page, []byte(completed(of[1])), func(string) (string, bool) { return "a-value", true })
			require.NoError(t, err)
		}
	}
}

// completed adds to an example what it leaves out.
func completed(example string) string {
	if strings.HasPrefix(example, "    - ") {
		example = "public_cloud_sync:\n  accounts:\n" + example
	}
	if strings.HasPrefix(example, "serve:") || strings.HasPrefix(example, "notify:") {
		example += "public_cloud_sync:\n  resources: {resource_host: {interval: 5m}, resource_database: {interval: 5m}}\n" +
			"  accounts: [{provider: aws, name: prod, account_id: '123456789012', regions: [all]}, {provider: alibaba, name: prod, account_id: '1968132000123456', regions: [all]}]\n"
	}
	if !strings.HasPrefix(example, "mysql_s:") {
		example = "mysql_s: [{name: stree, addr: \"user@tcp(db)/cloudsync\"}]\n" + example
	}
	if !strings.Contains(example, "\n  resources:") {
		example += "  resources: {resource_host: {interval: 5m}}\n"
	}
	return example
}

// What secrets have around them in files and variables is no part of them, and what
// they cannot have within them is refused, without a word of the secret.
func TestKeysWithSomethingAround(t *testing.T) {
	t.Parallel()
	const account = "{provider: aws, name: a, account_id: '123456789012', regions: [all], access_key_id: \"${ID}\", secret_access_key: \"${SECRET}\"}"
	read := func(secret string) (*config.Config, error) {
		return config.Parse("cloudsync.yaml", []byte(spoil(map[int]string{10: "    - " + account})), environment(map[string]string{"ID": "AKID", "SECRET": secret}))
	}
	for _, around := range []string{"hunter2\n", "hunter2\r\n", "\n hunter2\t\n", "\ufeffhunter2\n", "hunter2\u00a0", "\ufeff hunter2 "} {
		c, err := read(around)
		require.NoError(t, err, "%q", around)
		require.Equal(t, cloud.SecretText("hunter2"), c.Sync.Accounts[0].Credential.Key, "%q", around)
	}
	for within, fault := range map[string]string{
		"hunter2\nhunter2": "a line break in it", "hun\u0000ter2": "a character in it that cannot be seen (U+0000)",
		"hunter2\u200b": "a character in it that cannot be seen (U+200B)", "hunter2\x1b[0m": "a character in it that cannot be seen (U+001B)",
	} {
		_, err := read(within)
		require.EqualError(t, err, "cloudsync.yaml:10: public_cloud_sync.accounts[0].secret_access_key: the environment variable SECRET has "+fault+": set it without")
	}
	_, err := read(" \n")
	require.EqualError(t, err, "cloudsync.yaml:10: public_cloud_sync.accounts[0].secret_access_key: empty: write a value, set the variable that gives it, or remove the key")
}

// The line break that a password has at the end of its variable is no part of it.
func TestAPasswordWithALineBreak(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("cloudsync.yaml", []byte(full), environment(map[string]string{"MYSQL_PASSWORD": "hunter 2 \n", "DATA": "/var/lib\n"}))
	require.NoError(t, err)
	require.Equal(t, "user:hunter 2 @tcp(127.0.0.1:3306)/cloudsync", c.MySQL.DSN)
	require.Equal(t, "/var/lib/tick", c.Sync.Accounts[0].Mock.TickFile)
}

// An SDK takes the variables of its default chain as they are.
func TestVariablesOfTheDefaultChain(t *testing.T) {
	t.Parallel()
	for provider, of := range map[string]struct{ id, variable, keys string }{
		"alibaba": {"'1968132000123456'", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "access_key_id: id, access_key_secret: hunter2"},
		"tencent": {"'100001234567'", "TENCENTCLOUD_SECRET_ID", "secret_id: id, secret_key: hunter2"},
		"aws":     {"'123456789012'", "AWS_ACCESS_KEY_ID", "access_key_id: id, secret_access_key: hunter2"},
		"huawei":  {"'0123456789abcdef0123456789abcdef'", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "access_key_id: id, secret_access_key: hunter2"},
		"azure":   {"11111111-2222-3333-4444-555555555555", "AZURE_CLIENT_SECRET", "tenant_id: t, client_id: id, client_secret: hunter2"},
		"google":  {"my-project", "GOOGLE_APPLICATION_CREDENTIALS", "credentials_file: /key.json"},
	} {
		read := func(value, keys string) error {
			text := spoil(map[int]string{10: "    - {provider: " + provider + ", name: a, account_id: " + of.id + ", regions: [all]" + keys + "}"})
			_, err := config.Parse("cloudsync.yaml", []byte(text), environment(map[string]string{of.variable: value}))
			return err
		}
		for _, wrong := range []string{"planted\n", " planted", "\ufeffplanted", "plan\x00ted"} {
			require.EqualError(t, read(wrong, ""), "cloudsync.yaml:10: public_cloud_sync.accounts[0]: the environment variable "+of.variable+
				", of which the machine's default takes the credential, has a line break, a space or an unseen character in it: set it without")
			require.NoError(t, read(wrong, ", "+of.keys), "with keys of its own, nobody reads it")
		}
		require.NoError(t, read("planted", ""))
	}
}

// A certificate has lines, from wherever it comes.
func TestCertificatesHaveLines(t *testing.T) {
	t.Parallel()
	lines := "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, []byte(lines), 0o600))
	for _, given := range []string{`    tls_ca: "${CA}"`, "    tls_ca: |\n      " + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n      "), "    tls_ca_file: " + file} {
		_, err := config.Parse("cloudsync.yaml", []byte(spoil(map[int]string{3: sound[3] + "\n" + given})), environment(map[string]string{"CA": lines}))
		require.ErrorContains(t, err, "tls_ca: no certificate in PEM", "it was read, and is none")
		require.NotContains(t, err.Error(), "line break")
		require.NotContains(t, err.Error(), "cannot be read")
	}
}
