package resource

import (
	"fmt"
	"hash/maphash"
	"slices"
	"time"
)

// Values reads what a database driver takes for the kind's own columns from encoded
// rows, one after the other. It makes no row on the way, which would cost more than all
// the rest: a bulk of rows goes from staging to the table like this. It is not safe for
// concurrent use.
type Values struct {
	kind  *Kind
	texts []texts // by field
}

// texts are some of the texts that a field had, each at the place that its hash gives
// it: most columns have few different ones, which then take no memory again.
type texts [16]any

var textSeed = maphash.MakeSeed()

// Values returns a reader of the kind's rows.
func (k *Kind) Values() *Values { return &Values{kind: k, texts: make([]texts, len(k.fields))} }

// Append appends the values of a row that a Sealer encoded, in the order of Columns.
func (v *Values) Append(dst []any, encoded []byte) (values []any, nativeID string, err error) {
	k, d := v.kind, decoder{rest: encoded}
	nativeID = k.decodeHead(&d)
	first := len(dst)
	dst = slices.Grow(dst, len(k.fields))[:first+len(k.fields)]
	for _, watched := range [...]bool{true, false} {
		for i := range k.fields {
			if f := &k.fields[i]; f.watched == watched {
				dst[first+i] = v.read(&d, i)
			}
		}
	}
	if err := d.finish(); err != nil {
		return dst[:first], "", fmt.Errorf("decode %s row: %w", k.name, err)
	}
	return dst, nativeID, nil
}

func (v *Values) read(d *decoder, field int) any {
	f := &v.kind.fields[field]
	switch f.typ {
	case textField:
		text := d.bytes()
		if f.null && len(text) == 0 {
			return nil
		}
		return v.texts[field].of(text)
	case intField:
		return orNull(f, d.varint())
	case listField:
		return orNull(f, d.listJSON())
	case mapField:
		return orNull(f, d.mapJSON())
	default:
		return orNull(f, d.time())
	}
}

// of is the text as a string.
func (t *texts) of(text []byte) any {
	place := &t[maphash.Bytes(textSeed, text)%uint64(len(t))]
	if known, ok := (*place).(string); !ok || known != string(text) {
		*place = string(text)
	}
	return *place
}

func orNull[T string | int64 | time.Time](f *field, value T) any {
	if absent := *new(T); f.null && value == absent {
		return nil
	}
	return value
}

// usualJSON bytes hold the JSON of most columns; a buffer of this size is on the
// stack, and need not grow.
const usualJSON = 512

// listJSON reads a list as JSON; none, where it is empty.
func (d *decoder) listJSON() string {
	n := d.count()
	if n == 0 {
		return ""
	}
	text := append(make([]byte, 0, usualJSON), '[')
	for i := range n {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendJSON(text, d.bytes())
	}
	return string(append(text, ']'))
}

// mapJSON reads a map as JSON; none, where it is empty.
func (d *decoder) mapJSON() string {
	n := d.count()
	if n == 0 {
		return ""
	}
	text := append(make([]byte, 0, usualJSON), '{')
	for i := range n {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(appendJSON(text, d.bytes()), ':')
		text = appendJSON(text, d.bytes())
	}
	return string(append(text, '}'))
}

// appendJSON appends a text the way encoding/json writes it: as it is between
// quotes, mostly.
func appendJSON(dst, text []byte) []byte {
	if slices.ContainsFunc(text, needsEscape) {
		return append(dst, encode("text", string(text))...)
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

func needsEscape(b byte) bool {
	return b < ' ' || b > '~' || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&'
}
