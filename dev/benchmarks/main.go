// The command benchmarks measures cloudsync on the machine at hand. It is a program of its
// own for what it draws plots with: the demo is compiled without.
package main

import "cloudsync/dev/commandline"

func main() { commandline.Main(newRoot()) }
