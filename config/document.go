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
	// Where the inventory is: one entry.
	MySQL []mysqlEntry `yaml:"mysql_s"`
	// What is synchronised, how often, and from where.
	Sync syncEntry `yaml:"public_cloud_sync"`
	// How `starter serve` serves the inventory, and who may ask. Workers do not need it.
	Serve serveEntry `yaml:"serve"`
	// Who is told what happens.
	Notify notifyEntry `yaml:"notify"`
}

func (doc *document) setDefaults() {
	doc.Serve.setDefaults()
	doc.Notify.setDefaults()
}

type mysqlEntry struct {
	// What you call the inventory.
	Name string `yaml:"name"`
	// USER:${PASSWORD_VARIABLE}@tcp(HOST:PORT)/DATABASE, as github.com/go-sql-driver/mysql reads it.
	Addr string `yaml:"addr"`
	// The most connections of a worker.
	MaxOpenConns int `yaml:"max_open_conns"`

	// The authority that signed the server's certificate, in PEM.
	TLSCA     linesText `yaml:"tls_ca"`
	TLSCAFile string    `yaml:"tls_ca_file"`
	// A certificate of the client's own, in PEM, with tls_key.
	TLSCert     linesText `yaml:"tls_cert"`
	TLSCertFile string    `yaml:"tls_cert_file"`
	// The key of tls_cert, in PEM.
	TLSKey     linesText `yaml:"tls_key"`
	TLSKeyFile string    `yaml:"tls_key_file"`
	// The name in the server's certificate, if it is not that of addr.
	TLSServerName string `yaml:"tls_server_name"`
}

func (e *mysqlEntry) setDefaults() { e.MaxOpenConns = DefaultMaxOpenConns }

type syncEntry struct {
	// false: the schedules are paused, nothing runs.
	Enable bool `yaml:"enable"`
	// The tags that place a host in the service tree.
	Tags tagsEntry `yaml:"stree_tags"`
	// The kinds to synchronise: docs/kinds.md.
	Resources []resourceEntry `yaml:"resources"`
	// The accounts they are in.
	Accounts []accountEntry `yaml:"accounts"`
	// How long records are kept: 90d, 12h, 1d12h, or forever.
	Retention retentionEntry `yaml:"retention"`
}

func (e *syncEntry) setDefaults() {
	e.Enable = true
	e.Tags.setDefaults()
	e.Retention.setDefaults()
}

// retentionEntry is how long things are kept: 90d, 12h, forever.
type retentionEntry struct {
	// The history of the inventory.
	Changes retention.Keep `yaml:"changes"`
	// The records of runs that changed nothing.
	Runs retention.Keep `yaml:"runs"`
	// What runs that do not go on left in flight.
	Staging retention.Keep `yaml:"staging"`
}

func (e *retentionEntry) setDefaults() { *e = retentionEntry(retention.Default()) }

type tagsEntry struct {
	// The key of the tag with the group.
	Group string `yaml:"group"`
	// The key of the tag with the product.
	Product string `yaml:"product"`
	// The key of the tag with the application.
	App string `yaml:"app"`
}

func (e *tagsEntry) setDefaults() {
	*e = tagsEntry{Group: "stree_group", Product: "stree_product", App: "stree_app"}
}

type resourceEntry struct {
	Kind string `yaml:",key"`
	// From the start of a run to that of the next, in whole seconds: 30s, 5m, 1h.
	Interval time.Duration `yaml:"interval"`
	// If more than this share of a scope's rows would be deleted, the deletions are held.
	MaxDeleteRatio float64 `yaml:"max_delete_ratio"`
	// The share counts in scopes of at least so many rows.
	MinRows int64 `yaml:"min_rows"`
	// true: the last rows of a scope may be deleted, too.
	AllowEmpty bool `yaml:"allow_empty"`
	// apply deletions, hold each until it is approved, or never delete.
	Deletes string `yaml:"deletes"`
	// What to do with the additions if a fleet was replaced as a whole: apply, or hold.
	Replaced string `yaml:"replaced"`
	// How many scopes a run works on at a time; 50 small ones of an account count as one.
	MaxParallelScopes int `yaml:"max_parallel_scopes"`
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
	Kind string `yaml:",key"`
	// If more than this share of a scope's rows would be deleted, the deletions are held.
	MaxDeleteRatio float64 `yaml:"max_delete_ratio"`
	// The share counts in scopes of at least so many rows.
	MinRows int64 `yaml:"min_rows"`
	// true: the last rows of a scope may be deleted, too.
	AllowEmpty bool `yaml:"allow_empty"`
	// apply deletions, hold each until it is approved, or never delete.
	Deletes string `yaml:"deletes"`
	// What to do with the additions if a fleet was replaced as a whole: apply, or hold.
	Replaced string `yaml:"replaced"`
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
	// The cloud; mock is a simulated one.
	Provider string `yaml:"provider"`
	// What you call the account.
	Name string `yaml:"name"`
	// The names of regions, or [all].
	Regions []string `yaml:"regions"`
	// The most requests of a worker in each region; 0 is the provider's default.
	RequestsPerSecond float64 `yaml:"requests_per_second"`
	// How deletions of a kind are treated in this account, where that differs from the kind.
	Deletions []policyEntry `yaml:"deletions"`
	// Whose account it is: a credential of another is refused. With discover, the organisation's.
	AccountID string `yaml:"account_id"`
	// Instead of the provider's own: https://{product}.{region}.example.
	Endpoint string `yaml:"endpoint"`
	// A role to assume.
	RoleARN string `yaml:"role_arn"`
	// What the role asks for.
	ExternalID string `yaml:"external_id"`
	// The directory that client_id is in.
	TenantID string `yaml:"tenant_id"`
	// The file with the credential.
	CredentialsFile string `yaml:"credentials_file"`
	// Find the accounts of the organisation, and synchronise each.
	Discover discoverEntry `yaml:"discover"`
	// What the simulated cloud has, and how it behaves.
	Mock mock.Settings `yaml:"mock"`

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
