package resource

import (
	"crypto/sha256"
	"encoding/binary"
	"reflect"
	"time"
)

// Sealer makes a provider's rows rows of the inventory, one after the other. It is not
// safe for concurrent use.
type Sealer struct {
	kind    *Kind
	scope   Scope
	scopeID int64
	// keys are those of each field's map in the row before, in their order: most rows
	// have the same tags with other values, and need no sorting.
	keys [][]string
}

// Sealer returns one for the rows of a scope.
func (k *Kind) Sealer(scope Scope, scopeID int64) *Sealer {
	return &Sealer{kind: k, scope: scope, scopeID: scopeID, keys: make([][]string, k.maps)}
}

// Seal makes a provider's row a row of the inventory: it brings the fields into
// canonical form and sets the scope's columns, the UID and the hash. The error
// says which field is impossible to store and why; the UID is set whenever
// there is a native id, so that a refused row still counts as existing.
func (k *Kind) Seal(row Row, scope Scope, scopeID int64) error {
	_, err := k.Sealer(scope, scopeID).Append(nil, row)
	return err
}

// Append seals a row like Kind.Seal, and appends its encoding to dst: sealing needs the
// encoding anyway, and whoever stages the row needs it next. With an error it returns
// no more than dst.
func (s *Sealer) Append(dst []byte, row Row) ([]byte, error) {
	meta := row.RowMeta()
	if err := checkNativeID(meta.NativeID); err != nil {
		return dst, err
	}
	meta.UID = s.scope.UID(meta.NativeID)
	meta.ScopeID = s.scopeID
	meta.Provider, meta.Account, meta.Region = s.scope.Provider, s.scope.Account, s.scope.Region
	value := reflect.ValueOf(row).Elem()
	encoded := appendString(dst, meta.NativeID)
	hashed := len(encoded)
	encoded, err := s.fields(append(encoded, s.kind.version), value, s.kind.watched)
	if err != nil {
		return dst, err
	}
	sum := sha256.Sum256(encoded[hashed:])
	if encoded, err = s.fields(encoded, value, s.kind.unwatched); err != nil {
		return dst, err
	}
	meta.Hash = Hash(sum[:Size])
	return encoded, nil
}

// hashBy is the hash that an earlier version of the kind gave the sealed row, out of the
// fields that it had.
func (k *Kind) hashBy(version byte, row Row) (Hash, error) {
	var had []*field
	for _, f := range k.watched {
		if f.since <= version {
			had = append(had, f)
		}
	}
	encoded, err := k.Sealer(Scope{}, 0).fields([]byte{version}, reflect.ValueOf(row).Elem(), had)
	sum := sha256.Sum256(encoded)
	return Hash(sum[:Size]), err
}

// fields brings them into canonical form and appends their encoding. Texts are
// length-prefixed, lists and maps counted and sorted, times are a presence byte and
// microseconds: no two different rows encode alike.
func (s *Sealer) fields(dst []byte, row reflect.Value, fields []*field) ([]byte, error) {
	for _, f := range fields {
		var err error
		if dst, err = s.field(dst, f, row.Field(f.index)); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// field brings a field into canonical form, so that null, absent and empty are one, and
// order and time zone make no difference, and appends its encoding. It does both at
// once: to find the value costs about as much as to encode it.
func (s *Sealer) field(dst []byte, f *field, value reflect.Value) ([]byte, error) {
	switch f.typ {
	case textField:
		text := value.String()
		if f.cut && len(text) > f.max {
			text = f.fit(text)
			value.SetString(text)
		}
		return appendString(dst, text), f.checkText(text)
	case intField:
		n := value.Int()
		return binary.AppendVarint(dst, n), f.checkInt(n)
	case listField:
		list := at[[]string](value)
		err := f.normalizeList(list)
		return appendList(dst, *list), err
	case mapField:
		m := at[map[string]string](value)
		if len(*m) == 0 {
			*m = nil
		}
		return f.sealMap(dst, *m, &s.keys[f.mapped])
	default:
		t := at[time.Time](value)
		err := f.normalizeTime(t)
		return appendTime(dst, *t), err
	}
}

// sealMap appends the encoding of a map, whose keys are mostly those of the map before.
func (f *field) sealMap(dst []byte, m map[string]string, keys *[]string) ([]byte, error) {
	dst = binary.AppendUvarint(dst, uint64(len(m)))
	if len(m) == len(*keys) {
		if encoded, ok := f.sealValues(dst, m, *keys); ok {
			return encoded, nil
		}
	}
	var room [16]pair // most maps fit, and need no memory of their own
	pairs := sortedPairs(room[:0], m)
	*keys = (*keys)[:0]
	for _, pair := range pairs {
		if err := f.checkText(pair.key); err != nil {
			return dst, err
		}
		if err := f.checkText(pair.value); err != nil {
			return dst, err
		}
		dst = appendString(appendString(dst, pair.key), pair.value)
	}
	for _, pair := range pairs {
		*keys = append(*keys, pair.key)
	}
	return dst, nil
}

// sealValues appends the entries of a map that has exactly these keys, which were
// checked. It leaves any other map, or one that is to be refused, to the caller.
func (f *field) sealValues(dst []byte, m map[string]string, keys []string) (encoded []byte, ok bool) {
	for _, key := range keys {
		value, ok := m[key]
		if !ok || f.checkText(value) != nil {
			return nil, false
		}
		dst = appendString(appendString(dst, key), value)
	}
	return dst, true
}

// pair is one entry of a map.
type pair struct{ key, value string }

// sortedPairs collects the entries of a map in pairs, which has none, in the order
// of their keys. Each goes to its place at once: for as few as there are,
// slices.SortFunc takes longer.
func sortedPairs(pairs []pair, m map[string]string) []pair {
	for key, value := range m {
		low, high := 0, len(pairs)
		for low < high {
			if middle := (low + high) / 2; pairs[middle].key < key {
				low = middle + 1
			} else {
				high = middle
			}
		}
		pairs = append(pairs, pair{})
		copy(pairs[low+1:], pairs[low:])
		pairs[low] = pair{key, value}
	}
	return pairs
}
