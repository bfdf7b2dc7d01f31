package config

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// node is a YAML value with its line.
type node struct {
	line  int
	shape shape
	text  string  // of a scalar, variables not expanded
	pairs []pair  // of a mapping, in the order of the file
	items []*node // of a list
}

type pair struct {
	key   string
	line  int
	value *node
}

// shape is what a value looks like in YAML.
type shape string

const (
	noShape       shape = "nothing"
	textShape     shape = "text"
	integerShape  shape = "a whole number"
	fractionShape shape = "a number"
	boolShape     shape = "a boolean"
	listShape     shape = "a list"
	mappingShape  shape = "a mapping"
	specialShape  shape = "a YAML feature that is not supported here"
)

// parseTree returns the document, or nil after reporting why there is none.
func parseTree(source []byte, r *report) *node {
	source = bytes.TrimPrefix(source, []byte("\ufeff")) // some editors write it
	if at := invalidUTF8(source); at >= 0 {
		r.onLine(1+bytes.Count(source[:at], []byte("\n")), "not UTF-8: save the file in UTF-8")
		return nil
	}
	if line := loneReturn(source); line > 0 {
		r.onLine(line, "a line ends with a carriage return alone: save the file with the line ends of Unix (LF) or Windows (CRLF)")
		return nil
	}
	if line := tooDeepAt(source); line > 0 {
		r.onLine(line, fmt.Sprintf("more than %d lists and mappings in each other: check the brackets and the indentation", maxDepth))
		return nil
	}
	// Duplicate keys are found by the decoder, which reports them among the rest.
	file, err := parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		reportSyntax(r, err)
		return nil
	}
	var docs []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.NullType {
			docs = append(docs, doc.Body)
		}
	}
	switch len(docs) {
	case 0:
		r.onLine(1, "the file is empty: write mysql_s and public_cloud_sync")
		return nil
	case 1:
		return convert(docs[0])
	default:
		r.onLine(lineOf(docs[1]), "a second YAML document begins: write everything in one, without ---")
		return nil
	}
}

// loneReturn returns the line that ends with a carriage return and no line feed, 0 where
// none does.
func loneReturn(source []byte) int {
	for at, c := range source {
		if c == '\r' && (at+1 == len(source) || source[at+1] != '\n') {
			return 1 + bytes.Count(source[:at], []byte("\n"))
		}
	}
	return 0
}

func invalidUTF8(source []byte) (at int) {
	for at = 0; at < len(source); {
		r, size := utf8.DecodeRune(source[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// reportSyntax takes the parser's message alone: its full text quotes the
// source, secrets included.
func reportSyntax(r *report, err error) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		r.onLine(1, "not YAML: check the indentation and the quotes")
		return
	}
	r.onLine(syntax.GetToken().Position.Line,
		fmt.Sprintf("not YAML: %s: check the indentation and the quotes here and above", syntax.GetMessage()))
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

func convert(from ast.Node) *node {
	n := &node{line: lineOf(from)}
	switch from := from.(type) {
	case *ast.MappingNode:
		n.shape = mappingShape
		for _, value := range from.Values {
			n.pairs = append(n.pairs, convertPair(value))
			if _, merges := value.Key.(*ast.MergeKeyNode); merges {
				n.shape = specialShape
			}
		}
	case *ast.MappingValueNode:
		n.shape, n.pairs = mappingShape, []pair{convertPair(from)}
	case *ast.SequenceNode:
		n.shape = listShape
		for _, value := range from.Values {
			n.items = append(n.items, convert(value))
		}
	default:
		n.shape, n.text = convertScalar(from)
	}
	if len(n.pairs) > 0 {
		n.line = n.pairs[0].line
	}
	return n
}

func convertPair(from *ast.MappingValueNode) pair {
	p := pair{line: lineOf(from.Key), value: convert(from.Value)}
	if key, ok := from.Key.(*ast.StringNode); ok {
		p.key = key.Value
	} else {
		p.key = from.Key.GetToken().Value
	}
	return p
}

// convertScalar leaves anchors, aliases and tags out, as convert does merge keys: a configuration is short
// enough to be written out, and then reads the same to everyone.
func convertScalar(from ast.Node) (shape, string) {
	switch from := from.(type) {
	case *ast.NullNode, *ast.CommentGroupNode, nil:
		return noShape, ""
	case *ast.StringNode:
		return textShape, from.Value
	case *ast.LiteralNode:
		return textShape, from.Value.Value
	case *ast.IntegerNode:
		return integerShape, fmt.Sprint(from.Value)
	case *ast.FloatNode:
		return fractionShape, fmt.Sprint(from.Value)
	case *ast.BoolNode:
		return boolShape, fmt.Sprint(from.Value)
	default:
		return specialShape, ""
	}
}
