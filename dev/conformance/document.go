package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// document is an answer as a tree, read from JSON or XML and written as the same.
type document struct {
	root *node
	xml  bool
}

// node is a value of a document: a list, an object (in XML: an element with others
// in it), or a scalar.
type node struct {
	name     string // of a field or an element
	shape    shape
	children []*node
	scalar   any // of JSON: string, json.Number, bool, nil; of XML: string
	attrs    []xml.Attr
}

type shape int

const (
	scalar shape = iota
	object
	list
)

func parse(body []byte) (document, error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '<' {
		root, err := parseXML(xml.NewDecoder(bytes.NewReader(trimmed)))
		return document{root: root, xml: true}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return document{}, fmt.Errorf("neither JSON nor XML: %w", err)
	}
	return document{root: fromJSON("", value)}, nil
}

func fromJSON(name string, value any) *node {
	n := &node{name: name, scalar: value}
	switch value := value.(type) {
	case []any:
		n.shape, n.scalar = list, nil
		for _, element := range value {
			n.children = append(n.children, fromJSON("", element))
		}
	case map[string]any:
		n.shape, n.scalar = object, nil
		for _, key := range slices.Sorted(keys(value)) {
			n.children = append(n.children, fromJSON(key, value[key]))
		}
	}
	return n
}

func keys(object map[string]any) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range object {
			if !yield(key) {
				return
			}
		}
	}
}

// parseXML reads the first element. One whose children all have the same name is a
// list.
func parseXML(decoder *xml.Decoder) (*node, error) {
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read XML: %w", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			return parseElement(decoder, start)
		}
	}
}

func parseElement(decoder *xml.Decoder, start xml.StartElement) (*node, error) {
	n := &node{name: start.Name.Local, attrs: start.Attr}
	var text strings.Builder
	for {
		token, err := decoder.Token()
		switch token := token.(type) {
		case xml.StartElement:
			child, err := parseElement(decoder, token)
			if err != nil {
				return nil, err
			}
			n.children = append(n.children, child)
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			n.close(text.String())
			return n, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read XML in %s: %w", n.name, err)
		}
	}
}

// listElements are the names of the elements of lists in the AWS query protocols.
var listElements = []string{"item", "member"}

func (n *node) close(text string) {
	switch {
	case len(n.children) == 0:
		n.scalar = text
	case slices.Contains(listElements, n.children[0].name) || strings.HasPrefix(n.name, n.children[0].name):
		n.shape = list
	default:
		n.shape = object
	}
}

func (d document) encode() ([]byte, error) {
	var out bytes.Buffer
	if d.xml {
		out.WriteString(xml.Header)
		err := d.root.writeXML(&out)
		return out.Bytes(), err
	}
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(d.root.toJSON())
	return out.Bytes(), err
}

func (n *node) toJSON() any {
	switch n.shape {
	case list:
		elements := []any{}
		for _, child := range n.children {
			elements = append(elements, child.toJSON())
		}
		return elements
	case object:
		fields := map[string]any{}
		for _, child := range n.children {
			fields[child.name] = child.toJSON()
		}
		return fields
	default:
		return n.scalar
	}
}

func (n *node) writeXML(out io.Writer) error {
	fmt.Fprintf(out, "<%s", n.name)
	for _, attr := range n.attrs {
		fmt.Fprintf(out, " %s=%q", attr.Name.Local, attr.Value)
	}
	fmt.Fprint(out, ">")
	for _, child := range n.children {
		if err := child.writeXML(out); err != nil {
			return err
		}
	}
	if n.shape == scalar {
		if err := xml.EscapeText(out, []byte(fmt.Sprint(n.scalar))); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "</%s>", n.name)
	return err
}

// copy returns the tree with each node changed; change may alter the copy that it is
// given, whose children are copied afterwards.
func (n *node) copy(path string, change func(path string, n *node)) *node {
	copied := *n
	copied.children = slices.Clone(n.children)
	change(path, &copied)
	for i, child := range copied.children {
		copied.children[i] = child.copy(below(path, copied.shape, child), change)
	}
	return &copied
}

// below is the path of a child: those of all elements of a list are the same.
func below(path string, of shape, child *node) string {
	if of == list {
		return path + "[]"
	}
	return strings.TrimPrefix(path+"."+child.name, ".")
}

// reversed is the document with every list, nested ones too, the other way round.
func (d document) reversed() document {
	d.root = d.root.copy("", func(_ string, n *node) {
		if n.shape == list {
			slices.Reverse(n.children)
		}
	})
	return d
}

// leaves are the paths of the scalars that are not empty.
func (d document) leaves() []string {
	seen := map[string]bool{}
	var paths []string
	d.root.copy("", func(path string, n *node) {
		if n.shape == scalar && !n.isEmpty() && !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	})
	slices.Sort(paths)
	return paths
}

func (n *node) isEmpty() bool {
	text, isText := n.scalar.(string)
	return n.scalar == nil || isText && strings.TrimSpace(text) == ""
}

// emptied is the document without the values at the path.
func (d document) emptied(path string) document {
	d.root = d.root.copy("", func(at string, n *node) {
		if n.shape != scalar {
			n.children = slices.DeleteFunc(n.children, func(child *node) bool {
				return child.shape == scalar && below(at, n.shape, child) == path
			})
		}
	})
	return d
}

// find are the nodes at a path.
func (d document) find(path string) (found []*node) {
	d.root.copy("", func(at string, n *node) {
		if at == path || strings.Contains(path, "*") && hasForm(at, path) {
			found = append(found, n)
		}
	})
	return found
}

// hasForm says that a path is of a form, in which * stands for one name.
func hasForm(path, form string) bool {
	names, forms := strings.Split(path, "."), strings.Split(form, ".")
	return slices.EqualFunc(names, forms, func(name, form string) bool { return form == "*" || name == form })
}

func (n *node) field(name string) *node {
	i := slices.IndexFunc(n.children, func(child *node) bool { return child.name == name })
	if i < 0 {
		return &node{}
	}
	return n.children[i]
}

// cursors are the names of the fields that lead to a following page.
var cursors = []string{"nextToken", "NextToken", "nextLink", "nextPageToken"}

// lastPage is the document as if no page came after it.
func (d document) lastPage() document {
	d.root = d.root.copy("", func(_ string, n *node) {
		n.children = slices.DeleteFunc(n.children, func(child *node) bool { return slices.Contains(cursors, child.name) })
	})
	return d
}

// Documentation has words where an answer has times.
const timePlaceholder, someTime = "YYYY-MM-DDTHH:MM:SS.SSSZ", "2006-01-02T15:04:05.000Z"

// filledIn is the document with a time for each placeholder.
func (d document) filledIn() document {
	d.root = d.root.copy("", func(_ string, n *node) {
		if n.scalar == timePlaceholder {
			n.scalar = someTime
		}
	})
	return d
}

// unwrapped is the answer without what a recorder keeps around it: a status beside the
// data, and times taken apart.
func (d document) unwrapped() document {
	for _, path := range []string{"body.data", "data"} {
		if found := d.find(path); len(found) == 1 && len(d.find("status_code"))+len(d.find("status")) > 0 {
			d.root = found[0]
			break
		}
	}
	if body := d.root.field("body"); body.shape == object && d.root.field("headers").shape == object {
		d.root = body
	}
	d.root = d.root.copy("", func(_ string, n *node) {
		if n.field("__class__").scalar == "datetime" {
			n.shape, n.scalar = scalar, n.time()
			n.children = nil
		}
	})
	return d
}

// time is that of a node whose fields are the parts of a time.
func (n *node) time() string {
	var parts [6]int64
	for i, name := range []string{"year", "month", "day", "hour", "minute", "second"} {
		if number, ok := n.field(name).scalar.(json.Number); ok {
			parts[i], _ = number.Int64() // 0 for what is no number
		}
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
}

// withAll is a document with a list "value" to which elements of these ids are added,
// where it has none.
func (d document) withAll(ids []*node) document {
	has := map[string]bool{}
	for _, id := range d.find("value[].id") {
		has[strings.ToLower(fmt.Sprint(id.scalar))] = true
	}
	d.root = d.root.copy("", func(path string, n *node) {
		for _, id := range ids {
			if key := strings.ToLower(fmt.Sprint(id.scalar)); path == "value" && !has[key] {
				has[key] = true
				n.children = append(n.children, &node{shape: object, children: []*node{{name: "id", scalar: id.scalar}}})
			}
		}
	})
	return d
}
