package aws

import (
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
)

// tag is one of a resource. The keys of a resource are unique.
type tag = adapter.Tag

// clustered are the engines, by what their names begin with, whose storage belongs to the
// cluster and grows by itself. The API gives a constant for an instance
// (https://docs.aws.amazon.com/neptune/latest/apiref/API_DBInstance.html).
var clustered = []string{"aurora", "neptune", "docdb"}

// ownStorage is the storage of a database, "" for one of a cluster.
func ownStorage(engine, size string) string {
	engine = strings.ToLower(engine)
	if slices.ContainsFunc(clustered, func(prefix string) bool { return strings.HasPrefix(engine, prefix) }) {
		return ""
	}
	return size
}
