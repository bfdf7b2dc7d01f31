package measure

import (
	"fmt"
	"runtime"

	"github.com/prometheus/procfs"

	"cloudsync/dev/mariadb"
)

// MachineSize is what a figure depends on most.
func MachineSize() string {
	size := fmt.Sprintf("%d cores", runtime.NumCPU())
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return size
	}
	if memory, err := proc.Meminfo(); err == nil && memory.MemTotalBytes != nil {
		size += fmt.Sprintf(", %d GiB of memory", *memory.MemTotalBytes>>30)
	}
	if cpus, err := proc.CPUInfo(); err == nil && len(cpus) > 0 {
		size += ", " + cpus[0].ModelName
	}
	return size
}

// Load is how many processes wanted a core, on average over the last minute.
func Load() (float64, error) {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, fmt.Errorf("open /proc: %w", err)
	}
	load, err := proc.LoadAvg()
	if err != nil {
		return 0, fmt.Errorf("read the load of the machine: %w", err)
	}
	return load.Load1, nil
}

// DatabaseArgs are those of a server of some size with a durable log, as an
// inventory has one. The inventory and its history, a kilobyte a host, fit in the buffer
// pool: else a first load is a random write of pages.
func DatabaseArgs(server mariadb.Installation, hosts int) []string {
	const million = 1_000_000
	pool := fmt.Sprintf("--innodb-buffer-pool-size=%dM", max(4096, hosts/million*1200))
	log := "--innodb-log-file-size=2G"
	if !server.IsMariaDB() {
		log = "--innodb-redo-log-capacity=2G"
	}
	return []string{pool, log, "--innodb-flush-log-at-trx-commit=1"}
}
