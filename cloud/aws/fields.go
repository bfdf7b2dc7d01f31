package aws

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

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

// regionOf is an ARN's region, "" for a text that is none.
func regionOf(text string) string {
	name, _ := arn.Parse(text)
	return name.Region
}

// isARNOf says of a text that it is an ARN of a service's resources of one sort, by what
// the part after the account begins with.
func isARNOf(service, sort string) func(string) bool {
	return func(text string) bool {
		name, err := arn.Parse(text)
		return err == nil && name.Service == service && strings.HasPrefix(name.Resource, sort)
	}
}

// nameIn is the name at the end of an ARN, and a name itself.
func nameIn(text string) string { return text[strings.LastIndexAny(text, ":/")+1:] }

// earliest is the first of the times that it considers.
type earliest struct{ time.Time }

func (e *earliest) consider(f *adapter.Fields, field string, texts ...string) {
	for _, text := range texts {
		if at := f.Time(field, text, time.UTC); !at.IsZero() && (e.IsZero() || at.Before(e.Time)) {
			e.Time = at
		}
	}
}
