// Command mockonly is the worker with the mock cloud only, for the demo: the SDKs of the real
// clouds take longer to compile than all the rest of the program.
package main

import "cloudsync/worker/service"

func main() { service.Main(nil) }
