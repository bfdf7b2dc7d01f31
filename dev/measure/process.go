package measure

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
)

// Process is one whose use of the machine is measured.
type Process struct {
	PID    int
	before time.Duration // its CPU time until then
}

// Begin begins to count its CPU time.
func (p *Process) Begin() (err error) {
	p.before, err = p.cpu()
	return err
}

// Used is the CPU time since Begin.
func (p *Process) Used() (time.Duration, error) {
	cpu, err := p.cpu()
	return cpu - p.before, err
}

func (p *Process) cpu() (time.Duration, error) {
	proc, err := procfs.NewProc(p.PID)
	if err != nil {
		return 0, fmt.Errorf("find process %d in /proc: %w", p.PID, err)
	}
	stat, err := proc.Stat()
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w", p.PID, err)
	}
	return time.Duration(stat.CPUTime() * float64(time.Second)), nil
}

// PeakMiB is the most resident memory that the process ever had.
func (p *Process) PeakMiB() (float64, error) {
	status, err := p.status()
	return float64(status.VmHWM) / (1 << 20), err
}

// ResidentMiB is the resident memory that the process has.
func (p *Process) ResidentMiB() (float64, error) {
	status, err := p.status()
	return float64(status.VmRSS) / (1 << 20), err
}

func (p *Process) status() (procfs.ProcStatus, error) {
	proc, err := procfs.NewProc(p.PID)
	if err != nil {
		return procfs.ProcStatus{}, fmt.Errorf("find process %d in /proc: %w", p.PID, err)
	}
	status, err := proc.NewStatus()
	if err != nil {
		return status, fmt.Errorf("read the memory of process %d: %w", p.PID, err)
	}
	return status, nil
}
