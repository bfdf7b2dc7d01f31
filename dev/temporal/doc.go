// Package temporal pins the Temporal command-line tool that the development
// server comes from; there is no code in it.
//
// It is a module of its own because minimal version selection would otherwise
// lift the server's go.temporal.io/api to the newer one that the application's
// SDK needs, and the server does not compile against that.
package temporal
