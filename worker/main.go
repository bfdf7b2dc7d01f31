// Command worker runs the workflows and activities of cloudsync: it polls
// Temporal's task queue until it is told to stop.
package main

import (
	"cloudsync/worker/clouds"
	"cloudsync/worker/service"
)

func main() { service.Main(clouds.Open) }
