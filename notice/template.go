package notice

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"cloudsync/human"
)

var errBlank = errors.New("read the template of a notice: it gives only blanks: write a text, or leave the template out")

// ParseTemplate reads a template of one's own. Its first line becomes the title. It can neither
// run for long nor take much memory: its loops are over what the notice has, and no text in it
// grows beyond maxText.
func ParseTemplate(own string) (*template.Template, error) {
	if len(own) > maxText {
		return nil, fmt.Errorf("read the template of a notice: it has more than %d bytes: write a shorter one", maxText)
	}
	parsed, err := template.New("notice").Funcs(templateFuncs()).Option("missingkey=error").Parse(own)
	if err != nil {
		return nil, fmt.Errorf("read the template of a notice: %w", err)
	}
	if len(parsed.Templates()) > 1 {
		return nil, fmt.Errorf("read the template of a notice: it defines others: write it as one, without define and block")
	}
	if parsed.Tree == nil {
		return nil, errBlank
	}
	if err := bounded(parsed.Root, 0); err != nil {
		return nil, fmt.Errorf("read the template of a notice: %w", err)
	}
	if !writes(parsed.Root) {
		return nil, errBlank
	}
	return parsed, nil
}

// templateFuncs are those of templates, with a bound to what makes texts.
func templateFuncs() template.FuncMap {
	return template.FuncMap{
		"kind": human.Kind,
		"join": func(parts []string, between string) (string, error) {
			if len(parts)*len(between) > maxText {
				return "", errLongText()
			}
			return notLong(strings.Join(parts, between))
		},
		"print":    func(args ...any) (string, error) { return notLong(fmt.Sprint(args...)) },
		"println":  func(args ...any) (string, error) { return notLong(fmt.Sprintln(args...)) },
		"html":     func(args ...any) (string, error) { return notLong(template.HTMLEscaper(args...)) },
		"js":       func(args ...any) (string, error) { return notLong(template.JSEscaper(args...)) },
		"urlquery": func(args ...any) (string, error) { return notLong(template.URLQueryEscaper(args...)) },
		"printf": func(format string, args ...any) (string, error) {
			if hasWideVerb(format) {
				return "", fmt.Errorf("a width in %q is too large: take one of at most three digits, and no *", short(format))
			}
			return notLong(fmt.Sprintf(format, args...))
		},
	}
}

func errLongText() error { return fmt.Errorf("the text has more than %d bytes", maxText) }

func notLong(text string) (string, error) {
	if len(text) > maxText {
		return "", errLongText()
	}
	return text, nil
}

// hasWideVerb says that a format asks for a width that it does not show, or for a large one.
func hasWideVerb(format string) bool {
	digits, inVerb := 0, false
	for _, r := range format {
		switch {
		case r == '%':
			inVerb, digits = !inVerb, 0
		case !inVerb:
		case r == '*':
			return true
		case r >= '0' && r <= '9':
			if digits++; digits > 3 {
				return true
			}
		case strings.ContainsRune("+-# .[]", r):
			digits = 0
		default:
			inVerb = false
		}
	}
	return false
}

// maxLoops is how many loops may be in one another.
const maxLoops = 2

// bounded refuses what may run for long.
func bounded(node parse.Node, loops int) error {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, child := range n.Nodes {
			if err := bounded(child, loops); err != nil {
				return err
			}
		}
	case *parse.IfNode:
		return boundedBranch(&n.BranchNode, loops)
	case *parse.WithNode:
		return boundedBranch(&n.BranchNode, loops)
	case *parse.RangeNode:
		if !isOfNotice(n.Pipe) {
			return fmt.Errorf("range %s: a loop can be over .Subjects and .Text.Lines only", n.Pipe)
		}
		if loops == maxLoops {
			return fmt.Errorf("range %s: it is within too many other loops: take at most %d", n.Pipe, maxLoops)
		}
		return boundedBranch(&n.BranchNode, loops+1)
	case *parse.TemplateNode:
		return fmt.Errorf("template %q: write the template as one, without parts that it calls", n.Name)
	}
	return nil
}

func boundedBranch(branch *parse.BranchNode, loops int) error {
	if err := bounded(branch.List, loops); err != nil {
		return err
	}
	return bounded(branch.ElseList, loops)
}

// writes says that a part of a template may give something to see.
func writes(node parse.Node) bool {
	switch n := node.(type) {
	case *parse.ListNode:
		return n != nil && slices.ContainsFunc(n.Nodes, writes)
	case *parse.TextNode:
		return !isBlank(string(n.Text))
	case *parse.ActionNode:
		if len(n.Pipe.Cmds) == 1 && len(n.Pipe.Cmds[0].Args) == 1 {
			if text, ok := n.Pipe.Cmds[0].Args[0].(*parse.StringNode); ok {
				return !isBlank(text.Text)
			}
		}
		return len(n.Pipe.Decl) == 0
	case *parse.IfNode:
		return writes(n.List) || writes(n.ElseList)
	case *parse.WithNode:
		return writes(n.List) || writes(n.ElseList)
	case *parse.RangeNode:
		return writes(n.List) || writes(n.ElseList)
	default:
		return false
	}
}

// isOfNotice says that a loop is over a list of the notice.
func isOfNotice(pipe *parse.PipeNode) bool {
	if len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return false
	}
	var names []string
	switch n := pipe.Cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		names = n.Ident
	case *parse.VariableNode:
		if n.Ident[0] != "$" {
			return false
		}
		names = n.Ident[1:]
	}
	switch strings.Join(names, ".") {
	case "Subjects", "Notice.Subjects", "Text.Lines":
		return true
	default:
		return false
	}
}

// CheckTemplate says what is wrong with a template of one's own, by filling it in for a notice.
func CheckTemplate(own string) error {
	n := Try("0198c0de-0000-7000-8000-000000000000", time.Unix(0, 0), Links{})
	_, err := Write(&n, English, own)
	return err
}
