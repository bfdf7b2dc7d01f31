package query

import (
	"fmt"
	"regexp/syntax"
)

// The limits of a regular expression.
const (
	MaxExpression = 4096 // bytes
	// maxSteps is how many steps it has at most when its repetitions are written out.
	// Compiling a{1000} a few hundred times over takes half a gigabyte, and each row that is
	// compared goes through the steps.
	maxSteps = 10_000
)

// checkExpression refuses a regular expression that would take too long to compile or to
// compare with. What is wrong otherwise is left to whoever compiles it.
func checkExpression(text string) error {
	if len(text) > MaxExpression {
		return fmt.Errorf("the regular expression has %d bytes, at most %d are allowed", len(text), MaxExpression)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil //nolint:nilerr // the error of compiling it names the label, too
	}
	if n := steps(parsed); n > maxSteps {
		return fmt.Errorf("the regular expression %.100q has %d steps when its repetitions are written out, at most %d are allowed: repeat less, as .* instead of .{1000}", text, n, maxSteps)
	}
	return nil
}

// rangesPerStep is how many ends of a class's ranges take as much memory as a step: \pL has
// 1,300, and each step has them anew.
const rangesPerStep = 16

// steps is about how many instructions the expression compiles to, by the memory they take.
func steps(expression *syntax.Regexp) int {
	n := 1 + len(expression.Rune)
	if expression.Op == syntax.OpCharClass {
		n = 1 + len(expression.Rune)/rangesPerStep
	}
	for _, part := range expression.Sub {
		n += steps(part)
	}
	if expression.Op == syntax.OpRepeat {
		n *= max(expression.Min, expression.Max, 1)
	}
	return n
}
