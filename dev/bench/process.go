package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cloudsync/dev/measure"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// workerProcess is a worker that is measured.
type workerProcess struct {
	*process.Child
	measure.Process
}

// readyWithin is far above the second that a start and the migration take.
const readyWithin = time.Minute

func (in *installation) startWorker(ctx context.Context, name string) (*workerProcess, error) {
	port, err := ports.Free()
	if err != nil {
		return nil, err
	}
	address := ports.Address(port)
	child, err := process.Start(process.Spec{
		Name: "worker", Path: in.worker, Args: append([]string{"--config", in.config, "--listen", address}, in.profileArgs(name)...),
		Env: append(os.Environ(), "TEMPORAL_ADDRESS="+in.Temporal.Address(), "TEMPORAL_NAMESPACE="+in.namespace),
		Log: filepath.Join(in.dir, "worker.log"),
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return &workerProcess{Child: child, Process: measure.Process{PID: child.PID()}}, child.WaitReady(ctx, process.Answers("http://"+address+"/readyz"))
}

// profileArgs are those of a worker that leaves profiles behind.
func (in *installation) profileArgs(name string) []string {
	if in.options.Profiles == "" {
		return nil
	}
	folder := fmt.Sprintf("%d-in-%d-%s", in.fleet.Hosts, in.fleet.Scopes, strings.ReplaceAll(name, " ", "-"))
	return []string{"--profile", filepath.Join(in.options.Profiles, folder)}
}
