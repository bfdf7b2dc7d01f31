package process

import "syscall"

// ownGroup also asks the kernel to stop the child when the launcher dies without
// having stopped it, as a test binary does that panics or runs out of time.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
