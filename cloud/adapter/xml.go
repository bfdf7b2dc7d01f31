package adapter

import (
	"encoding/json"
	"encoding/xml"
	"reflect"
	"strings"
)

// Element is one of an XML answer. Items are read from it as from JSON: an element with
// others below is an object to a struct and a list to a slice.
type Element struct {
	XMLName  xml.Name
	Text     string     `xml:",chardata"`
	Elements []*Element `xml:",any"`
}

// ParseXML reads an XML answer.
func ParseXML(body []byte) (*Element, error) {
	root := &Element{}
	return root, xml.Unmarshal(body, root)
}

// At are the elements at a path of names below this one, such as
// "reservationSet.item.instancesSet.item".
func (e *Element) At(path string) []*Element {
	found := []*Element{e}
	for name := range strings.SplitSeq(path, ".") {
		var below []*Element
		for _, one := range found {
			for _, child := range one.Elements {
				if child.XMLName.Local == name {
					below = append(below, child)
				}
			}
		}
		found = below
	}
	return found
}

// Find is the text at a path, "" where there is none.
func (e *Element) Find(path string) string {
	for _, one := range e.At(path) {
		return strings.TrimSpace(one.Text)
	}
	return ""
}

// ItemOf is the element as a resource. A text is none.
func ItemOf[T any](e *Element) Item[T] {
	var item Item[T]
	if text := strings.TrimSpace(e.Text); len(e.Elements) == 0 && text != "" {
		item.read(text)
	} else {
		item.read(e.object())
	}
	return item
}

// as is the element in the form that a value of the kind is read from. One without others
// below is its text.
func (e *Element) as(kind reflect.Kind) any {
	switch {
	case len(e.Elements) == 0 && kind == reflect.String:
		return e.Text
	case len(e.Elements) == 0:
		return strings.TrimSpace(e.Text)
	case kind == reflect.Slice:
		return e.list()
	default:
		return e.object()
	}
}

// MarshalJSON implements json.Marshaler, for problems that quote the element.
func (e *Element) MarshalJSON() ([]byte, error) { return json.Marshal(e.as(reflect.Invalid)) }

// object is the element as the struct that it stands for.
func (e *Element) object() map[string]any {
	object := make(map[string]any, len(e.Elements))
	for _, child := range e.Elements {
		object[child.XMLName.Local] = child
	}
	return object
}

// list is the element as the list that it stands for.
func (e *Element) list() []any {
	list := make([]any, len(e.Elements))
	for i, child := range e.Elements {
		list[i] = child
	}
	return list
}
