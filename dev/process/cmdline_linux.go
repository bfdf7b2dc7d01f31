package process

import (
	"fmt"
	"os"
	"strings"
)

// commandLine is empty for a pid that is free, and for a zombie.
func commandLine(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// shown is how commandLine shows a command.
func shown(command []string) []string { return command }
