// The command dev runs cloudsync on the machine at hand: the demo, and the
// servers that its tests need. Who tries the demo waits until it is compiled:
// it imports nothing that only benchmarks or tests use.
package main

import "cloudsync/dev/commandline"

func main() { commandline.Main(newRoot()) }
