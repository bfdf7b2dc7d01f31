package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Schema is the JSON Schema (draft 2020-12) of the configuration as it is written, for
// editors. It is made from the types that the decoder fills in, so it has the keys that the
// decoder takes, and no others. What it refuses, Parse refuses, too; Parse refuses more.
func Schema() ([]byte, error) {
	g := generator{defs: map[string]*schema{}, comments: keyComments()}
	root := g.value(reflect.ValueOf(&document{}).Elem())
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "Configuration of cloudsync"
	g.defs[textDef] = &schema{Type: "string", Pattern: whole(textPattern)}
	g.defs[variableDef] = &schema{
		Description: "A variable of the environment, ${NAME}, and what stands around it; $$ is the character $.",
		Type:        "string", Pattern: variablePattern,
	}
	root.Defs = g.defs
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return append(text, '\n'), nil
}

// schema is a JSON Schema, as far as configurations need one.
type schema struct {
	Dialect     string `json:"$schema,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Default     any    `json:"default,omitempty"`

	Type    any      `json:"type,omitempty"` // a name, or several
	Enum    []string `json:"enum,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	Minimum *float64 `json:"minimum,omitempty"`
	Maximum *float64 `json:"maximum,omitempty"`

	MinItems *int    `json:"minItems,omitempty"`
	MaxItems *int    `json:"maxItems,omitempty"`
	Items    *schema `json:"items,omitempty"`

	Required             []string           `json:"required,omitempty"`
	MinProperties        *int               `json:"minProperties,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"` // false, or a schema

	AnyOf []*schema `json:"anyOf,omitempty"`
	AllOf []*schema `json:"allOf,omitempty"`
	If    *schema   `json:"if,omitempty"`
	Then  *schema   `json:"then,omitempty"`
	Not   *schema   `json:"not,omitempty"`

	Defs map[string]*schema `json:"$defs,omitempty"`
}

// The names of definitions that are no type's.
const (
	textDef     = "text"
	variableDef = "variable"
)

func ref(def string) string { return "#/$defs/" + def }

// The patterns of texts. A $ begins a variable, or is written twice: see expand.
const (
	variableForm    = `\$\{[A-Za-z_][A-Za-z0-9_]*\}`
	textPattern     = `([^$]|\$\$|` + variableForm + `)*`
	variablePattern = `^` + textPattern + variableForm + textPattern + `$`
	hashPattern     = `(\$2[\s\S]*|` + textPattern + `)`
	durationPattern = `[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)`
)

func whole(pattern string) string { return `^` + pattern + `$` }

// orVariable lets a text be of the pattern, or have a variable in it.
func orVariable(pattern string) string { return `(` + whole(pattern) + `)|(` + variablePattern + `)` }

// generator makes the schema of a value as the decoder reads it: its functions have their
// counterparts there.
type generator struct {
	defs     map[string]*schema
	comments map[string]string // of keys, by TYPE.KEY
}

// value is the schema of what is decoded into the value, which has its defaults.
func (g generator) value(dst reflect.Value) *schema {
	_, short := dst.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case short && dst.Kind() == reflect.Struct:
		return &schema{AnyOf: []*schema{g.short(dst), g.fields(dst)}}
	case short:
		return g.short(dst)
	case dst.Kind() == reflect.Struct:
		return g.fields(dst)
	case dst.Kind() == reflect.Slice && keyField(dst.Type().Elem()) >= 0:
		return g.keyed(dst)
	case dst.Kind() == reflect.Slice:
		return &schema{Type: "array", Items: g.value(reflect.New(dst.Type().Elem()).Elem())}
	default:
		return g.scalar(dst)
	}
}

// fields is a struct, which is defined once for its type.
func (g generator) fields(dst reflect.Value) *schema {
	def := defName(dst.Type())
	if _, known := g.defs[def]; !known {
		object := &schema{Type: "object", Properties: map[string]*schema{}, AdditionalProperties: false}
		g.defs[def] = object // before its fields, which may be of the same type
		g.fill(object, dst)
	}
	if dst.Type() == reflect.TypeFor[document]() {
		object := g.defs[def]
		delete(g.defs, def)
		return object
	}
	return &schema{Ref: ref(def)}
}

func (g generator) fill(object *schema, dst reflect.Value) {
	if entry, ok := dst.Addr().Interface().(defaulter); ok {
		entry.setDefaults()
	}
	_, inherits := dst.Addr().Interface().(inheritor)
	limits := limitsOf(dst)
	for _, key := range fieldNames(dst.Type()) {
		field := fieldNamed(dst, key)
		property := g.value(field)
		property.Description = g.describe(dst.Type(), key)
		if !inherits {
			property.Default = defaultOf(field)
		}
		limits[key].apply(property)
		if limits[key].required {
			object.Required = append(object.Required, key)
		}
		object.Properties[key] = property
	}
	if entry, ok := dst.Interface().(conditional); ok {
		object.AllOf = entry.conditions()
	}
}

// inheritor is an entry whose defaults are those of another: see inherit.go.
type inheritor interface {
	inherit(from policyEntry, path string, r *report)
}

// describe is a key's comment in the source; of a file that stands for another key, which.
func (g generator) describe(typ reflect.Type, key string) string {
	if comment := g.comments[typ.Name()+"."+key]; comment != "" {
		return comment
	}
	if of, isFile := strings.CutSuffix(key, fileSuffix); isFile && slices.Contains(fieldNames(typ), of) {
		return "A file that has " + of + " in it, instead of that."
	}
	return ""
}

// keyed is a mapping with entries under names, which are known or any.
func (g generator) keyed(dst reflect.Value) *schema {
	entry := reflect.New(dst.Type().Elem()).Elem()
	keys := limitsOf(entry)[keyTag].words
	if len(keys) == 0 {
		return &schema{Type: "object", AdditionalProperties: g.value(entry)}
	}
	object := &schema{Type: "object", Properties: map[string]*schema{}, AdditionalProperties: false}
	for _, key := range keys {
		object.Properties[key] = g.value(entry)
	}
	return object
}

// short is the form of a type that reads its own text, in which a number may stand without quotes.
func (g generator) short(dst reflect.Value) *schema {
	if form, ok := shortForms[dst.Type()]; ok {
		return &schema{Type: []string{"string", "integer"}, Pattern: orVariable(form), Minimum: new(0.0), Maximum: new(0.0)}
	}
	return &schema{Type: []string{"string", "number", "boolean"}}
}

// scalar is what one text says. Where a text has a variable in it, it may be anything, and
// limits are those of numbers alone.
func (g generator) scalar(dst reflect.Value) *schema {
	switch kind := dst.Kind(); {
	case dst.Type() == durationType:
		return &schema{Type: []string{"string", "integer"}, Pattern: orVariable(durationPattern), Minimum: new(0.0), Maximum: new(0.0)}
	case dst.Type() == hashType:
		return &schema{Type: "string", Pattern: whole(hashPattern)}
	case kind == reflect.String:
		return &schema{Ref: ref(textDef)}
	case kind == reflect.Bool:
		return &schema{Type: []string{"boolean", "string"}, Pattern: variablePattern}
	case kind == reflect.Float64:
		return &schema{Type: []string{"number", "string"}, Pattern: variablePattern}
	case kind == reflect.Uint64:
		return &schema{Type: []string{"integer", "string"}, Pattern: variablePattern, Minimum: new(0.0)}
	case forms[kind].set != nil:
		return &schema{Type: []string{"integer", "string"}, Pattern: variablePattern}
	default:
		panic("config: no schema for " + dst.Type().String())
	}
}

// defaultOf is the value that counts where a key is left out, nil where that is the type's zero.
func defaultOf(field reflect.Value) any {
	if field.IsZero() {
		return nil
	}
	switch value := field.Interface().(type) {
	case time.Duration:
		return plainDuration(value)
	case encoding.TextMarshaler:
		text, err := value.MarshalText()
		if err != nil {
			return nil
		}
		return string(text)
	}
	switch field.Kind() {
	case reflect.Struct, reflect.Slice: // their keys have defaults
		return nil
	default:
		return field.Interface()
	}
}

// plainDuration leaves out the zeros at the end: 12h, not 12h0m0s.
func plainDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// defName names a type's definition: account for accountEntry, mockHosts for mock.Hosts.
func defName(typ reflect.Type) string {
	def := strings.TrimSuffix(typ.Name(), "Entry")
	if of := typ.PkgPath()[strings.LastIndexByte(typ.PkgPath(), '/')+1:]; typ.PkgPath() != reflect.TypeFor[document]().PkgPath() {
		return of + def
	}
	first := []rune(def)
	first[0] = unicode.ToLower(first[0])
	return string(first)
}
