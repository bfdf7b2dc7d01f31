package adapter

import (
	"bytes"
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Item is one resource in the list of an answer, JSON or XML. It is decoded by itself, and
// forgives what clouds do: a number may be a text and a text a number, and null, or an
// empty text, may stand for anything that is absent, in lists too. What still is not in
// the form of T is kept for Read, so that it costs this resource alone and not the page.
//
// T is a struct of texts, truth values, structs, lists, maps and pointers to these;
// numbers and times are texts in it, which Fields read. A field's name is matched as
// encoding/json does it. A field with a way has what is deeper: `at:"placement.zone"`, or in a
// list what all elements of lists have, `at:"disks[].size"`.
type Item[T any] struct {
	Value    T
	isObject bool
	odd      []oddity
}

// oddity is a value that is not in the form that it should have.
type oddity struct{ field, value string }

// UnmarshalJSON implements json.Unmarshaler. It takes anything.
func (i *Item[T]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return err
	}
	i.read(tree)
	return nil
}

// read reads what a JSON or XML answer has of the resource.
func (i *Item[T]) read(tree any) {
	*i = Item[T]{}
	if _, i.isObject = tree.(map[string]any); !i.isObject { // null is no resource either
		i.refuse("it", tree)
		return
	}
	i.fill(reflect.ValueOf(&i.Value).Elem(), tree, "")
	slices.SortFunc(i.odd, func(a, b oddity) int { // an object has no order
		return cmp.Or(strings.Compare(a.field, b.field), strings.Compare(a.value, b.value))
	})
	i.odd = slices.Compact(i.odd) // several fields can lead through one value
}

// Read begins to read the resource's fields; what is its sort in words, such as
// "instance".
func (i *Item[T]) Read(what, id string) *Fields { return i.readIn(nil, what, id) }

// readIn begins to read some of the fields, or all where none is named.
func (i *Item[T]) readIn(fields []string, what, id string) *Fields {
	f := NewFields(what, id)
	for _, odd := range i.odd {
		if !i.isObject || odd.isIn(fields) {
			f.Refuse(odd.field, odd.value)
		}
	}
	return f
}

// IsOdd says that something of the resource was not in the form of T, so that what is
// absent in Value may be there.
func (i *Item[T]) IsOdd() bool { return len(i.odd) > 0 }

// isOddIn says that something of one of the fields was not, or of any where none is named,
// or that the resource is no object.
func (i *Item[T]) isOddIn(fields []string) bool {
	return i.IsOdd() && (!i.isObject || slices.ContainsFunc(i.odd, func(odd oddity) bool { return odd.isIn(fields) }))
}

// isIn says that it is in one of the fields, or in any where none is named.
func (o oddity) isIn(fields []string) bool {
	field, _, _ := strings.Cut(o.field, ".")
	field, _, _ = strings.Cut(field, "[")
	return len(fields) == 0 || slices.ContainsFunc(fields, func(name string) bool { return strings.EqualFold(name, field) })
}

// CheckList is an error where nothing in an answer's list can be read: there are
// resources, and not one is a JSON object. One such among others is a problem of itself.
func CheckList[T any](doing string, items []Item[T]) error {
	if len(items) == 0 || slices.ContainsFunc(items, func(i Item[T]) bool { return i.isObject }) {
		return nil
	}
	return BadAnswer(doing, "none of the %d resources in the answer can be read", len(items))
}

// Values are those of the items.
func Values[T any](items []Item[T]) []T {
	values := make([]T, len(items))
	for i := range items {
		values[i] = items[i].Value
	}
	return values
}

// Parts are the resources in a value of another one, a list which is of type any there: each
// is read by itself, so that one that is odd costs no other. Where the value is no list, or is
// not known since the other resource is odd, they are one of which nothing can be read: nobody
// knows which there are.
func Parts[T, P any](of *Item[T], value any) []Item[P] {
	list, isList := value.([]any)
	if !isList {
		if value == "" || value == nil && !of.IsOdd() {
			return nil
		}
		unreadable := Item[P]{}
		unreadable.refuse("it", value)
		return []Item[P]{unreadable}
	}
	parts := make([]Item[P], len(list))
	for i, part := range list {
		parts[i].read(part)
	}
	return parts
}

func (i *Item[T]) refuse(field string, tree any) {
	text, err := json.Marshal(tree)
	if err != nil {
		text = nil // cannot be: it was read from an answer
	}
	i.odd = append(i.odd, oddity{field: field, value: string(text)})
}

// fill sets the target to what the tree has for it.
func (i *Item[T]) fill(target reflect.Value, tree any, path string) {
	if tree == nil {
		return
	}
	if element, isXML := tree.(*Element); isXML && target.Kind() != reflect.Pointer {
		tree = element.as(target.Kind())
	}
	switch target.Kind() {
	case reflect.Interface:
		target.Set(reflect.ValueOf(tree))
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		i.fill(target.Elem(), tree, path)
	case reflect.String:
		i.fillText(target, tree, path)
	case reflect.Bool:
		i.fillTruth(target, tree, path)
	default:
		if !saysNothing(tree) {
			i.fillComposite(target, tree, path)
		}
	}
}

// saysNothing says that a value stands for an absent object or list.
func saysNothing(tree any) bool {
	list, isList := tree.([]any)
	return tree == "" || isList && len(list) == 0
}

func (i *Item[T]) fillText(target reflect.Value, tree any, path string) {
	switch scalar := tree.(type) {
	case string:
		target.SetString(scalar)
	case json.Number:
		target.SetString(scalar.String())
	case bool:
		target.SetString(strconv.FormatBool(scalar))
	default:
		i.refuse(path, tree)
	}
}

func (i *Item[T]) fillTruth(target reflect.Value, tree any, path string) {
	switch scalar := tree.(type) {
	case bool:
		target.SetBool(scalar)
	case string:
		truth, err := strconv.ParseBool(strings.ToLower(scalar))
		if err != nil && scalar != "" {
			i.refuse(path, tree)
		}
		target.SetBool(truth)
	default:
		i.refuse(path, tree)
	}
}

func (i *Item[T]) fillComposite(target reflect.Value, tree any, path string) {
	object, isObject := tree.(map[string]any)
	list, isList := tree.([]any)
	switch {
	case target.Kind() == reflect.Struct && isObject:
		i.fillStruct(target, object, path)
	case target.Kind() == reflect.Map && isObject:
		i.fillMap(target, object, path)
	case target.Kind() == reflect.Slice && isList:
		i.fillList(target, list, path)
	default:
		i.refuse(path, tree)
	}
}

func (i *Item[T]) fillStruct(target reflect.Value, object map[string]any, path string) {
	names := namesOf(target.Type())
	for key, value := range object {
		if at, known := names.exact[key]; known {
			i.fill(target.Field(at), value, below(path, key))
			continue
		}
		at, known := names.folded[strings.ToLower(key)]
		if !known {
			continue
		}
		if _, also := object[names.name[at]]; !also {
			i.fill(target.Field(at), value, below(path, key))
		}
	}
	for at, way := range names.ways {
		i.fillAlong(target.Field(at), object, way, path)
	}
}

func (i *Item[T]) fillMap(target reflect.Value, object map[string]any, path string) {
	target.Set(reflect.MakeMapWithSize(target.Type(), len(object)))
	for key, value := range object {
		element := reflect.New(target.Type().Elem()).Elem()
		i.fill(element, value, below(path, key))
		target.SetMapIndex(reflect.ValueOf(key), element)
	}
}

func (i *Item[T]) fillList(target reflect.Value, list []any, path string) {
	target.Set(reflect.MakeSlice(target.Type(), 0, len(list)))
	for at, value := range list {
		if value == nil {
			continue
		}
		element := reflect.New(target.Type().Elem()).Elem()
		i.fill(element, value, path+"["+strconv.Itoa(at)+"]")
		target.Set(reflect.Append(target, element))
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// names are those of a struct's fields in JSON, each with the field's index.
type names struct {
	exact, folded map[string]int
	name          []string // by index
	ways          map[int]way
}

var knownNames sync.Map // of reflect.Type

func namesOf(of reflect.Type) *names {
	if known, ok := knownNames.Load(of); ok {
		return known.(*names)
	}
	n := &names{exact: map[string]int{}, folded: map[string]int{}, name: make([]string, of.NumField()), ways: map[int]way{}}
	for i := range of.NumField() {
		field := of.Field(i)
		if !field.IsExported() {
			continue
		}
		if steps, deeper := field.Tag.Lookup("at"); deeper {
			n.ways[i] = wayOf(steps)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		n.name[i], n.exact[name], n.folded[strings.ToLower(name)] = name, i, i
	}
	knownNames.Store(of, n)
	return n
}

// textOf is what was read of the field with a name, a text.
func textOf[T any](of *T, name string) string {
	value := reflect.ValueOf(of).Elem()
	at, known := namesOf(value.Type()).folded[strings.ToLower(name)]
	if !known {
		return ""
	}
	return value.Field(at).String()
}

// Document is a JSON answer, by the names of its fields.
type Document map[string]json.RawMessage

// Read decodes the field of the first of the names that is there. Without one, into stays
// as it is.
func (d Document) Read(into any, names ...string) error {
	for _, name := range names {
		if field, there := d[name]; there {
			return json.Unmarshal(field, into)
		}
	}
	return nil
}

// Text is a number or a text of an answer that is of no resource, such as a total.
type Text string

// UnmarshalJSON implements json.Unmarshaler. It takes anything: what makes no sense is
// an error once it is read.
func (t *Text) UnmarshalJSON(text []byte) error {
	*t = ""
	if string(text) == "null" {
		return nil
	}
	var plain string
	if json.Unmarshal(text, &plain) != nil {
		plain = string(text)
	}
	*t = Text(plain)
	return nil
}

// Whole is the number that the text is; an absent one is 0. The error names what is.
func (t Text) Whole(doing, field string) (int64, error) {
	n, ok := whole(string(t))
	if !ok {
		return 0, BadAnswer(doing, "%s makes no sense: %q", field, Clip(string(t), maxShown))
	}
	return n, nil
}
