package config

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
)

// sources are the files with the types of the document. What their fields' comments say, the
// schema says of the keys.
//
//go:embed *document.go discover.go
var sources embed.FS

// keyComments are the comments of keys, by TYPE.KEY.
func keyComments() map[string]string {
	comments := map[string]string{}
	files, err := fs.Glob(sources, "*.go")
	if err != nil {
		panic(err) // of the pattern alone
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, read(name), parser.ParseComments)
		if err != nil {
			panic(err) // it was compiled
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				collect(spec, comments)
			}
			return true
		})
	}
	return comments
}

func read(name string) []byte {
	source, err := sources.ReadFile(name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return source
}

func collect(spec *ast.TypeSpec, comments map[string]string) {
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		if key := keyOf(field); key != "" {
			comments[spec.Name.Name+"."+key] = strings.Join(strings.Fields(field.Doc.Text()+" "+field.Comment.Text()), " ")
		}
	}
}

func keyOf(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(tag).Get("yaml")
}
