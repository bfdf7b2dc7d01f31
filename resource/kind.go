// Package resource says what is inventoried: the kinds of resources, their
// rows, and the identity and content hash of a row. It does no I/O.
package resource

import (
	"fmt"
	"reflect"
	"time"
)

// Meta is the part that every inventory row has. Providers fill in NativeID
// alone; the sync and the store fill in the rest.
type Meta struct {
	UID       UID       `bun:"uid,pk"`
	Hash      Hash      `bun:"hash"`
	ScopeID   int64     `bun:"scope_id"`
	Provider  string    `bun:"provider"`
	Account   string    `bun:"account"`
	Region    string    `bun:"region"`
	NativeID  string    `bun:"native_id"`
	CreatedAt time.Time `bun:"created_at"` // first seen by the inventory, UTC
	UpdatedAt time.Time `bun:"updated_at"` // last written by the inventory, UTC
}

// RowMeta gives generic code access to the common part of a row.
func (m *Meta) RowMeta() *Meta { return m }

// Entry is the row's identity and hash.
func (m *Meta) Entry() Entry { return Entry{UID: m.UID, Hash: m.Hash} }

// Row is one resource of some kind: a pointer to a struct that embeds Meta.
type Row interface {
	RowMeta() *Meta
}

// Kind describes one type of resource: its name, which is also its table, and
// how its rows are encoded, hashed and compared. It is made by Define and safe
// for concurrent use.
type Kind struct {
	name      string
	version   byte
	fields    []field
	watched   []*field // these are encoded first, and are all that is hashed
	unwatched []*field
	maps      int // how many of the fields are maps
	tree      *treeFields
	newRow    func() Row
}

// Define compiles the row type T into a kind. Every exported field of T outside
// Meta must have a bun tag with its column's name and one of the types string,
// int64, []string (an unordered list), map[string]string or time.Time. A field
// tag narrows what is accepted and compared:
//
//	field:"max=128"     at most 128 characters, as in the column's type
//	field:"max=128,cut" likewise; a longer text is cut, and ends in …
//	field:"unwatched"   stored, but a change of it alone is no modification
//	field:"since=2"     came with version 2 of the kind; earlier ones do not have it
//
// version is part of every hash; it must change whenever the watched fields, or
// their order, do. What since= says of a new field keeps the first run of a new version
// from taking each row for modified: see Changes. Define panics on a type it cannot handle: that is a mistake
// in the program, found when it starts.
func Define[T any, P interface {
	*T
	Row
}](name string, version byte) *Kind {
	fields, maps := compileFields(name, version, reflect.TypeFor[T]())
	return &Kind{
		name:      name,
		version:   version,
		fields:    fields,
		watched:   selectFields(fields, true),
		unwatched: selectFields(fields, false),
		maps:      maps,
		tree:      treeFieldsOf(fields),
		newRow:    func() Row { return P(new(T)) },
	}
}

// Name is the kind's name and the name of its table, such as "resource_host".
func (k *Kind) Name() string { return k.name }

// Version is the version byte of the kind's hashes.
func (k *Kind) Version() byte { return k.version }

// Columns are the kind's own columns, beside those of Meta, in the order of its
// definition.
func (k *Kind) Columns() []string {
	columns := make([]string, len(k.fields))
	for i := range k.fields {
		columns[i] = k.fields[i].column
	}
	return columns
}

// Structured are those of the columns that hold a list or a map, as JSON.
func (k *Kind) Structured() []string {
	var columns []string
	for i := range k.fields {
		if typ := k.fields[i].typ; typ == listField || typ == mapField {
			columns = append(columns, k.fields[i].column)
		}
	}
	return columns
}

// NewRow returns an empty row of the kind.
func (k *Kind) NewRow() Row { return k.newRow() }

// Registry is the set of kinds a process knows.
type Registry struct {
	kinds map[string]*Kind
	names []string
}

// NewRegistry returns a registry of kinds, in the order given.
func NewRegistry(kinds ...*Kind) *Registry {
	r := &Registry{kinds: make(map[string]*Kind, len(kinds))}
	for _, kind := range kinds {
		if _, dup := r.kinds[kind.name]; dup {
			panic("resource: kind " + kind.name + " registered twice")
		}
		r.kinds[kind.name] = kind
		r.names = append(r.names, kind.name)
	}
	return r
}

// Standard is the registry of all kinds of this program.
func Standard() *Registry {
	return NewRegistry(HostKind, DiskKind, DatabaseKind, LoadBalancerKind, CacheKind,
		VPCKind, SubnetKind, SecurityGroupKind, PublicIPKind, NATGatewayKind,
		ClusterKind, BucketKind, SnapshotKind, MachineImageKind, CertificateKind)
}

// prefix begins the names of kinds, which lists of changes leave out.
const prefix = "resource_"

// Kind returns the kind of that name. The error lists the names there are, or has the
// whole name of one.
func (r *Registry) Kind(name string) (*Kind, error) {
	if kind, ok := r.kinds[name]; ok {
		return kind, nil
	}
	if whole, ok := r.kinds[prefix+name]; ok {
		return nil, fmt.Errorf("unknown kind %q: write %s", name, whole.name)
	}
	return nil, fmt.Errorf("unknown kind %q: the kinds are %v", name, r.names)
}

// Named is Kind of a name with or without its beginning resource_.
func (r *Registry) Named(name string) (*Kind, error) {
	if kind, ok := r.kinds[prefix+name]; ok {
		return kind, nil
	}
	return r.Kind(name)
}

// Names lists the kinds in the order of registration.
func (r *Registry) Names() []string { return append([]string(nil), r.names...) }
