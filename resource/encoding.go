package resource

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"
)

// ErrCorrupt is the error of an encoding that does not decode: staged data was
// written by something else, or damaged.
var ErrCorrupt = errors.New("corrupt row encoding")

// at is where the value of a field of type T is.
func at[T any](value reflect.Value) *T {
	place, _ := reflect.TypeAssert[*T](value.Addr())
	return place
}

func appendList(dst []byte, list []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, item := range list {
		dst = appendString(dst, item)
	}
	return dst
}

func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, 0)
	}
	return binary.AppendVarint(append(dst, 1), t.UnixMicro())
}

// Decode reads a row that was sealed and encoded for the same scope. The row is
// sealed: its UID and hash are computed from what was read.
func (k *Kind) Decode(encoded []byte, scope Scope, scopeID int64) (Row, error) {
	row := k.newRow()
	d := decoder{rest: encoded}
	row.RowMeta().NativeID = k.decodeHead(&d)
	value := reflect.ValueOf(row).Elem()
	decodeFields(&d, value, k.watched)
	decodeFields(&d, value, k.unwatched)
	if err := d.finish(); err != nil {
		return nil, fmt.Errorf("decode %s row: %w", k.name, err)
	}
	// It was sealed before it was encoded.
	if _, err := k.Sealer(scope, scopeID).Append(make([]byte, 0, len(encoded)), row); err != nil {
		return nil, fmt.Errorf("decode %s row: %w: %w", k.name, ErrCorrupt, err)
	}
	return row, nil
}

// decodeHead reads what comes before the fields.
func (k *Kind) decodeHead(d *decoder) (nativeID string) {
	nativeID = d.text()
	if version := d.byte(); d.err == nil && version != k.version {
		d.rest = nil
		d.err = fmt.Errorf("%w: version %d, this program has %d", ErrCorrupt, version, k.version)
	}
	return nativeID
}

func decodeFields(d *decoder, row reflect.Value, fields []*field) {
	for _, f := range fields {
		f.decode(d, row.Field(f.index))
	}
}

func (f *field) decode(d *decoder, value reflect.Value) {
	switch f.typ {
	case textField:
		value.SetString(d.text())
	case intField:
		value.SetInt(d.varint())
	case listField:
		*at[[]string](value) = d.list()
	case mapField:
		*at[map[string]string](value) = d.pairs()
	case timeField:
		*at[time.Time](value) = d.time()
	}
}

// decoder reads an encoding front to back; after the first error it returns
// zero values.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) fail() {
	if d.rest = nil; d.err == nil {
		d.err = ErrCorrupt
	}
}

// finish is the first error, or says that there is more than there should be.
func (d *decoder) finish() error {
	if d.err == nil && len(d.rest) > 0 {
		d.fail()
	}
	return d.err
}

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// count reads a number of things that take at least a byte each, so that a
// damaged count cannot ask for more memory than there is input.
func (d *decoder) count() int {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(len(d.rest)-size) {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

func (d *decoder) text() string {
	return string(d.bytes())
}

// bytes are a text's, valid as long as the input.
func (d *decoder) bytes() []byte {
	n := d.count()
	if d.err != nil {
		return nil
	}
	text := d.rest[:n:n]
	d.rest = d.rest[n:]
	return text
}

func (d *decoder) list() []string {
	n := d.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.text()
	}
	return list
}

func (d *decoder) pairs() map[string]string {
	n := d.count()
	if n == 0 {
		return nil
	}
	pairs := make(map[string]string, n)
	for range n {
		key := d.text()
		pairs[key] = d.text()
	}
	return pairs
}

func (d *decoder) time() time.Time {
	if d.byte() == 0 {
		return time.Time{}
	}
	return time.UnixMicro(d.varint()).UTC()
}

// FieldChange is one field of a modification.
type FieldChange struct {
	Field string          `json:"field"`
	Old   json.RawMessage `json:"old"`
	New   json.RawMessage `json:"new"`
}

// Changes lists the fields, watched or not, in which two sealed rows differ, in
// the order of the kind's definition. Rows that differ in nothing but the hash,
// as after a change of the kind's version, have none. Nor is it a change that a field has
// a value now, if an earlier version of the kind, which did not have the field, hashed the
// row before: the program learned of it, nothing happened in the cloud.
func (k *Kind) Changes(before, after Row) []FieldChange {
	olds, news := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	hashedBy := sync.OnceValue(func() byte { return k.earlierVersion(before) })
	changes := placeChanges(before.RowMeta(), after.RowMeta())
	for i := range k.fields {
		f := &k.fields[i]
		old := olds.Field(f.index)
		if f.equal(old, news.Field(f.index)) || f.since > 0 && old.IsZero() && hashedBy() < f.since {
			continue
		}
		changes = append(changes, FieldChange{Field: f.column, Old: f.json(olds), New: f.json(news)})
	}
	return changes
}

// earlierVersion is the version of the kind, before this one, that hashed the sealed row, or
// this one if none did: then somebody edited it.
func (k *Kind) earlierVersion(row Row) byte {
	for version := byte(1); version < k.version; version++ {
		if hash, err := k.hashBy(version, row); err == nil && hash == row.RowMeta().Hash {
			return version
		}
	}
	return k.version
}

// equal compares the values of two sealed rows.
func (f *field) equal(a, b reflect.Value) bool {
	switch f.typ {
	case listField:
		return slices.Equal(*at[[]string](a), *at[[]string](b))
	case mapField:
		return maps.Equal(*at[map[string]string](a), *at[map[string]string](b))
	case timeField:
		return at[time.Time](a).Equal(*at[time.Time](b))
	default:
		return a.Equal(b)
	}
}

// placeChanges lists the columns that follow from the identity. Two rows of one
// uid differ in them only where somebody edited one by hand.
func placeChanges(before, after *Meta) []FieldChange {
	var changes []FieldChange
	for _, column := range [...]struct {
		name     string
		old, new any
	}{
		{"scope_id", before.ScopeID, after.ScopeID},
		{"provider", before.Provider, after.Provider},
		{"account", before.Account, after.Account},
		{"region", before.Region, after.Region},
		{"native_id", before.NativeID, after.NativeID},
	} {
		if column.old != column.new {
			changes = append(changes, FieldChange{Field: column.name, Old: encode(column.name, column.old), New: encode(column.name, column.new)})
		}
	}
	return changes
}

// Image is the whole row as a JSON object from column to value, absent fields
// left out: what history keeps of a deleted row.
func (k *Kind) Image(row Row) ([]byte, error) {
	meta := row.RowMeta()
	image := meta.columns()
	if meta.UpdatedAt.IsZero() { // a row of the past does not know
		delete(image, "updated_at")
	}
	value := reflect.ValueOf(row).Elem()
	for i := range k.fields {
		if f := &k.fields[i]; !value.Field(f.index).IsZero() {
			image[f.column] = f.json(value)
		}
	}
	encoded, err := json.Marshal(image)
	if err != nil {
		return nil, fmt.Errorf("encode image of %s %s: %w", k.name, meta.NativeID, err)
	}
	return encoded, nil
}
