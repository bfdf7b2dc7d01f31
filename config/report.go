package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong.
type Problem struct {
	Line int    // from 1
	Text string // where: what is wrong: what to write instead
}

// Error is all that is wrong with a configuration, by line.
type Error struct {
	File     string
	Problems []Problem
}

// Error has a line "FILE:LINE: …" for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d: %s", e.File, problem.Line, problem.Text)
	}
	return strings.Join(lines, "\n")
}

// report collects problems while a file is read. Values have paths, such as
// "mysql_s[0].addr"; the whole document's is "".
type report struct {
	problems []Problem
	lines    map[string]int  // of every path in the file
	failed   map[string]bool // paths whose value is not usable
	fromEnv  map[string]bool // paths whose value holds a variable
	unset    []Problem       // with variables that only the server needs
	env      func(string) (string, bool)
}

func newReport(env func(string) (string, bool)) *report {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	return &report{env: env, lines: map[string]int{}, failed: map[string]bool{}, fromEnv: map[string]bool{}}
}

// has says whether the file has something at the path.
func (r *report) has(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// at reports a problem with the value at path, or with its absence. Only the
// first problem of a value is reported: others mostly follow from it.
func (r *report) at(path, format string, args ...any) {
	if r.isFailed(path) {
		return
	}
	r.failed[path] = true
	r.problems = append(r.problems, r.problem(path, fmt.Sprintf(format, args...)))
}

// later reports a problem that disturbs no other program than the server: see Serve.Check.
func (r *report) later(path, format string, args ...any) {
	r.failed[path] = true
	r.unset = append(r.unset, r.problem(path, fmt.Sprintf(format, args...)))
}

func (r *report) problem(path, text string) Problem {
	if path != "" {
		text = path + ": " + text
	}
	return Problem{Line: r.lineOf(path), Text: text}
}

// showing is at, for a text that shows the value at path. Where the environment
// gave the value, it may be a secret and is not shown.
func (r *report) showing(path, format string, args ...any) {
	if r.fromEnv[path] {
		format, args = "the value that the environment gives is not valid here: set the variable to another", nil
	}
	r.at(path, format, args...)
}

func (r *report) onLine(line int, text string) {
	r.problems = append(r.problems, Problem{Line: line, Text: text})
}

// isFailed says whether there was a problem with the value at the path, or with
// one that holds it.
func (r *report) isFailed(path string) bool {
	for ; path != ""; path = parent(path) {
		if r.failed[path] {
			return true
		}
	}
	return r.failed[""]
}

// lineOf is the line of the value at the path; of an absent one, the line of what
// should hold it.
func (r *report) lineOf(path string) int {
	for ; path != ""; path = parent(path) {
		if line, ok := r.lines[path]; ok {
			return line
		}
	}
	return max(r.lines[""], 1)
}

func (r *report) err(file string) *Error {
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return &Error{File: file, Problems: r.problems}
}

func parent(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

func child(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func item(path string, index int) string { return fmt.Sprintf("%s[%d]", path, index) }
