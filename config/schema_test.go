package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/config"
)

// compiled is the schema as editors use it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := config.Schema()
	require.NoError(t, err)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("cloudsync.json", parsed))
	schema, err := c.Compile("cloudsync.json")
	require.NoError(t, err)
	require.Equal(t, 2020, schema.DraftVersion)
	return schema
}

// tree is a document as editors see it.
func tree(t require.TestingT, source string) any {
	var v any
	require.NoError(t, yaml.Unmarshal([]byte(source), &v), source)
	text, err := json.Marshal(v)
	require.NoError(t, err)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return parsed
}

// rich has a key of each sort, and a credential in each way.
const rich = `mysql_s:
  - { name: stree, addr: "user:a$$b${SECRET}@tcp(db)/cloudsync", max_open_conns: "${NUMBER}", tls_server_name: db }
public_cloud_sync:
  enable: "${TRUE}"
  retention: { changes: 0, runs: 1d12h, staging: "${KEEP}" }
  resources:
    resource_host: { interval: "${LONG}", max_delete_ratio: 1, deletes: "${NEVER}" }
    resource_disk: { interval: 1h30m, max_delete_ratio: "0.${NUMBER}" }
  accounts:
    - { provider: aws, name: a, account_id: "123456789012", regions: [all], access_key_id: "${SECRET}", secret_access_key: "${SECRET}", role_arn: r, external_id: x,
        discover: { role: reader, exclude: ["tag:env=test"], fresh_for: 5m }, deletions: { resource_host: { min_rows: 3 } } }
    - { provider: alibaba, name: a, account_id: "1968132000123456", regions: [cn-beijing], access_key_id: "${SECRET}", access_key_secret: "${SECRET}", security_token: "${SECRET}" }
    - { provider: tencent, name: a, account_id: "100001234567", regions: [ap-beijing], secret_id: "${SECRET}", secret_key_file: /run/key, session_token: "${SECRET}" }
    - { provider: huawei, name: a, account_id: "0123456789abcdef0123456789abcdef", regions: [cn-north-4], endpoint: "https://{product}.{region}.example" }
    - { provider: azure, name: a, account_id: 11111111-2222-3333-4444-555555555555, regions: [eastus], tenant_id: x, client_id: y, client_secret_file: /run/z }
    - { provider: google, name: a, account_id: my-project-123456, regions: [europe-west1], credentials_file: /run/google.json }
    - { provider: "${MOCK}", name: a, regions: [beijing], requests_per_second: 0.5, mock: { hosts: "40", page_delay: 0, tick_every: 4s, churn: "${RATIO}" } }
serve:
  listen: 0.0.0.0:9467
  url: https://cloudsync.example
  proxies: [10.0.0.0/8]
  tls_cert_file: /run/cert
  tls_key_file: /run/key
  login:
    session: 8h
    session_key_file: /run/session
    users:
      - { name: alice, role: operator, password_bcrypt: "$2a$12$6eo39dSpD3GvthkG/Z4d8enBZB4OjyIZH5aO9UQ4skHFoSLKUjQWC" }
    tokens: [{ name: prometheus, role: viewer, token: "${SECRET}" }]
    oidc: { issuer: "https://idp.example", client_id: cloudsync, client_secret: "${SECRET}", scopes: [groups], name_claim: n, role_claim: groups, operators: [sre], viewers: [dev] }
notify:
  every: 1m
  late_after: "${LONG}"
  language: zh
  receivers:
    oncall: { webhook: { url: "https://hooks.example/${SECRET}", secret: "${SECRET}" }, events: [held, recovered], kinds: [resource_host], accounts: ["mock/*"], repeat: 0s, after: 10m }
    chat: { feishu: { url_file: /run/feishu }, changed: { rows: "1${NUMBER}", share: 0.1 }, quiet: { from: "22:00", to: "07:30", zone: Asia/Shanghai }, language: en, template: "x {{.Kind}}" }
    list: { mail: { server: "smtp.example:587", tls: starttls, username: u, password: "${SECRET}", from: a@example.com, to: [b@example.com] } }
`

var richEnvironment = environment(map[string]string{
	"SECRET": strings.Repeat("0123456789abcdef", 3), "NUMBER": "5", "TRUE": "true", "KEEP": "12h", "LONG": "5m", "NEVER": "never", "MOCK": "mock",
	"RATIO": "0.5", "MYSQL_PASSWORD": "secret", "DATA": "/var/lib",
})

func samples() map[string]string {
	return map[string]string{"full": full, "minimal": minimal, "rich": rich}
}

func TestSchemaTakesWhatIsRead(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for name, source := range samples() {
		_, err := config.Parse(name, []byte(source), richEnvironment)
		require.NoError(t, err)
		require.NoError(t, schema.Validate(tree(t, source)), name)
	}
}

// What the documentation shows are parts of configurations, each completed by what it leaves out.
func TestSchemaTakesTheDocumentation(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	count := 0
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", pattern))
		require.NoError(t, err)
		for _, file := range files {
			for _, example := range examples(t, file) {
				if document := wholeOf(t, example); document != nil {
					count++
					require.NoError(t, schema.Validate(document), "%s:\n%s", file, example)
				}
			}
		}
	}
	require.Greater(t, count, 15, "examples in the documentation")
	for _, file := range []string{"../dev/demo.yaml", "../dev/compose.yaml"} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, schema.Validate(tree(t, string(source))), file)
	}
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")

func examples(t *testing.T, file string) (found []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, match := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
		found = append(found, match[1])
	}
	return found
}

// wholeOf is a whole configuration with the example in it, nil if it is none of ours.
func wholeOf(t *testing.T, example string) any {
	t.Helper()
	whole := tree(t, minimal).(map[string]any)
	sync := whole["public_cloud_sync"].(map[string]any)
	switch part := tree(t, example).(type) {
	case []any: // accounts
		sync["accounts"] = part
	case map[string]any:
		for key, value := range part {
			switch known := whole[key].(type) {
			case map[string]any:
				maps.Copy(known, value.(map[string]any))
			default:
				whole[key] = value
			}
		}
		for _, own := range []string{"resources", "accounts", "retention"} {
			if value, ok := part[own]; ok {
				sync[own] = value
				delete(whole, own)
			}
		}
		for _, other := range []string{"title", "scrape_configs", "role_arn", "apiVersion", "worker", "config"} { // of other programs, or of a single account
			if part[other] != nil {
				return nil
			}
		}
	}
	return whole
}

// The decoder says which keys it knows when it meets one that it does not.
func TestSchemaHasTheKeysOfTheDecoder(t *testing.T) {
	t.Parallel()
	text, err := config.Schema()
	require.NoError(t, err)
	var root map[string]any
	require.NoError(t, json.Unmarshal(text, &root))
	schema := compiled(t)
	objects := 0
	walk(root, root, nil, func(path []string, object map[string]any) {
		objects++
		document := put(tree(t, minimal), path, map[string]any{"qqqqqqqqq": 1})
		source, err := json.Marshal(document)
		require.NoError(t, err)
		_, err = config.Parse("c", source, nil)
		found := regexp.MustCompile(`unknown key "qqqqqqqqq": the keys here are (.*)`).FindStringSubmatch(fmt.Sprint(err))
		require.NotNil(t, found, "%v: %v", path, err)
		require.ElementsMatch(t, strings.Split(found[1], ", "), slices.Collect(maps.Keys(object["properties"].(map[string]any))), path)
		require.Error(t, schema.Validate(reread(t, source)), path)
	})
	require.Greater(t, objects, 15)
}

// walk shows each object with keys of its own, and the path to one: a key, or [] for an item.
func walk(root, node map[string]any, path []string, show func(path []string, object map[string]any)) {
	if target, ok := node["$ref"].(string); ok {
		name := strings.TrimPrefix(target, "#/$defs/")
		walk(root, root["$defs"].(map[string]any)[name].(map[string]any), path, show)
		return
	}
	below := func(key string) []string { return append(slices.Clone(path), key) }
	if items, ok := node["items"].(map[string]any); ok {
		walk(root, items, below("[]"), show)
	}
	if ways, ok := node["anyOf"].([]any); ok {
		for _, way := range ways {
			walk(root, way.(map[string]any), path, show)
		}
	}
	properties, ok := node["properties"].(map[string]any)
	if !ok {
		return
	}
	if properties["resource_host"] != nil { // entries under the names of kinds
		walk(root, properties["resource_host"].(map[string]any), below("resource_host"), show)
		return
	}
	show(path, node)
	for key, property := range properties {
		walk(root, property.(map[string]any), below(key), show)
	}
}

// put puts a value in at a path, and makes what leads there.
func put(node any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	if path[0] == "[]" {
		return []any{put(nil, path[1:], value)}
	}
	object, ok := node.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	object[path[0]] = put(object[path[0]], path[1:], value)
	return object
}

func reread(t require.TestingT, source []byte) any {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	require.NoError(t, err)
	return parsed
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	const host, account = "public_cloud_sync resources resource_host ", "public_cloud_sync accounts [] "
	tests := map[string]any{
		host + "interval": "5 minutes", host + "interval ": 5, host + "max_delete_ratio": 1.5, host + "min_rows": -1,
		host + "deletes": "maybe", host + "allow_empty": "yes", host + "max_parallel_scopes": 0, host + "max_parallel_scopes ": "8",
		"public_cloud_sync enable": nil, "public_cloud_sync resources resource_hots interval": "5s", "public_cloud_sync resources": map[string]any{},
		"public_cloud_sync accounts": []any{}, "public_cloud_sync retention changes": "90", "public_cloud_sync retention runs": 90,
		account + "provider": "amazon", account + "regions": "beijing",
		"mysql_s [] addr": "user:$PASSWORD@tcp(db)/cloudsync", "mysql_s [] name": 5, "mysql_s [] max_open_conns": 1.5,
		"serve login users [] role": "admin", "serve login session": "a day",
	}
	for path, value := range tests {
		document := put(tree(t, minimal), strings.Fields(path), value)
		source, err := json.Marshal(document)
		require.NoError(t, err)
		_, err = config.Parse("c", source, nil)
		require.Error(t, err, path)
		require.Error(t, schema.Validate(reread(t, source)), path)
	}
	for _, account := range []string{
		"{provider: aws, name: a, account_id: '123456789012', regions: [all], access_key_secret: '${SECRET}'}",
		"{provider: google, name: a, account_id: my-project-123456, regions: [all], mock: {seed: 1}}",
		"{provider: mock, name: a, regions: [all], account_id: '123456789012'}",
		"{provider: aws, name: a, regions: [all]}",
	} {
		source := strings.Replace(minimal, "{provider: mock, name: prod, regions: [beijing]}", account, 1)
		_, err := config.Parse("c", []byte(source), richEnvironment)
		require.Error(t, err, account)
		require.Error(t, schema.Validate(tree(t, source)), account)
	}
}

// A schema that refuses what the program reads would be worse than none.
func TestSchemaRefusesNothingThatIsRead(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	rapid.Check(t, func(t *rapid.T) {
		names := slices.Sorted(maps.Keys(samples()))
		document := tree(t, samples()[rapid.SampledFrom(names).Draw(t, "sample")])
		for range rapid.IntRange(1, 3).Draw(t, "mutations") {
			document = mutated(t, document)
		}
		source, err := json.Marshal(document)
		require.NoError(t, err)
		if _, err := config.Parse("c", source, richEnvironment); err == nil {
			require.NoError(t, schema.Validate(reread(t, source)), "%s", source)
		}
	})
}

// Each key that the schema wants, the program wants, too.
func TestSchemaWantsNoMore(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for name, source := range samples() {
		count := 0
		without(tree(t, source), func(document func(root any) any) {
			count++
			text, err := json.Marshal(document(tree(t, source)))
			require.NoError(t, err)
			if _, err := config.Parse("c", text, richEnvironment); err == nil {
				require.NoError(t, schema.Validate(reread(t, text)), "%s: %s", name, text)
			}
		})
		require.Greater(t, count, 5)
	}
}

// without shows a way to remove each key from a document.
func without(node any, show func(remove func(root any) any)) {
	var visit func(node any, at func(root any) any)
	visit = func(node any, at func(root any) any) {
		switch node := node.(type) {
		case map[string]any:
			for key, value := range node {
				show(func(root any) any {
					delete(at(root).(map[string]any), key)
					return root
				})
				visit(value, func(root any) any { return at(root).(map[string]any)[key] })
			}
		case []any:
			for i, value := range node {
				visit(value, func(root any) any { return at(root).([]any)[i] })
			}
		}
	}
	visit(node, func(root any) any { return root })
}

// scalars are values of each shape, sound somewhere.
var scalars = []any{
	json.Number("0"), json.Number("1"), json.Number("16"), json.Number("-1"), json.Number("0.5"), true, false, nil,
	"", "0", "5s", "1m30s", "-5s", "1.5h", ".5s", "+1h", "12h", "90d", "1d12h", "forever", "all", "apply", "hold", "never", "viewer", "operator", "mock", "aws", "true", "16",
	"${NUMBER}", "${NUMBER}s", "${NUMBER}d", "1${NUMBER}", "${TRUE}", "${RATIO}", "${LONG}", "${KEEP}", "${NEVER}", "${MOCK}", "${SECRET}", "a$$b", "$$", "$", "$2a$12$", "${SECRET",
	"resource_host", "beijing", "denied", "list", "https://a.example", "10.0.0.1", []any{}, map[string]any{}, "a\nb",
}

// mutated changes, adds or removes something.
func mutated(t *rapid.T, node any) any {
	switch node := node.(type) {
	case map[string]any:
		if len(node) > 0 && rapid.IntRange(0, 9).Draw(t, "deeper") > 0 {
			key := rapid.SampledFrom(slices.Sorted(maps.Keys(node))).Draw(t, "key")
			if rapid.IntRange(0, 19).Draw(t, "remove") == 0 {
				delete(node, key)
			} else {
				node[key] = mutated(t, node[key])
			}
			return node
		}
	case []any:
		if len(node) > 0 && rapid.IntRange(0, 9).Draw(t, "deeper") > 0 {
			i := rapid.IntRange(0, len(node)-1).Draw(t, "item")
			node[i] = mutated(t, node[i])
			return node
		}
	}
	return rapid.SampledFrom(scalars).Draw(t, "value")
}

// A comment of a key comes from the source, which has to be among those that are looked at.
func TestSchemaDescribesKeys(t *testing.T) {
	t.Parallel()
	text, err := config.Schema()
	require.NoError(t, err)
	var root struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &root))
	for name, def := range root.Defs {
		if strings.HasPrefix(name, "mock") || len(def.Properties) == 0 {
			continue
		}
		described := slices.ContainsFunc(slices.Collect(maps.Values(def.Properties)), func(p struct{ Description string }) bool { return p.Description != "" })
		require.True(t, described, "no key of %s has a comment: write some in the type's file, which //go:embed of schema_comments.go has to name", name)
	}
}
