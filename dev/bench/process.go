package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/procfs"

	"cloudsync/dev/layout"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

func buildWorker(ctx context.Context, l layout.Layout, dir string) (string, error) {
	binary := filepath.Join(dir, "worker")
	command := exec.CommandContext(ctx, "go", "build", "-o", binary, "./worker")
	command.Dir = l.Root
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the worker: %w: %s", err, out)
	}
	return binary, nil
}

// workerProcess is a worker that is measured.
type workerProcess struct {
	*process.Child
	measured
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
	return &workerProcess{Child: child, measured: measured{pid: child.PID()}}, child.WaitReady(ctx, func(ctx context.Context) error { return answers(ctx, "http://"+address+"/readyz") })
}

// profileArgs are those of a worker that leaves profiles behind.
func (in *installation) profileArgs(name string) []string {
	if in.options.Profiles == "" {
		return nil
	}
	folder := fmt.Sprintf("%d-in-%d-%s", in.fleet.Hosts, in.fleet.Scopes, strings.ReplaceAll(name, " ", "-"))
	return []string{"--profile", filepath.Join(in.options.Profiles, folder)}
}

func answers(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", url, response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// measured is a process whose use of the machine is measured.
type measured struct {
	pid    int
	before time.Duration // its CPU time until then
}

func (m *measured) begin() (err error) {
	m.before, err = m.cpu()
	return err
}

// used is the CPU time since begin.
func (m *measured) used() (time.Duration, error) {
	cpu, err := m.cpu()
	return cpu - m.before, err
}

func (m *measured) cpu() (time.Duration, error) {
	proc, err := procfs.NewProc(m.pid)
	if err != nil {
		return 0, fmt.Errorf("find process %d in /proc: %w", m.pid, err)
	}
	stat, err := proc.Stat()
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w", m.pid, err)
	}
	return time.Duration(stat.CPUTime() * float64(time.Second)), nil
}

// peakMiB is the most resident memory that the process ever had.
func (m *measured) peakMiB() (float64, error) {
	proc, err := procfs.NewProc(m.pid)
	if err != nil {
		return 0, fmt.Errorf("find process %d in /proc: %w", m.pid, err)
	}
	status, err := proc.NewStatus()
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", m.pid, err)
	}
	return float64(status.VmHWM) / (1 << 20), nil
}
