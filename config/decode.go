package config

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/spelling"
)

// decoder fills in a struct from a tree, by the struct's yaml tags. Unlike the
// library's own decoder it goes on after a problem, so that all are reported, and
// shows no value in its messages unless it is harmless.
type decoder struct {
	report   *report
	hasLines bool // the value at hand is a linesText
	isHash   bool // it is a hashText
}

// defaulter is a struct with values for the keys that may be left out.
type defaulter interface{ setDefaults() }

func (d decoder) decode(root *node, dst any) {
	d.report.lines[""] = root.line
	d.value("", root, reflect.ValueOf(dst).Elem())
}

func (d decoder) value(path string, n *node, dst reflect.Value) {
	unmarshaler, short := dst.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case n.shape == noShape:
		d.report.at(path, "no value: write one, or remove the key")
	case n.shape == specialShape:
		d.report.at(path, "anchors, aliases, merges and tags of YAML are not supported: write the value itself")
	case short && n.isScalar():
		d.short(path, n, unmarshaler)
	case dst.Kind() == reflect.Struct:
		d.fields(path, n, dst)
	case dst.Kind() == reflect.Slice && keyField(dst.Type().Elem()) >= 0:
		d.keyed(path, n, dst)
	case dst.Kind() == reflect.Slice:
		d.list(path, n, dst)
	default:
		d.scalar(path, n, dst)
	}
}

// fields decodes a mapping into a struct.
func (d decoder) fields(path string, n *node, dst reflect.Value) {
	names := fieldNames(dst.Type())
	if n.shape != mappingShape {
		d.report.at(path, "want a mapping, got %s: its keys are %s", n.shape, strings.Join(names, ", "))
		return
	}
	if entry, ok := dst.Addr().Interface().(defaulter); ok {
		entry.setDefaults()
	}
	for _, p := range d.unique(path, n.pairs) {
		i := slices.Index(names, p.key)
		if i < 0 {
			d.unknownKey(path, p, names)
			continue
		}
		d.report.lines[child(path, p.key)] = p.line
		d.value(child(path, p.key), p.value, fieldNamed(dst, p.key))
	}
}

// keyed decodes a mapping into a slice of structs, in the order of the file; each
// entry's key goes to the field with the tag ",key".
func (d decoder) keyed(path string, n *node, dst reflect.Value) {
	if n.shape != mappingShape {
		d.report.at(path, "want a mapping, got %s: write NAME: {…} for each entry", n.shape)
		return
	}
	for _, p := range d.unique(path, n.pairs) {
		if !isShown(p.key) {
			d.report.onLine(p.line, path+": a key that is no name: write NAME: {…} for each entry")
			continue
		}
		entry := reflect.New(dst.Type().Elem()).Elem()
		d.report.lines[child(path, p.key)] = p.line
		d.value(child(path, p.key), p.value, entry)
		entry.Field(keyField(entry.Type())).SetString(p.key)
		dst.Set(reflect.Append(dst, entry))
	}
}

func (d decoder) list(path string, n *node, dst reflect.Value) {
	if n.shape != listShape {
		d.report.at(path, "want a list, got %s: write [ ] around it, or - before each entry", n.shape)
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(n.items), len(n.items)))
	for i, value := range n.items {
		d.report.lines[item(path, i)] = value.line
		d.value(item(path, i), value, dst.Index(i))
	}
}

// unique returns the pairs without those whose key came before.
func (d decoder) unique(path string, pairs []pair) []pair {
	first := map[string]int{}
	var kept []pair
	for _, p := range pairs {
		if line, again := first[p.key]; again {
			d.report.onLine(p.line, prefix(path)+quoteKey("key", p.key)+fmt.Sprintf(" is given twice, first on line %d: remove one", line))
			continue
		}
		first[p.key] = p.line
		kept = append(kept, p)
	}
	return kept
}

// unknownKey suggests the key that was probably meant, whose absence is then not
// reported once more.
func (d decoder) unknownKey(path string, p pair, names []string) {
	what := prefix(path) + quoteKey("unknown key", p.key, names...)
	if meant := spelling.Nearest(p.key, names); meant != "" {
		d.report.failed[child(path, meant)] = true
		d.report.onLine(p.line, fmt.Sprintf("%s: did you mean %s?", what, meant))
		return
	}
	d.report.onLine(p.line, fmt.Sprintf("%s: the keys here are %s", what, strings.Join(names, ", ")))
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

var namePattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func isName(key string) bool { return namePattern.MatchString(key) }

// word is a part of a name. A key that has others, such as digits among its letters, may
// be a secret that slipped into its place.
var word = regexp.MustCompile(`^([a-z]{1,16}|[A-Z][a-z]{0,15}|[A-Z]{1,8})$`)

// isShown says that a key is made of words.
func isShown(key string) bool {
	words := strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune("_.-", r) })
	return isName(key) && len(words) > 0 && !slices.ContainsFunc(words, func(part string) bool { return !word.MatchString(part) })
}

// quoteKey shows a key that is made of words, or is one of the known names mistyped.
func quoteKey(what, key string, known ...string) string {
	if !isShown(key) && (!isName(key) || spelling.Nearest(key, known) == "") {
		return what
	}
	return fmt.Sprintf("%s %q", what, key)
}

func (n *node) isScalar() bool { return n.shape != listShape && n.shape != mappingShape }

// short decodes the short form of a type that has one.
func (d decoder) short(path string, n *node, dst encoding.TextUnmarshaler) {
	value, _, ok := d.expand(path, n)
	if !ok {
		return
	}
	if err := dst.UnmarshalText([]byte(value)); err != nil {
		d.report.showing(path, "%v", err)
	}
}

// form is how a type is written in YAML.
type form struct {
	want   string
	shapes []shape
	remedy string
	set    func(dst reflect.Value, text string) error
}

var durationType = reflect.TypeFor[time.Duration]()

var forms = map[reflect.Kind]form{
	reflect.String:  {"text", []shape{textShape}, "put it in quotes", setText},
	reflect.Bool:    {"a boolean", []shape{boolShape}, "write true or false", setBool},
	reflect.Int:     {"a whole number", []shape{integerShape}, "write it like 16", setInt},
	reflect.Int64:   {"a whole number", []shape{integerShape}, "write it like 16", setInt},
	reflect.Uint64:  {"a whole number from 0", []shape{integerShape}, "write it like 16", setUint},
	reflect.Float64: {"a number", []shape{integerShape, fractionShape}, "write it like 0.3", setFloat},
}

func setText(dst reflect.Value, text string) error {
	dst.SetString(text)
	return nil
}

func setBool(dst reflect.Value, text string) error {
	b, err := strconv.ParseBool(text)
	dst.SetBool(b)
	return err
}

func setInt(dst reflect.Value, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	dst.SetInt(n)
	return err
}

func setUint(dst reflect.Value, text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	dst.SetUint(n)
	return err
}

func setFloat(dst reflect.Value, text string) error {
	f, err := strconv.ParseFloat(text, 64)
	dst.SetFloat(f)
	return err
}

func (d decoder) scalar(path string, n *node, dst reflect.Value) {
	d.hasLines, d.isHash = dst.Type() == linesType, dst.Type() == hashType
	value, fromEnv, ok := d.expand(path, n)
	switch form := forms[dst.Kind()]; {
	case !ok:
	case dst.Type() == durationType:
		d.duration(path, n, value, dst)
	case !fromEnv && !slices.Contains(form.shapes, n.shape) && !isTooLong(value, form, dst):
		d.report.at(path, "want %s, got %s: %s", form.want, n.shape, form.remedy)
	case !fromEnv && !d.hasLines && textFault(value) != "":
		d.report.at(path, "%s, perhaps at the end of a variable: write it on one line", textFault(value))
	case form.set(dst, value) == nil:
	case fromEnv:
		d.report.at(path, "want %s, got %s: %s", form.want, n.shape, form.remedy)
	case dst.CanUint() && strings.HasPrefix(value, "-"):
		d.report.at(path, "%.40s is negative: write %s", value, form.want)
	default: // of the right shape
		d.report.at(path, "%.40s is beyond what fits here: %s", value, form.remedy)
	}
}

var wholeNumber = regexp.MustCompile(`^[+-]?[0-9]+$`)

// isTooLong says that a number has so many digits that YAML takes it for a text.
func isTooLong(value string, form form, dst reflect.Value) bool {
	return slices.Contains(form.shapes, integerShape) && wholeNumber.MatchString(value) && form.set(dst, value) != nil
}

func (d decoder) duration(path string, n *node, value string, dst reflect.Value) {
	duration, err := time.ParseDuration(value)
	switch {
	case err == nil:
		dst.SetInt(int64(duration))
	case n.shape == integerShape || n.shape == fractionShape:
		d.report.at(path, "%s has no unit: write %ss", value, value)
	case n.shape == textShape:
		d.report.at(path, "%.40q is no duration: write it like 5s or 1m30s", n.text)
	default:
		d.report.at(path, "want a duration, got %s: write it like 5s or 1m30s", n.shape)
	}
}

func fieldNames(typ reflect.Type) (names []string) {
	for i := range typ.NumField() {
		if tag := typ.Field(i).Tag.Get("yaml"); tag != "" && tag != keyTag {
			names = append(names, tag)
		}
	}
	return names
}

func fieldNamed(value reflect.Value, name string) reflect.Value {
	for i := range value.NumField() {
		if value.Type().Field(i).Tag.Get("yaml") == name {
			return value.Field(i)
		}
	}
	panic("config: no field " + name)
}

// keyTag marks the field that holds an entry's own key.
const keyTag = ",key"

func keyField(typ reflect.Type) int {
	if typ.Kind() != reflect.Struct {
		return -1
	}
	for i := range typ.NumField() {
		if typ.Field(i).Tag.Get("yaml") == keyTag {
			return i
		}
	}
	return -1
}
