package config

import (
	"time"

	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
)

// The defaults of what may be left out, and limits.
const (
	DefaultMaxOpenConns      = 16
	DefaultMaxParallelScopes = 8

	maxOpenConns      = 10_000
	maxParallelScopes = 200
)

// document is the configuration as it is written.
type document struct {
	MySQL []mysqlEntry `yaml:"mysql_s"`
	Sync  syncEntry    `yaml:"public_cloud_sync"`
}

type mysqlEntry struct {
	Name         string `yaml:"name"`
	Addr         string `yaml:"addr"`
	MaxOpenConns int    `yaml:"max_open_conns"`
}

func (e *mysqlEntry) setDefaults() { e.MaxOpenConns = DefaultMaxOpenConns }

type syncEntry struct {
	Enable    bool            `yaml:"enable"`
	Tags      tagsEntry       `yaml:"stree_tags"`
	Resources []resourceEntry `yaml:"resources"`
	Accounts  []accountEntry  `yaml:"accounts"`
}

func (e *syncEntry) setDefaults() {
	e.Enable = true
	e.Tags.setDefaults()
}

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
	MaxParallelScopes int           `yaml:"max_parallel_scopes"`
}

func (e *resourceEntry) setDefaults() {
	policy := diff.DefaultPolicy()
	e.MaxDeleteRatio, e.MinRows = policy.MaxDeleteRatio, policy.MinRows
	e.MaxParallelScopes = DefaultMaxParallelScopes
}

type accountEntry struct {
	Provider string        `yaml:"provider"`
	Name     string        `yaml:"name"`
	Regions  []string      `yaml:"regions"`
	Mock     mock.Settings `yaml:"mock"`
}

func (e *accountEntry) setDefaults() { e.Mock = mock.DefaultSettings() }

// config is the checked document in the form the program uses.
func (doc *document) config() *Config {
	inventory := doc.MySQL[0]
	c := &Config{
		MySQL: MySQL{Name: inventory.Name, DSN: inventory.Addr, MaxOpenConns: inventory.MaxOpenConns},
		Sync:  Sync{Enable: doc.Sync.Enable, TagKeys: resource.TagKeys(doc.Sync.Tags)},
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
		Policy:            diff.Policy{MaxDeleteRatio: e.MaxDeleteRatio, MinRows: e.MinRows},
		MaxParallelScopes: e.MaxParallelScopes,
	}
}

func (e accountEntry) account() Account {
	account := Account(e)
	if e.allRegions() {
		account.Regions = nil
	}
	return account
}

// everyRegion is written instead of regions to have the provider asked.
const everyRegion = "all"

func (e accountEntry) allRegions() bool { return len(e.Regions) == 1 && e.Regions[0] == everyRegion }
