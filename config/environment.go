package config

import (
	"regexp"
	"strings"

	"cloudsync/cloud"
)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand returns the scalar's text with ${NAME} replaced by the variable's value
// and $$ by $; fromEnv says whether there was a variable. This happens after
// parsing, so a value may hold any character without breaking the document.
func (d decoder) expand(path string, n *node) (expanded string, fromEnv, ok bool) {
	if n.shape != textShape || d.isHash && strings.HasPrefix(n.text, hashBegins) {
		return n.text, false, true
	}
	var out strings.Builder
	rest := n.text
	for {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		if !found {
			return out.String(), fromEnv, !d.report.isFailed(path)
		}
		if rest, found = strings.CutPrefix(after, "$"); found {
			out.WriteByte('$')
			continue
		}
		name, remainder, isVariable := cutVariable(after)
		if !isVariable {
			d.report.at(path, "a $ that begins no variable: write ${NAME} for a variable, or $$ for the character")
			return "", false, false
		}
		out.WriteString(d.variable(path, name))
		rest, fromEnv = remainder, true
		d.report.fromEnv[path] = true
	}
}

// cutVariable takes {NAME} off the beginning.
func cutVariable(s string) (name, rest string, ok bool) {
	s, opened := strings.CutPrefix(s, "{")
	name, rest, closed := strings.Cut(s, "}")
	return name, rest, opened && closed && variableName.MatchString(name)
}

func (d decoder) variable(path, name string) string {
	value, set := d.report.env(name)
	if !set {
		unset := d.report.at
		if path == servePath || strings.HasPrefix(path, servePath+".") {
			unset = d.report.later // a worker need not have the server's secrets
		}
		unset(path, "the environment variable %s is not set: set it, or write $$ for a literal $", name)
	} else if fault := textFault(cloud.TrimSecret(value)); fault != "" && !d.hasLines {
		d.report.at(path, "the environment variable %s has %s: set it without", name, fault)
	}
	return trimEnds(value)
}
