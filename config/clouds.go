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
	account  string   // what account_id is
	id, key  string   // empty: it has a document
	document string   // the key of the file that holds all of the credential
	token    string   // of temporary keys; empty: the cloud has none
	also     []string // further keys
	// environment are the variables with the parts of a credential that the SDK's
	// default chain reads.
	environment []string
}

var realClouds = []realCloud{
	{provider: "alibaba", account: "the id of the Alibaba Cloud account, 16 digits", id: "access_key_id", key: "access_key_secret", token: "security_token", also: []string{"role_arn", "external_id"},
		environment: []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"}},
	{provider: "tencent", account: "the id (Uin) of the Tencent Cloud account, digits", id: "secret_id", key: "secret_key", token: "session_token", also: []string{"role_arn", "external_id"},
		environment: []string{"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"}},
	{provider: "aws", account: "the 12 digits of the AWS account", id: "access_key_id", key: "secret_access_key", token: "session_token", also: []string{"role_arn", "external_id"},
		environment: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}},
	{provider: "huawei", account: "the id of the Huawei Cloud account (domain), 32 hexadecimal digits", id: "access_key_id", key: "secret_access_key", token: "security_token",
		environment: []string{"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"}},
	{provider: "azure", account: "the id of the Azure subscription, such as 11111111-2222-3333-4444-555555555555", id: "client_id", key: "client_secret", also: []string{"tenant_id"},
		environment: []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"}},
	{provider: "google", account: "the id of the Google Cloud project, such as my-project-123456, which is neither its name nor its number", document: "credentials_file",
		environment: []string{"GOOGLE_APPLICATION_CREDENTIALS"}},
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
	if c.document != "" {
		keys = append(keys, c.document)
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
		return cloud.SecretText(cloud.TrimSecret(e.text(key)))
	}
}

// credential is the account's, by the names of its cloud.
func (e accountEntry) credential() cloud.Credential {
	i := slices.IndexFunc(realClouds, func(c realCloud) bool { return c.provider == e.Provider })
	if i < 0 {
		return cloud.Credential{}
	}
	c := realClouds[i]
	credential := cloud.Credential{
		ID: e.secret(c.id), Key: e.secret(c.key), Token: e.secret(c.token),
		Tenant: e.TenantID, RoleARN: e.RoleARN, ExternalID: e.ExternalID,
	}
	if e.CredentialsFile != "" {
		credential.Key = cloud.SecretDocument(e.CredentialsFile)
	}
	return credential
}

// check is a provider's check of an account.
func (c realCloud) check(e accountEntry, path string, r *report) {
	e.refuseKeys(c.provider, append(c.keys(), "account_id", "endpoint"), path, r)
	c.checkAccountID(e, child(path, "account_id"), r)
	checkEndpoint(e.Endpoint, child(path, "endpoint"), r)
	given := 0
	for _, key := range c.secrets() {
		if e.checkSecret(key, path, r) && key != c.token {
			given++
		}
		if key != c.id {
			e.checkLength(key, path, r)
		}
	}
	if c.document != "" && r.has(child(path, c.document)) {
		if strings.TrimSpace(e.text(c.document)) == "" {
			r.at(child(path, c.document), "empty: write the file that holds the credential, or remove the key")
		}
	} else if given == 0 {
		c.checkEnvironment(path, r)
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

// checkLength refuses a key or token that is too short to be one. In a server's answer
// it could not be told from parts of words, and so not be hidden.
func (e accountEntry) checkLength(key, path string, r *report) {
	if text := cloud.TrimSecret(e.text(key)); text != "" && len(text) < cloud.MinSecret {
		r.at(child(path, key), "shorter than %d characters, as no key is: write all of it", cloud.MinSecret)
	}
}

// checkEnvironment refuses variables with stray characters: the SDK's default chain
// would send them as they are.
func (c realCloud) checkEnvironment(path string, r *report) {
	for _, name := range c.environment {
		value, set := r.env(name)
		if set && (cloud.TrimSecret(value) != value || textFault(value) != "") {
			r.at(path, "the environment variable %s, of which the machine's default takes the credential, has a line break, a space or an unseen character in it: set it without", name)
		}
	}
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
