package config

import (
	"time"

	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/retention"
)

// The defaults of what may be left out, and limits.
const (
	DefaultMaxOpenConns      = 16
	DefaultMaxParallelScopes = 8

	maxOpenConns      = 10_000
	maxParallelScopes = 200

	maxRequestsPerSecond = 100_000
)

// document is the configuration as it is written.
type document struct {
	MySQL  []mysqlEntry `yaml:"mysql_s"`
	Sync   syncEntry    `yaml:"public_cloud_sync"`
	Serve  serveEntry   `yaml:"serve"`
	Notify notifyEntry  `yaml:"notify"`
}

func (doc *document) setDefaults() {
	doc.Serve.setDefaults()
	doc.Notify.setDefaults()
}

type mysqlEntry struct {
	Name         string `yaml:"name"`
	Addr         string `yaml:"addr"`
	MaxOpenConns int    `yaml:"max_open_conns"`

	TLSCA         pemText `yaml:"tls_ca"`
	TLSCAFile     string  `yaml:"tls_ca_file"`
	TLSCert       pemText `yaml:"tls_cert"`
	TLSCertFile   string  `yaml:"tls_cert_file"`
	TLSKey        pemText `yaml:"tls_key"`
	TLSKeyFile    string  `yaml:"tls_key_file"`
	TLSServerName string  `yaml:"tls_server_name"`
}

func (e *mysqlEntry) setDefaults() { e.MaxOpenConns = DefaultMaxOpenConns }

type syncEntry struct {
	Enable    bool            `yaml:"enable"`
	Tags      tagsEntry       `yaml:"stree_tags"`
	Resources []resourceEntry `yaml:"resources"`
	Accounts  []accountEntry  `yaml:"accounts"`
	Retention retentionEntry  `yaml:"retention"`
}

func (e *syncEntry) setDefaults() {
	e.Enable = true
	e.Tags.setDefaults()
	e.Retention.setDefaults()
}

// retentionEntry is how long things are kept: 90d, 12h, forever.
type retentionEntry struct {
	Changes retention.Keep `yaml:"changes"`
	Runs    retention.Keep `yaml:"runs"`
	Staging retention.Keep `yaml:"staging"`
}

func (e *retentionEntry) setDefaults() { *e = retentionEntry(retention.Default()) }

type tagsEntry struct {
	Group   string `yaml:"group"`
	Product string `yaml:"product"`
	App     string `yaml:"app"`
}

func (e *tagsEntry) setDefaults() {
	*e = tagsEntry{Group: "stree_group", Product: "stree_product", App: "stree_app"}
}

type resourceEntry struct {
	Kind              string        `yaml:",key"`
	Interval          time.Duration `yaml:"interval"`
	MaxDeleteRatio    float64       `yaml:"max_delete_ratio"`
	MinRows           int64         `yaml:"min_rows"`
	AllowEmpty        bool          `yaml:"allow_empty"`
	Deletes           string        `yaml:"deletes"`
	Replaced          string        `yaml:"replaced"`
	MaxParallelScopes int           `yaml:"max_parallel_scopes"`
}

func (e *resourceEntry) setDefaults() {
	var policy policyEntry
	policy.setDefaults()
	e.MaxDeleteRatio, e.MinRows, e.AllowEmpty = policy.MaxDeleteRatio, policy.MinRows, policy.AllowEmpty
	e.Deletes, e.Replaced = policy.Deletes, policy.Replaced
	e.MaxParallelScopes = DefaultMaxParallelScopes
}

func (e resourceEntry) policy() policyEntry {
	return policyEntry{
		Kind: e.Kind, MaxDeleteRatio: e.MaxDeleteRatio, MinRows: e.MinRows, AllowEmpty: e.AllowEmpty,
		Deletes: e.Deletes, Replaced: e.Replaced,
	}
}

// policyEntry is how one account treats the deletions of a kind. What it leaves
// out is as the kind has it.
type policyEntry struct {
	Kind           string  `yaml:",key"`
	MaxDeleteRatio float64 `yaml:"max_delete_ratio"`
	MinRows        int64   `yaml:"min_rows"`
	AllowEmpty     bool    `yaml:"allow_empty"`
	Deletes        string  `yaml:"deletes"`
	Replaced       string  `yaml:"replaced"`
}

func (e *policyEntry) setDefaults() {
	policy := diff.DefaultPolicy()
	e.MaxDeleteRatio, e.MinRows = policy.MaxDeleteRatio, policy.MinRows
	e.Deletes, e.Replaced = string(diff.Apply), string(diff.ReplacedApply)
}

func (e policyEntry) policy() diff.Policy {
	policy := diff.Policy{MaxDeleteRatio: e.MaxDeleteRatio, MinRows: e.MinRows, AllowEmpty: e.AllowEmpty}
	if deletes := diff.Deletes(e.Deletes); deletes != diff.Apply {
		policy.Deletes = deletes
	}
	if replaced := diff.Replaced(e.Replaced); replaced != diff.ReplacedApply {
		policy.Replaced = replaced
	}
	return policy
}

type accountEntry struct {
	Provider          string        `yaml:"provider"`
	Name              string        `yaml:"name"`
	Regions           []string      `yaml:"regions"`
	RequestsPerSecond float64       `yaml:"requests_per_second"`
	Deletions         []policyEntry `yaml:"deletions"`
	AccountID         string        `yaml:"account_id"`
	Endpoint          string        `yaml:"endpoint"`
	RoleARN           string        `yaml:"role_arn"`
	ExternalID        string        `yaml:"external_id"`
	TenantID          string        `yaml:"tenant_id"`
	CredentialsFile   string        `yaml:"credentials_file"`
	Discover          discoverEntry `yaml:"discover"`
	Mock              mock.Settings `yaml:"mock"`

	// The parts of a credential, under the names that realClouds has for them.
	AccessKeyID         string `yaml:"access_key_id"`
	AccessKeyIDFile     string `yaml:"access_key_id_file"`
	AccessKeySecret     string `yaml:"access_key_secret"`
	AccessKeySecretFile string `yaml:"access_key_secret_file"`
	SecretAccessKey     string `yaml:"secret_access_key"`
	SecretAccessKeyFile string `yaml:"secret_access_key_file"`
	SecurityToken       string `yaml:"security_token"`
	SecurityTokenFile   string `yaml:"security_token_file"`
	SessionToken        string `yaml:"session_token"`
	SessionTokenFile    string `yaml:"session_token_file"`
	SecretID            string `yaml:"secret_id"`
	SecretIDFile        string `yaml:"secret_id_file"`
	SecretKey           string `yaml:"secret_key"`
	SecretKeyFile       string `yaml:"secret_key_file"`
	ClientID            string `yaml:"client_id"`
	ClientIDFile        string `yaml:"client_id_file"`
	ClientSecret        string `yaml:"client_secret"`
	ClientSecretFile    string `yaml:"client_secret_file"`
}

func (e *accountEntry) setDefaults() { e.Mock = mock.DefaultSettings() }

// config is the checked document in the form the program uses.
func (doc *document) config() *Config {
	inventory := doc.MySQL[0]
	c := &Config{
		MySQL: MySQL{Name: inventory.Name, DSN: inventory.Addr, MaxOpenConns: inventory.MaxOpenConns, TLS: inventory.tls().config()},
		Sync:  Sync{Enable: doc.Sync.Enable, TagKeys: resource.TagKeys{Group: doc.Sync.Tags.Group, Product: doc.Sync.Tags.Product, App: doc.Sync.Tags.App}, Retention: retention.Limits(doc.Sync.Retention)},
		Serve: doc.Serve.serve(), Notify: doc.Notify.notify(),
	}
	for _, entry := range doc.Sync.Resources {
		c.Sync.Resources = append(c.Sync.Resources, entry.resource())
	}
	for _, entry := range doc.Sync.Accounts {
		c.Sync.Accounts = append(c.Sync.Accounts, entry.account())
	}
	return c
}

func (e resourceEntry) resource() Resource {
	return Resource{
		Kind:              e.Kind,
		Interval:          e.Interval,
		Policy:            e.policy().policy(),
		MaxParallelScopes: e.MaxParallelScopes,
	}
}

func (e accountEntry) account() Account {
	account := Account{
		Provider: e.Provider, Name: e.Name, Regions: e.Regions, RequestsPerSecond: e.RequestsPerSecond,
		AccountID: e.AccountID, Endpoint: e.Endpoint, Credential: e.credential(), Mock: e.Mock,
		Discover: e.Discover.discover(),
	}
	if e.allRegions() {
		account.Regions = nil
	}
	for _, own := range e.Deletions {
		account.Policies = append(account.Policies, KindPolicy{Kind: own.Kind, Policy: own.policy()})
	}
	return account
}

// everyRegion is written instead of regions to have the provider asked.
const everyRegion = "all"

func (e accountEntry) allRegions() bool { return len(e.Regions) == 1 && e.Regions[0] == everyRegion }
