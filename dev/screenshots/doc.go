// Package screenshots takes pictures of all pages of the server, for people to look at: of an
// inventory that a worker has filled from simulated clouds of a company over some days. Its
// test is what `make screenshots` runs; `make test` leaves it out.
package screenshots
