package config

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"cloudsync/cloud"
)

// realCloud says how accounts at a real cloud are written: the keys of its
// credential have the names that its own documentation uses. Each secret can be
// given by KEY_file, too.
type realCloud struct {
	provider string
	account  string // what account_id is
	id, key  string
	token    string   // of temporary keys; empty: the cloud has none
	also     []string // further keys
}

var realClouds = []realCloud{
	{provider: "alibaba", account: "the id of the Alibaba Cloud account", id: "access_key_id", key: "access_key_secret", token: "security_token", also: []string{"role_arn"}},
	{provider: "tencent", account: "the id (Uin) of the Tencent Cloud account", id: "secret_id", key: "secret_key", token: "session_token"},
	{provider: "aws", account: "the 12 digits of the AWS account", id: "access_key_id", key: "secret_access_key", token: "session_token", also: []string{"role_arn", "external_id"}},
	{provider: "huawei", account: "the id of the Huawei Cloud account (domain)", id: "access_key_id", key: "secret_access_key", token: "security_token"},
	{provider: "azure", account: "the id of the Azure subscription", id: "client_id", key: "client_secret", also: []string{"tenant_id"}},
}

// fileSuffix makes the key of a secret's file from the secret's own key.
const fileSuffix = "_file"

func (c realCloud) secrets() []string {
	return slices.DeleteFunc([]string{c.id, c.key, c.token}, func(key string) bool { return key == "" })
}

// keys are all keys of an account that are for real clouds only.
func (c realCloud) keys() (keys []string) {
	for _, secret := range c.secrets() {
		keys = append(keys, secret, secret+fileSuffix)
	}
	return append(keys, c.also...)
}

// text is what an account has at a key; empty for none.
func (e accountEntry) text(key string) string {
	return fieldNamed(reflect.ValueOf(e), key).String()
}

func (e accountEntry) secret(key string) cloud.Secret {
	switch {
	case key == "":
		return cloud.Secret{}
	case e.text(key+fileSuffix) != "":
		return cloud.SecretFile(e.text(key + fileSuffix))
	default:
		return cloud.SecretText(e.text(key))
	}
}

// credential is the account's, by the names of its cloud.
func (e accountEntry) credential() cloud.Credential {
	i := slices.IndexFunc(realClouds, func(c realCloud) bool { return c.provider == e.Provider })
	if i < 0 {
		return cloud.Credential{}
	}
	c := realClouds[i]
	return cloud.Credential{
		ID: e.secret(c.id), Key: e.secret(c.key), Token: e.secret(c.token),
		Tenant: e.TenantID, RoleARN: e.RoleARN, ExternalID: e.ExternalID,
	}
}

// check is a provider's check of an account.
func (c realCloud) check(e accountEntry, path string, r *report) {
	e.refuseKeys(c.provider, append(c.keys(), "account_id", "endpoint"), path, r)
	checkText(child(path, "account_id"), e.AccountID, c.account+", so that a credential of another account is refused", r)
	checkEndpoint(e.Endpoint, child(path, "endpoint"), r)
	given := 0
	for _, key := range c.secrets() {
		if e.checkSecret(key, path, r) && key != c.token {
			given++
		}
	}
	switch {
	case given == 1:
		r.at(path, "half a credential: write both %s and %s, or neither for the default of the machine (role, profile, environment)", c.id, c.key)
	case given == 0 && c.token != "" && e.has(c.token, path, r):
		r.at(child(path, c.token), "a token without the keys that it belongs to: write %s and %s, too", c.id, c.key)
	case given == 2 && c.provider == "azure":
		checkText(child(path, "tenant_id"), e.TenantID, "the id of the directory that client_id is in", r)
	}
	if e.ExternalID != "" && e.RoleARN == "" {
		r.at(child(path, "external_id"), "an external id without the role that asks for it: write role_arn, too")
	}
}

// has says whether a secret is given, in either way.
func (e accountEntry) has(key, path string, r *report) bool {
	return r.has(child(path, key)) || r.has(child(path, key+fileSuffix))
}

// checkSecret says whether the secret is given.
func (e accountEntry) checkSecret(key, path string, r *report) bool {
	for _, way := range []string{key, key + fileSuffix} {
		if at := child(path, way); r.has(at) && strings.TrimSpace(e.text(way)) == "" {
			r.at(at, "empty: write a value, set the variable that gives it, or remove the key")
		}
	}
	if r.has(child(path, key)) && r.has(child(path, key+fileSuffix)) {
		r.at(child(path, key+fileSuffix), "given beside %s: remove one of them", key)
	}
	return e.has(key, path, r)
}

// refuseKeys reports keys of other providers: what they were meant to do would not
// happen.
func (e accountEntry) refuseKeys(provider string, own []string, path string, r *report) {
	for _, key := range cloudKeys() {
		if r.has(child(path, key)) && !slices.Contains(own, key) {
			r.at(child(path, key), "no key of an account at %s: %s", provider, ownKeys(own))
		}
	}
	if provider != MockProvider && r.has(child(path, "mock")) {
		r.at(child(path, "mock"), "no key of an account at %s: remove it, or write provider: mock", provider)
	}
}

func ownKeys(own []string) string {
	if len(own) == 0 {
		return "remove it, or write the provider that it is for"
	}
	return "its own keys are " + strings.Join(own, ", ")
}

// cloudKeys are the keys of all real clouds.
func cloudKeys() []string {
	keys := []string{"account_id", "endpoint"}
	for _, c := range realClouds {
		for _, key := range c.keys() {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

func checkEndpoint(endpoint, path string, r *report) {
	if !r.has(path) {
		return
	}
	const remedy = "write it like https://api.example.com or https://{product}.{region}.example.com"
	parsed, err := url.Parse(strings.NewReplacer("{product}", "product", "{region}", "region").Replace(endpoint))
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		r.at(path, "no URL: %s", remedy)
	case parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		r.at(path, "more than a URL's scheme, host and path: %s", remedy)
	case parsed.Scheme == "http" && !(cloud.Settings{Endpoint: endpoint}).OnLoopback():
		r.at(path, "http would show the credential to the network: %s", remedy)
	}
}
