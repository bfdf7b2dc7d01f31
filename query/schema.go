// Package query is the language in which the inventory is asked: matchers as Prometheus
// writes them over the columns and tags of rows, and bare words. It says what a query means
// for one row; how the rows that match are found is left to others. It does no I/O.
package query

import (
	"net/netip"
	"slices"
	"strings"

	"cloudsync/resource"
)

// The labels that are no columns.
const (
	KindLabel = "kind" // the kind's name
	UIDLabel  = "uid"  // in hex
	IPLabel   = "ip"   // the values of all address columns
	TagPrefix = "tag_" // and a tag's key: the tag's value
)

// addressColumns are the columns that hold addresses, where a kind has them. Load balancers
// and endpoints may have names of hosts instead.
var addressColumns = []string{"private_ips", "public_ips", "addresses", "address", "endpoint"}

// wordColumns are where bare words are looked for, beside addresses.
var wordColumns = []string{"name", "native_id"}

// IsAddress says that a label's values are addresses, so that it can be asked for those of a
// network.
func IsAddress(label string) bool { return label == IPLabel || slices.Contains(addressColumns, label) }

// Schema is which labels the rows of a kind have.
type Schema struct {
	Kind    *resource.Kind
	Columns []resource.Column // as the kind describes them
	byName  map[string]int
	tags    int // the column with the tags, -1 for none
}

// SchemaOf returns the schema of a kind.
func SchemaOf(kind *resource.Kind) *Schema {
	s := &Schema{Kind: kind, Columns: kind.Described(), byName: map[string]int{}, tags: -1}
	for i, column := range s.Columns {
		if column.Type == resource.MapColumn {
			s.tags = i
			continue
		}
		s.byName[column.Name] = i
	}
	return s
}

// Source says where in a row the values of a label are.
type Source struct {
	// Columns are indexes of the schema's columns, more than one for IPLabel alone, and
	// none for a label that the kind does not have.
	Columns []int
	// Tag is the key of a tag, where IsTag says that it is one.
	Tag   string
	IsTag bool
	// Fixed is the one value of all rows, where it is not empty.
	Fixed string
	// IsUID says that the value is the row's uid.
	IsUID bool
}

// Source finds a label.
func (s *Schema) Source(label string) Source {
	switch label {
	case KindLabel:
		return Source{Fixed: s.Kind.Name()}
	case UIDLabel:
		return Source{IsUID: true}
	case IPLabel:
		return Source{Columns: s.columns(addressColumns)}
	}
	if column, ok := s.byName[label]; ok {
		return Source{Columns: []int{column}}
	}
	if key, ok := strings.CutPrefix(label, TagPrefix); ok && s.tags >= 0 {
		return Source{Columns: []int{s.tags}, Tag: key, IsTag: true}
	}
	return Source{}
}

// Words are the columns in which bare words are looked for.
func (s *Schema) Words() []int {
	return s.columns(append(slices.Clone(wordColumns), addressColumns...))
}

func (s *Schema) columns(names []string) (indexes []int) {
	for _, name := range names {
		if column, ok := s.byName[name]; ok {
			indexes = append(indexes, column)
		}
	}
	return indexes
}

// Has says that the rows of the kind may have the label.
func (s *Schema) Has(label string) bool {
	source := s.Source(label)
	return source.Fixed != "" || source.IsUID || len(source.Columns) > 0
}

// Labels are the names of the labels that the rows of the kind have, but for those of tags.
func (s *Schema) Labels() []string {
	labels := []string{KindLabel, UIDLabel}
	if len(s.columns(addressColumns)) > 0 {
		labels = append(labels, IPLabel)
	}
	for _, column := range s.Columns {
		if column.Type != resource.MapColumn {
			labels = append(labels, column.Name)
		}
	}
	return labels
}

// Address is an address column's text as an address, not valid if it is none, such as a
// host's name.
func Address(text string) netip.Addr {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}
