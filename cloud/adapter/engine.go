package adapter

import (
	"slices"
	"strings"
)

// engines are the engines of databases and caches that clouds have several words for, each with what
// their words begin with. An edition of an engine is the same engine.
var engines = []struct {
	name     string
	prefixes []string
}{
	{"postgresql", []string{"postgres"}}, // AWS; Azure and Alibaba say postgresql
	{"sqlserver", []string{"sqlserver", "sql server", "mssql", "microsoft sql server", "custom-sqlserver"}},
	{"oracle", []string{"oracle", "custom-oracle"}},
	{"db2", []string{"db2"}},
	{"memcached", []string{"memcache"}}, // Alibaba
}

// Engine is the word for the engine of a database or cache in all kinds and at all clouds. An engine
// that is not in the table keeps the cloud's word, in small letters: aurora-postgresql
// is another thing than postgresql.
func Engine(word string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	if word == "aurora" { // what AWS called the first, which is compatible with MySQL
		return "aurora-mysql"
	}
	for _, engine := range engines {
		if slices.ContainsFunc(engine.prefixes, func(prefix string) bool { return strings.HasPrefix(word, prefix) }) {
			return engine.name
		}
	}
	return word
}
