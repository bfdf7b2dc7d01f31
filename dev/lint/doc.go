// Package lint pins the linters; there is no code in it.
//
// It is a module of its own so that the several hundred modules that a linter
// stands on never choose a version for the application.
package lint
